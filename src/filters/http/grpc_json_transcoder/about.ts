import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_json_transcoder',
  config: 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
  perRoute: 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
  title: 'gRPC-JSON Transcoder',
  group: 'protocol',
  summary: 'Lets REST clients call gRPC services, by their descriptors.',
  notModelled: [
    'descriptor sets in files',
    'the wording of the answer to a message of the server that does not parse',
    'capture_unknown_query_parameters for a request that is an HttpBody',
    'the order of map entries whose keys are whole numbers',
  ],
  docs: 'configuration/http/http_filters/grpc_json_transcoder_filter',
  defaults: { proto_descriptor_bin: '' },
} satisfies FilterAbout
