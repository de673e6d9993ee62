import ipaddr from 'ipaddr.js'

/**
 * True for an IP address, alone or with a port: `10.0.0.1`, `10.0.0.1:80`, `[::1]:80`, `[::1]`; a bare IPv6 address has
 * no brackets to tell its port by and counts too (Envoy: Http::Utility::parseAuthority).
 */
export function isIpAddress(authority: string): boolean {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(authority)
  if (bracketed) return ipaddr.IPv6.isValid(bracketed[1]!)
  if (ipaddr.IPv6.isValid(authority)) return true
  const host = /^([^:]*)(?::\d*)?$/.exec(authority)
  return host !== null && ipaddr.IPv4.isValidFourPartDecimal(host[1]!)
}
