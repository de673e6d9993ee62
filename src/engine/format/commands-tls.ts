import type { CertificateInfo, StreamInfo, TlsInfo } from '../stream-info.ts'
import { type CommandDefinition, type CommandTable, infoText, textCommand } from './command.ts'
import { parseTimeFormat } from './time.ts'

type Pick = (info: StreamInfo) => TlsInfo | undefined

const downstream: Pick = (info) => info.connection.tls
const upstream: Pick = (info) => info.upstream.tls

/** Commands on TLS connections and their certificates; an empty value counts as none. */
export const tlsCommands: CommandTable = {
  REQUESTED_SERVER_NAME: infoText((info) => hostName(info.connection.requestedServerName)),
  UPSTREAM_SERVER_NAME: infoText((info) => info.upstream.tls?.sni || undefined),
  ...connection('DOWNSTREAM', downstream),
  ...connection('UPSTREAM', upstream),
  DOWNSTREAM_LOCAL_SUBJECT: certificate(downstream, 'local', (local) => local.subject),
  DOWNSTREAM_PEER_EMAIL_SAN: certificate(downstream, 'peer', (it) => it.emailSans.join(',')),
  DOWNSTREAM_LOCAL_EMAIL_SAN: certificate(downstream, 'local', (it) => it.emailSans.join(',')),
  DOWNSTREAM_PEER_FINGERPRINT_256: certificate(downstream, 'peer', (peer) => peer.sha256),
  DOWNSTREAM_PEER_FINGERPRINT_1: certificate(downstream, 'peer', (peer) => peer.sha1),
  DOWNSTREAM_PEER_SERIAL: certificate(downstream, 'peer', (peer) => peer.serial),
  DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256: certificate(downstream, 'peer', (peer) => peer.sha256),
  DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1: certificate(downstream, 'peer', (peer) => peer.sha1),
  DOWNSTREAM_PEER_CHAIN_SERIALS: certificate(downstream, 'peer', (peer) => peer.serial),
}

function connection(prefix: string, pick: Pick): CommandTable {
  return {
    [`${prefix}_TLS_VERSION`]: infoText((info) => pick(info)?.version || undefined),
    [`${prefix}_TLS_CIPHER`]: infoText((info) => pick(info)?.cipher || undefined),
    [`${prefix}_PEER_SUBJECT`]: certificate(pick, 'peer', (peer) => peer.subject),
    [`${prefix}_PEER_ISSUER`]: certificate(pick, 'peer', (peer) => peer.issuer),
    [`${prefix}_PEER_CERT`]: certificate(pick, 'peer', (peer) => urlEncodePem(peer.pem)),
    [`${prefix}_PEER_CERT_V_START`]: validity(pick, (peer) => peer.validFrom),
    [`${prefix}_PEER_CERT_V_END`]: validity(pick, (peer) => peer.validUntil),
    ...sans(`${prefix}_PEER`, pick, 'peer'),
    ...sans(`${prefix}_LOCAL`, pick, 'local'),
  }
}

function sans(prefix: string, pick: Pick, side: 'peer' | 'local'): CommandTable {
  return {
    [`${prefix}_URI_SAN`]: certificate(pick, side, (it) => it.uriSans.join(',')),
    [`${prefix}_DNS_SAN`]: certificate(pick, side, (it) => it.dnsSans.join(',')),
    [`${prefix}_IP_SAN`]: certificate(pick, side, (it) => it.ipSans.join(',')),
  }
}

function certificate(pick: Pick, side: 'peer' | 'local', read: (it: CertificateInfo) => string): CommandDefinition {
  return infoText((info) => {
    const found = pick(info)?.[side]
    return found ? read(found) || undefined : undefined
  })
}

function validity(pick: Pick, read: (peer: CertificateInfo) => number): CommandDefinition {
  return {
    parameter: 'optional',
    length: false,
    create(parameter, _, { path }) {
      const print = parseTimeFormat(parameter, path)
      return textCommand(({ info }) => {
        const peer = pick(info)?.peer
        return peer && print(read(peer))
      })
    },
  }
}

/** A PEM certificate, ended by a newline, with the characters that Envoy encodes URL-encoded. */
export function urlEncodePem(pem: string): string {
  return `${pem.trimEnd()}\n`.replace(
    /[\n +/=]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** Bytes that no host name has become underscores (StringUtil::sanitizeInvalidHostname). */
function hostName(name: string): string | undefined {
  return name === '' ? undefined : name.replace(/[^A-Za-z0-9.-]/g, '_')
}
