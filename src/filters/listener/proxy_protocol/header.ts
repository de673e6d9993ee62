import { latin1 } from '../../../engine/bytes.ts'
import { parseIp } from '../../../engine/match/index.ts'
import type { Address } from '../../../engine/stream-info.ts'

export interface Tlv {
  type: number
  value: Uint8Array
}

export interface ProxyHeader {
  version: 1 | 2
  /** Bytes that it takes. */
  length: number
  /** Absent for UNKNOWN and LOCAL, and for families that are not IP over TCP: the connection's own addresses then stay. */
  addresses: { remote: Address; local: Address } | undefined
  tlvs: Tlv[]
}

export type HeaderOutcome =
  | { kind: 'header'; header: ProxyHeader }
  | { kind: 'incomplete' }
  /** The bytes are no PROXY header; `started` when they began like one. */
  | { kind: 'none'; started: boolean; why: string }

const V1 = 'PROXY '
const V2 = '\r\n\r\n\0\r\nQUIT\n'
/** The longest line of version 1, its line end included. */
const MAX_V1 = 107
/** From here on it is certain which version the bytes are, if any. */
const V2_HEADER = 16

/**
 * Reads a PROXY protocol header of either version (source/extensions/filters/listener/proxy_protocol/proxy_protocol.cc).
 * @param required bytes that begin like none are waited on until they are a line, or too many for version 2.
 */
export function readProxyHeader(bytes: Uint8Array, required: boolean): HeaderOutcome {
  const text = latin1(bytes.subarray(0, MAX_V1 + 1))
  if (text.startsWith(V2)) return readV2(bytes)
  if (text.startsWith(V1)) return readV1(text)
  if (V2.startsWith(text) || V1.startsWith(text)) return { kind: 'incomplete' }
  // A line end at the very front might have become version 2's: it is not looked past.
  const line = !text.startsWith('\r\n') && text.includes('\r\n')
  if (required && text.length < V2_HEADER && !line) return { kind: 'incomplete' }
  return { kind: 'none', started: false, why: 'no PROXY protocol header' }
}

function readV1(text: string): HeaderOutcome {
  const end = text.indexOf('\r\n')
  if (end < 0) return text.length >= MAX_V1 ? bad('the PROXY line is too long') : { kind: 'incomplete' }
  const parts = text.slice(0, end).trimEnd().split(' ')
  const [, family = '', source = '', destination = '', sourcePort = '', destinationPort = ''] = parts
  const header: ProxyHeader = { version: 1, length: end + 2, addresses: undefined, tlvs: [] }
  if (family === 'UNKNOWN') return { kind: 'header', header }
  if (family !== 'TCP4' && family !== 'TCP6') return bad(`unknown family ${family}`)
  const remote = addressOf(source, sourcePort, family)
  const local = addressOf(destination, destinationPort, family)
  if (!remote || !local || parts.length !== 6) return bad('malformed addresses')
  if (!isUnicast(remote) || !isUnicast(local)) return bad('an address is not that of one host')
  header.addresses = { remote, local }
  return { kind: 'header', header }
}

function addressOf(ip: string, port: string, family: string): Address | undefined {
  const parsed = parseIp(ip)
  if (!parsed || parsed.kind() !== (family === 'TCP4' ? 'ipv4' : 'ipv6')) return undefined
  if (!/^\+?[0-9]+$/.test(port) || Number(port) > 65535) return undefined
  return { ip: parsed.toString(), port: Number(port) }
}

function readV2(bytes: Uint8Array): HeaderOutcome {
  if (bytes.length < 16) return { kind: 'incomplete' }
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 15]
  const [family, transport] = [bytes[13]! >> 4, bytes[13]! & 15]
  const length = (bytes[14]! << 8) | bytes[15]!
  if (version !== 2) return bad(`unknown version ${version}`)
  if (command > 1) return bad(`unknown command ${command}`)
  if (bytes.length < 16 + length) return { kind: 'incomplete' }
  const header: ProxyHeader = { version: 2, length: 16 + length, addresses: undefined, tlvs: [] }
  const body = bytes.subarray(16, 16 + length)
  if (command === 0) return { kind: 'header', header }
  if (family !== 1 && family !== 2) return bad(`address family ${family} is not supported`)
  if (transport !== 1 && transport !== 2) return bad(`transport ${transport} is not supported`)
  const size = family === 1 ? 4 : 16
  if (length < 2 * size + 4) return bad('too short for its addresses')
  const port = (at: number) => (body[at]! << 8) | body[at + 1]!
  header.addresses = {
    remote: { ip: ipText(body.subarray(0, size)), port: port(2 * size) },
    local: { ip: ipText(body.subarray(size, 2 * size)), port: port(2 * size + 2) },
  }
  const { remote, local } = header.addresses
  if (!isUnicast(remote) || !isUnicast(local)) return bad('an address is not that of one host')
  for (let at = 2 * size + 4; at < length; ) {
    if (at + 3 > length) return bad('a TLV is cut short')
    const end = at + 3 + port(at + 1)
    if (end > length) return bad('a TLV is cut short')
    header.tlvs.push({ type: body[at]!, value: body.slice(at + 3, end) })
    at = end
  }
  return { kind: 'header', header }
}

function isUnicast({ ip }: Address): boolean {
  const range = parseIp(ip)!.range()
  return range !== 'unspecified' && range !== 'multicast' && range !== 'broadcast'
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16))
  return parseIp(words.join(':'))!.toString()
}

function bad(why: string): HeaderOutcome {
  return { kind: 'none', started: true, why }
}
