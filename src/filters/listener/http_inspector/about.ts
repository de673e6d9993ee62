import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.listener.http_inspector',
  config: 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  title: 'HTTP Inspector',
  group: 'listener',
  summary: 'Finds out whether a plaintext connection speaks HTTP, and which.',
  notModelled: ['statistics'],
  docs: 'configuration/listeners/listener_filters/http_inspector',
} satisfies FilterAbout
