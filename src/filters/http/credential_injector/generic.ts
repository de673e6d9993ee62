import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { Generic } from '../../../envoy/types/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.d.ts'
import type { CredentialSource } from './source.ts'

/**
 * A secret of the configuration in a header of one's choice
 * (Envoy: source/extensions/http/injected_credentials/generic/generic_impl.cc).
 * @throws ConfigError for a secret that is not there.
 */
export function genericSource(config: Generic, path: string, { services }: FilterFactoryContext): CredentialSource {
  const header = config.header === '' ? 'authorization' : config.header.toLowerCase()
  const secret = secretOf(config.credential, `${path}.credential`, services.genericSecret)
  const prefix = toByteString(config.headerValuePrefix)
  // A line break at the end of a file is no part of the secret in it.
  const value = secret.replace(/[ \t\r\n\v\f]+$/, '')
  return { header, value: () => (value === '' ? undefined : prefix + value) }
}

interface SecretReference {
  name: string
  sdsConfig?: unknown
}

/** A secret by its name, as a byte string; empty for one that comes over SDS, as it has not come yet. */
export function secretOf(
  reference: SecretReference | undefined,
  path: string,
  find: ((name: string) => string | undefined) | undefined,
): string {
  const name = reference?.name ?? ''
  if (reference?.sdsConfig) return ''
  const secret = find?.(name)
  if (secret === undefined)
    throw new ConfigError(path, `there is no generic secret '${name}'; add it to static_resources.secrets`)
  return secret
}
