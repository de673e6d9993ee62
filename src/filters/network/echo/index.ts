import type { Echo } from '../../../envoy/types/envoy/extensions/filters/network/echo/v3/echo_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** Envoy: source/extensions/filters/network/echo/echo.cc. */
export const echo = defineNetworkFilter<Echo>({
  ...about,
  create: () => ({
    onNewConnection: () => 'Continue',
    onData(data, connection, endStream) {
      const bytes = data.bytes()
      data.drain()
      connection.write(bytes, endStream)
      return 'StopIteration'
    },
  }),
})
