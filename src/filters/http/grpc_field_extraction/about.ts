import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.grpc_field_extraction',
  config: 'envoy.extensions.filters.http.grpc_field_extraction.v3.GrpcFieldExtractionConfig',
  title: 'gRPC Field Extraction',
  group: 'protocol',
  summary: 'Copies fields of gRPC requests into metadata.',
  notModelled: ['messages longer than the buffer limit', 'descriptor sets in files'],
  docs: 'configuration/http/http_filters/grpc_field_extraction_filter',
} satisfies FilterAbout
