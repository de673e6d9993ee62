import ipaddr from 'ipaddr.js'
import { ConfigError } from '../catalogue.ts'

type Ip = ipaddr.IPv4 | ipaddr.IPv6

export interface CidrRangeConfig {
  addressPrefix: string
  prefixLen?: number | undefined
}

/** An address and how many of its leading bits count. */
export interface Cidr {
  readonly ip: Ip
  readonly length: number
  /** `10.0.0.0/8`. */
  readonly text: string
}

/**
 * A CidrRange; a missing prefix_len is 0, one past the family's width is cut to it, as Envoy does.
 * @throws ConfigError at `path` for what is no IP address.
 */
export function parseCidr(config: CidrRangeConfig, path: string): Cidr {
  const ip = parseIp(config.addressPrefix)
  if (!ip) throw new ConfigError(`${path}.address_prefix`, `'${config.addressPrefix}' is not an IP address`)
  const width = ip.kind() === 'ipv4' ? 32 : 128
  const length = Math.min(config.prefixLen ?? 0, width)
  return { ip, length, text: `${config.addressPrefix}/${length}` }
}

/** An IPv4 or IPv6 address in full notation; undefined for anything else (short forms like `10.1` included). */
export function parseIp(text: string): Ip | undefined {
  if (text.includes(':')) return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined
}

export function cidrContains(range: Cidr, ip: Ip): boolean {
  return ip.kind() === range.ip.kind() && ip.match(range.ip as never, range.length)
}

/** A list of ranges: is an address (text) in one of them? Parsed addresses are not kept; lists are short. */
export class CidrList {
  private readonly ranges: Cidr[]
  readonly description: string

  constructor(configs: readonly CidrRangeConfig[], path: string) {
    this.ranges = configs.map((config, i) => parseCidr(config, `${path}[${i}]`))
    this.description = this.ranges.map((range) => range.text).join(', ')
  }

  contains(address: string): boolean {
    const ip = parseIp(address)
    return ip !== undefined && this.ranges.some((range) => cidrContains(range, ip))
  }
}
