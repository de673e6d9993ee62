import type {
  FilterChain,
  FilterChainMatch,
} from '../../envoy/types/envoy/config/listener/v3/listener_components_pb.d.ts'
import { type Cidr, cidrContains, parseCidr, parseIp } from '../match/cidr.ts'
import type { ConnectionInfo } from '../stream-info.ts'

/** A filter chain by its place in the listener. */
export type ChainIndex = number

type Ip = NonNullable<ReturnType<typeof parseIp>>

/**
 * The chains of a listener as Envoy indexes them: destination port, destination address, server name, transport protocol,
 * application protocol, direct source, source type, source address, source port. A level that has an entry for the
 * connection is entered and never left again (source/common/listener_manager/filter_chain_manager_impl.cc).
 */
export class FilterChainIndex {
  private readonly ports = new Map<number, PrefixLevel<NameLevel>>()

  constructor(chains: readonly FilterChain[], path: string) {
    for (const [index, chain] of chains.entries()) {
      const match = chain.filterChainMatch
      this.add(index, match, `${path}[${index}].filter_chain_match`)
    }
  }

  /** The chain for a connection, or undefined; why, level by level, goes into `reasons`. */
  find(connection: ConnectionInfo, reasons: string[]): ChainIndex | undefined {
    const { local } = connection
    if (local.text === undefined) {
      const exact = this.ports.get(local.port)
      if (exact) {
        reasons.push(`destination port ${local.port}`)
        return this.findFrom(exact, connection, reasons)
      }
    }
    const any = this.ports.get(0)
    return any && this.findFrom(any, connection, reasons)
  }

  private findFrom(
    level: PrefixLevel<NameLevel>,
    connection: ConnectionInfo,
    reasons: string[],
  ): ChainIndex | undefined {
    const destination = level.find(connection.local.text === undefined ? connection.local.ip : undefined)
    if (!destination) return undefined
    if (destination.text !== '') reasons.push(`destination in ${destination.text}`)
    const transports = findName(destination.value, connection.requestedServerName.toLowerCase(), reasons)
    if (!transports) return undefined
    const protocol = connection.transportProtocol
    const exact = transports.get(protocol)
    if (exact) reasons.push(`transport protocol ${protocol}`)
    const applications = exact ?? transports.get('')
    if (!applications) return undefined
    const alpn = connection.applicationProtocols.find((each) => applications.has(each))
    if (alpn !== undefined) reasons.push(`application protocol ${alpn}`)
    const directSources = applications.get(alpn ?? '')
    const direct = directSources?.find(ipOf(connection.directRemote))
    if (!direct) return undefined
    if (direct.text !== '') reasons.push(`direct source in ${direct.text}`)
    return findSource(direct.value, connection, reasons)
  }

  private add(index: number, match: FilterChainMatch | undefined, path: string): void {
    const names = match?.serverNames.length ? match.serverNames : ['']
    const protocols = match?.applicationProtocols.length ? match.applicationProtocols : ['']
    const ports = match?.sourcePorts.length ? match.sourcePorts : [0]
    const destinations = prefixes(match?.prefixRanges ?? [], `${path}.prefix_ranges`)
    const directs = prefixes(match?.directSourcePrefixRanges ?? [], `${path}.direct_source_prefix_ranges`)
    const sources = prefixes(match?.sourcePrefixRanges ?? [], `${path}.source_prefix_ranges`)
    const level = getOrAdd(this.ports, match?.destinationPort ?? 0, () => new PrefixLevel<NameLevel>())
    for (const destination of destinations) {
      const byName = level.at(destination, () => new Map())
      for (const name of names) {
        // A wildcard is kept as the suffix behind its star.
        const key = name.startsWith('*.') ? name.slice(1).toLowerCase() : name.toLowerCase()
        const byTransport = getOrAdd(byName, key, () => new Map())
        const byProtocol = getOrAdd(byTransport, match?.transportProtocol ?? '', () => new Map())
        for (const protocol of protocols) {
          const byDirect = getOrAdd(byProtocol, protocol, () => new PrefixLevel<SourceTypes>())
          for (const direct of directs) {
            const types = byDirect.at(direct, () => [undefined, undefined, undefined])
            const type = match?.sourceType ?? 0
            types[type] ??= new PrefixLevel<Map<number, ChainIndex>>()
            for (const source of sources) {
              const byPort = types[type].at(source, () => new Map())
              for (const port of ports) if (!byPort.has(port)) byPort.set(port, index)
            }
          }
        }
      }
    }
  }
}

type NameLevel = Map<string, TransportLevel>
type TransportLevel = Map<string, ProtocolLevel>
type ProtocolLevel = Map<string, PrefixLevel<SourceTypes>>
/** By source_type: ANY, SAME_IP_OR_LOOPBACK, EXTERNAL. */
type SourceTypes = (PrefixLevel<Map<number, ChainIndex>> | undefined)[]

/** Values by address prefix; the longest that contains an address is found. */
class PrefixLevel<T> {
  private readonly entries: { cidr: Cidr | undefined; value: T }[] = []

  at(cidr: Cidr | undefined, make: () => T): T {
    const found = this.entries.find((each) => each.cidr?.text === cidr?.text)
    if (found) return found.value
    const entry = { cidr, value: make() }
    this.entries.push(entry)
    this.entries.sort((a, b) => (b.cidr?.length ?? -1) - (a.cidr?.length ?? -1))
    return entry.value
  }

  find(address: Ip | string | undefined): { value: T; text: string } | undefined {
    const ip = typeof address === 'string' ? parseIp(address) : address
    for (const { cidr, value } of this.entries)
      if (!cidr || (ip && cidrContains(cidr, ip))) return { value, text: cidr?.text ?? '' }
    return undefined
  }
}

function prefixes(ranges: FilterChainMatch['prefixRanges'], path: string): (Cidr | undefined)[] {
  return ranges.length === 0 ? [undefined] : ranges.map((range, i) => parseCidr(range, `${path}[${i}]`))
}

function findName(level: NameLevel, name: string, reasons: string[]): TransportLevel | undefined {
  if (name !== '') {
    const exact = level.get(name)
    if (exact) {
      reasons.push(`server name ${name}`)
      return exact
    }
    for (let dot = name.indexOf('.'); dot >= 0 && dot < name.length - 1; dot = name.indexOf('.', dot + 1)) {
      const wildcard = level.get(name.slice(dot))
      if (!wildcard) continue
      reasons.push(`server name *${name.slice(dot)}`)
      return wildcard
    }
  }
  return level.get('')
}

function findSource(types: SourceTypes, connection: ConnectionInfo, reasons: string[]): ChainIndex | undefined {
  const { remote, local } = connection
  const isLocal = remote.ip === '127.0.0.1' || remote.ip === '::1' || remote.ip === local.ip
  const specific = types[isLocal ? 1 : 2]
  if (specific) reasons.push(isLocal ? 'local source' : 'external source')
  const source = (specific ?? types[0])?.find(ipOf(remote))
  if (!source) return undefined
  if (source.text !== '') reasons.push(`source in ${source.text}`)
  const exact = source.value.get(remote.port)
  if (exact !== undefined) reasons.push(`source port ${remote.port}`)
  return exact ?? source.value.get(0)
}

function ipOf(address: ConnectionInfo['remote']): string | undefined {
  return address.text === undefined ? address.ip : undefined
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
