import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { CredentialInjector } from '../../../envoy/types/envoy/extensions/filters/http/credential_injector/v3/credential_injector_pb.d.ts'
import type { Generic } from '../../../envoy/types/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.d.ts'
import type { OAuth2 } from '../../../envoy/types/envoy/extensions/http/injected_credentials/oauth2/v3/oauth2_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { genericSource } from './generic.ts'
import { oauth2Source } from './oauth2.ts'
import type { CredentialSource } from './source.ts'

const TYPES = 'envoy.extensions.http.injected_credentials'

/**
 * Puts a credential of the proxy's own into requests.
 * Envoy: source/extensions/filters/http/credential_injector/credential_injector_filter.cc.
 */
export const credentialInjector = defineHttpFilter<CredentialInjector, CredentialSource>({
  ...about,
  shared: createSource,
  create: ({ config, shared }) => injector(config, shared),
})

function createSource({ credential }: CredentialInjector, context: FilterFactoryContext): CredentialSource {
  const path = `${context.path}.credential.typed_config`
  const unpacked = context.services.registry.unpack(credential?.typedConfig)
  if (unpacked?.typeName === `${TYPES}.generic.v3.Generic`)
    return genericSource(unpacked.message as Generic, path, context)
  if (unpacked?.typeName === `${TYPES}.oauth2.v3.OAuth2`) return oauth2Source(unpacked.message as OAuth2, path, context)
  throw new ConfigError(path, `no credential of type '${unpacked?.typeName ?? ''}'; use ${TYPES}.generic.v3.Generic`)
}

function injector(config: CredentialInjector, source: CredentialSource): HttpFilter {
  return {
    decodeHeaders(headers, stream) {
      if (!config.overwrite && headers.has(source.header)) {
        stream.note(`the request has ${source.header} already`)
        return 'Continue'
      }
      const value = source.value()
      if (value !== undefined) {
        headers.set(source.header, value)
        stream.note(`the credential goes into ${source.header}`)
        return 'Continue'
      }
      stream.note('there is no credential')
      if (config.allowRequestWithoutCredential) return 'Continue'
      return stream.reply(401, 'Failed to inject credential.', { details: 'failed_to_inject_credential' })
    },
  }
}
