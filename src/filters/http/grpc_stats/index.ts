import type { FilterConfig } from '../../../envoy/types/envoy/extensions/filters/http/grpc_stats/v3/config_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/** Counts gRPC messages; traffic passes as it is (Envoy: source/extensions/filters/http/grpc_stats). */
export const grpcStats = defineHttpFilter<FilterConfig>({
  ...about,
  create: () => ({}),
})
