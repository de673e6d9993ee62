import { ConfigError } from '../../engine/catalogue.ts'

interface SecretReference {
  name: string
  sdsConfig?: unknown
}

/**
 * A generic secret by its name, as a byte string; empty for one that comes over SDS, as it has not come yet.
 * @throws ConfigError when the configuration has no such secret.
 */
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
