import ipaddr from 'ipaddr.js'

/**
 * True for an IP address, alone or with a port: `10.0.0.1`, `10.0.0.1:80`, `[::1]`, `[::1]:80`. IPv6 needs its brackets
 * (Envoy: Http::Utility::parseAuthority).
 */
export function isIpAddress(authority: string): boolean {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(authority)
  if (!match || Number(match[3] ?? 0) > 65_535) return false
  return match[1] === undefined ? ipaddr.IPv4.isValidFourPartDecimal(match[2]!) : ipaddr.IPv6.isValid(match[1])
}
