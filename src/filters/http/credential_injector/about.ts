import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.credential_injector',
  config: 'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector',
  title: 'Credential Injector',
  group: 'security',
  summary: 'Puts the proxy\u2019s own credential into requests on their way out.',
  notModelled: ['statistics', 'secrets that come over SDS'],
  docs: 'configuration/http/http_filters/credential_injector_filter',
  upstream: true,
  defaults: {
    credential: {
      name: 'generic',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.http.injected_credentials.generic.v3.Generic',
        credential: { name: 'credential' },
      },
    },
  },
} satisfies FilterAbout
