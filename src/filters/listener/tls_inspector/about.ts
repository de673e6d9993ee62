import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.listener.tls_inspector',
  config: 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  title: 'TLS Inspector',
  group: 'listener',
  summary: 'Finds out whether a connection is TLS, and reads its SNI and ALPN.',
  notModelled: ['JA3 and JA4 fingerprints', 'statistics'],
  docs: 'configuration/listeners/listener_filters/tls_inspector',
} satisfies FilterAbout
