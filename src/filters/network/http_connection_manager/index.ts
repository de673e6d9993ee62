import { ConnectionManager } from '../../../engine/http/conn-manager.ts'
import {
  type ConnectionManagerConfig,
  createConnectionManagerConfig,
} from '../../../engine/http/conn-manager-config.ts'
import type { HttpConnectionManager } from '../../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** The HTTP connection manager as a network filter. Envoy: source/common/http/conn_manager_impl.cc. */
export const httpConnectionManager = defineNetworkFilter<HttpConnectionManager, ConnectionManagerConfig>({
  ...about,
  shared: createConnectionManagerConfig,
  create: ({ shared }) => new ConnectionManager(shared),
})
