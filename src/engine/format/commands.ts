import { type CommandTable, infoNumber, infoText } from './command.ts'
import { addressCommands } from './commands-address.ts'
import { dataCommands } from './commands-data.ts'
import { grpcCommands } from './commands-grpc.ts'
import { headerCommands } from './commands-headers.ts'
import { streamCommands } from './commands-stream.ts'
import { tlsCommands } from './commands-tls.ts'

/** Commands that Envoy knows and the simulator has no value for: text ones print as missing, counts as 0. */
const notModelledCommands = {
  text: [
    'SPAN_ID',
    'DOWNSTREAM_CX_RTT',
    'DOWNSTREAM_LOCAL_CLOSE_REASON',
    'DOWNSTREAM_DETECTED_CLOSE_TYPE',
    'DOWNSTREAM_HANDSHAKE_DURATION',
    'ROUNDTRIP_DURATION',
    'DOWNSTREAM_TLS_GROUP',
    'DOWNSTREAM_TLS_SESSION_ID',
    'DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID',
    'DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID',
    'DOWNSTREAM_PEER_OTHERNAME_SAN',
    'DOWNSTREAM_LOCAL_OTHERNAME_SAN',
    'DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256',
    'DOWNSTREAM_PEER_ISSUER_SERIAL',
    'UPSTREAM_TLS_GROUP',
    'UPSTREAM_TLS_SESSION_ID',
    'UPSTREAM_LOCAL_CLOSE_REASON',
    'UPSTREAM_DETECTED_CLOSE_TYPE',
    'UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID',
    'UPSTREAM_CONNECTION_IDS_ATTEMPTED',
    'UPSTREAM_CONNECTION_POOL_READY_DURATION',
  ],
  count: [
    'BYTES_RETRANSMITTED',
    'PACKETS_RETRANSMITTED',
    'ROUTE_RESOLUTION_COUNT',
    'ROUTE_RESOLUTION_TIME_US',
    ...['UPSTREAM', 'DOWNSTREAM'].flatMap((side) =>
      ['WIRE_BYTES', 'HEADER_BYTES', 'DECOMPRESSED_HEADER_BYTES'].flatMap((what) => [
        `${side}_${what}_RECEIVED`,
        `${side}_${what}_SENT`,
      ]),
    ),
  ],
}

/** Every command of Envoy's own; formatter extensions add theirs (see extensions.ts). */
export const builtInCommands: CommandTable = {
  ...headerCommands,
  ...streamCommands,
  ...addressCommands,
  ...tlsCommands,
  ...grpcCommands,
  ...dataCommands,
  ...Object.fromEntries(notModelledCommands.text.map((name) => [name, infoText(() => undefined)])),
  ...Object.fromEntries(notModelledCommands.count.map((name) => [name, infoNumber(() => 0)])),
}

const unmodelled = new Set([...notModelledCommands.text, ...notModelledCommands.count])

/** The commands in a format that have no value in the simulator, as written: `%SPAN_ID%`. */
export function notModelledIn(format: string): string[] {
  const names = [...format.matchAll(/%([A-Z0-9_]+)/g)].map((found) => found[1]!)
  return names.filter((name) => unmodelled.has(name)).map((name) => `%${name}%`)
}
