/**
 * Whether a DNS name is covered by a pattern of a certificate: equal, or under `*.` by exactly one label
 * (Envoy: Utility::dnsNameMatch). Both lower-case.
 */
export function dnsNameMatches(name: string, pattern: string): boolean {
  if (name === pattern) return true
  if (!pattern.startsWith('*.')) return false
  const dot = name.indexOf('.')
  return dot > 0 && name.slice(dot) === pattern.slice(1)
}
