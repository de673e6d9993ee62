import { ConfigError } from '../catalogue.ts'
import { parseIp } from '../match/cidr.ts'
import { type Address, formatAddress, type StreamInfo } from '../stream-info.ts'
import { type CommandDefinition, type CommandTable, infoNumber, infoText, textCommand } from './command.ts'

type Pick = (info: StreamInfo) => Address | undefined

/** Addresses of both sides: with port, without, the port alone (a number in JSON). */
export const addressCommands: CommandTable = {
  ...family('DOWNSTREAM_REMOTE', (info) => info.remote),
  ...family('DOWNSTREAM_DIRECT_REMOTE', (info) => info.connection.directRemote),
  ...family('DOWNSTREAM_LOCAL', (info) => info.connection.local),
  ...family('DOWNSTREAM_DIRECT_LOCAL', (info) => info.connection.directLocal),
  ...family('UPSTREAM_LOCAL', (info) => info.upstream.localAddress),
  ...family('UPSTREAM_REMOTE', (info) => info.upstream.host),
  UPSTREAM_HOST: infoText((info) => withPort(info.upstream.host)),
  UPSTREAM_HOST_NAME: infoText((info) => info.upstream.hostName || withPort(info.upstream.host)),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: infoText((info) =>
    stripPort(info.upstream.hostName || withPort(info.upstream.host)),
  ),
  UPSTREAM_HOSTS_ATTEMPTED: attempted((host) => withPort(host.address)),
  UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT: attempted((host) => withoutPort(host.address)),
  UPSTREAM_HOST_NAMES_ATTEMPTED: attempted((host) => host.hostName || withPort(host.address)),
  UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT: attempted((host) => stripPort(host.hostName || withPort(host.address))),
}

function family(prefix: string, pick: Pick): CommandTable {
  return {
    [`${prefix}_ADDRESS`]: infoText((info) => withPort(pick(info))),
    [`${prefix}_ADDRESS_WITHOUT_PORT`]: maskable(pick),
    [`${prefix}_PORT`]: infoNumber((info) => {
      const address = pick(info)
      return address && address.text === undefined ? address.port : undefined
    }),
  }
}

/** `%..._WITHOUT_PORT(16)%` prints the network the address is in. */
function maskable(pick: Pick): CommandDefinition {
  return {
    parameter: 'optional',
    length: false,
    create(parameter, _, { path }) {
      if (parameter === '') return textCommand(({ info }) => withoutPort(pick(info)))
      if (!/^\d{1,3}$/.test(parameter) || Number(parameter) > 128) {
        throw new ConfigError(path, `'${parameter}' is not a prefix length`)
      }
      return textCommand(({ info }) => masked(pick(info), Number(parameter)))
    },
  }
}

function masked(address: Address | undefined, length: number): string | undefined {
  const ip = address && address.text === undefined ? parseIp(address.ip) : undefined
  if (!ip) return undefined
  const bytes = ip.toByteArray()
  if (length > bytes.length * 8) return undefined
  const kept = bytes.map((byte, i) => byte & (0xff << Math.min(8, Math.max(0, (i + 1) * 8 - length))) & 0xff)
  const network = bytes.length === 4 ? kept.join('.') : compressed(kept)
  return `${network}/${length}`
}

/** RFC 5952 text of an IPv6 address. */
function compressed(bytes: number[]): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16))
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)
  const longest = runs[0]
  if (!longest) return groups.join(':')
  const text = groups.join(':')
  const before = text.slice(0, longest.index)
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}

function attempted(print: (host: { address: Address; hostName?: string }) => string | undefined): CommandDefinition {
  return infoText((info) => {
    const hosts = info.upstream.hostsAttempted
    return hosts && hosts.length > 0 ? hosts.map(print).join(',') : undefined
  })
}

function withPort(address: Address | undefined): string | undefined {
  return address && formatAddress(address)
}

function withoutPort(address: Address | undefined): string | undefined {
  return address && (address.text ?? address.ip)
}

function stripPort(host: string | undefined): string | undefined {
  return host?.replace(/:\d*$/, '')
}
