import { toByteString } from '../../../engine/bytes.ts'
import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { Generic } from '../../../envoy/types/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.d.ts'
import { secretOf } from '../../common/secret.ts'
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
