import type { MongoProxy } from '../../../envoy/types/envoy/extensions/filters/network/mongo_proxy/v3/mongo_proxy_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Counts what it reads and changes nothing. Envoy: source/extensions/filters/network/mongo_proxy/proxy.cc. */
export const mongoProxy = defineNetworkFilter<MongoProxy>({
  ...about,
  create: ({ config }) => ({
    onNewConnection(connection) {
      if (config.delay) connection.note('delay is set: it is not simulated')
      return 'Continue'
    },
  }),
})
