import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.admission_control',
  config: 'envoy.extensions.filters.http.admission_control.v3.AdmissionControl',
  title: 'Admission Control',
  group: 'traffic',
  summary: 'Turns requests away while too many of the last ones have failed.',
  notModelled: ['streams that were reset without a response', 'health checks, which Envoy leaves alone', 'statistics'],
  docs: 'configuration/http/http_filters/admission_control_filter',
  upstream: true,
  defaults: { success_criteria: { http_criteria: {}, grpc_criteria: {} } },
} satisfies FilterAbout
