import { fromLatin1 } from '../../../engine/bytes.ts'
import { dataSourceBytes } from '../../../engine/format/index.ts'
import type { Config } from '../../../envoy/types/envoy/extensions/filters/network/direct_response/v3/config_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/network/direct_response/filter.cc. */
export const directResponse = defineNetworkFilter<Config, Uint8Array>({
  ...about,
  shared: (config, { services, path }) =>
    config.response ? fromLatin1(dataSourceBytes(config.response, `${path}.response`, services)) : new Uint8Array(0),
  create: ({ shared }) => ({
    onNewConnection(connection) {
      if (shared.length > 0) connection.write(shared, true)
      connection.close('FlushWrite', 'direct_response')
      return 'StopIteration'
    },
  }),
})
