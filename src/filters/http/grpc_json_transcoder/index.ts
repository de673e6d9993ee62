import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { GrpcJsonTranscoder } from '../../../envoy/types/envoy/extensions/filters/http/grpc_json_transcoder/v3/transcoder_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type TranscoderSettings, transcoderSettings } from './config.ts'
import { TranscoderFilter } from './filter.ts'

/**
 * Answers REST requests from a gRPC server: finds the method by its HTTP rule, makes the message of path, query and JSON
 * body, and writes the response as JSON. Envoy: source/extensions/filters/http/grpc_json_transcoder/json_transcoder_filter.cc.
 */
export const grpcJsonTranscoder = defineHttpFilter<
  GrpcJsonTranscoder,
  (config: GrpcJsonTranscoder) => TranscoderSettings
>({
  ...about,
  shared: (config, context) => {
    const settingsOf = perConfig((each: GrpcJsonTranscoder) => transcoderSettings(each, context.path))
    settingsOf(config)
    return settingsOf
  },
  create: ({ config, shared }): HttpFilter => new TranscoderFilter((override) => shared(override ?? config)),
})
