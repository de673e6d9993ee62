import { parseIp } from '../match/cidr.ts'
import type { Address } from '../stream-info.ts'
import type { HeaderMap } from './header-map.ts'

/** An address found in x-forwarded-for; `single`: it was the only one, so that trust checks may rest on it. */
export interface ForwardedAddress {
  address: Address | undefined
  single: boolean
}

/** The last address but `skip` of x-forwarded-for (Http::Utility::getLastAddressFromXFF). */
export function lastForwardedAddress(headers: HeaderMap, skip: number): ForwardedAddress {
  const none: ForwardedAddress = { address: undefined, single: false }
  let list = headers.get('x-forwarded-for')
  if (list === undefined) return none
  for (let i = 0; i < skip; i++) {
    const comma = list.lastIndexOf(',')
    if (comma < 0) return none
    list = list.slice(0, comma)
  }
  const comma = list.lastIndexOf(',')
  const address = parseAddress((comma >= 0 && comma + 1 < list.length ? list.slice(comma + 1) : list).trim())
  return address ? { address, single: comma < 0 && skip === 0 } : none
}

/** An IP address without a port, as an endpoint with port 0. */
export function parseAddress(text: string): Address | undefined {
  const ip = parseIp(text)
  if (!ip) return undefined
  return { ip: text.includes(':') ? ip.toString() : text, port: 0 }
}

/** Exactly 127.0.0.1 or ::1 (Network::Utility::isLoopbackAddress). */
export function isLoopback(address: Address): boolean {
  return address.text === undefined && (address.ip === '127.0.0.1' || address.ip === '::1')
}
