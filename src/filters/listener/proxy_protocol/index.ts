import { base64Encode } from '@bufbuild/protobuf/wire'
import { fromUtf8 } from '../../../engine/bytes.ts'
import type { AcceptedSocket } from '../../../engine/listener/types.ts'
import type { ProxyProtocol } from '../../../envoy/types/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.d.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'
import { type ProxyHeader, readProxyHeader } from './header.ts'

const BASE64 = 2
const FILTER_STATE = 1
const TLV_STATE = 'envoy.network.proxy_protocol.tlv'

/** Envoy: source/extensions/filters/listener/proxy_protocol/proxy_protocol.cc. */
export const proxyProtocol = defineListenerFilter<ProxyProtocol>({
  ...about,
  create: ({ config }) => ({
    onAccept(socket, ended) {
      const outcome = readProxyHeader(socket.peek(), !config.allowRequestsWithoutProxyProtocol)
      if (outcome.kind === 'incomplete') {
        if (!ended) return 'WaitForData'
        return refuse(socket, 'the connection ended inside the PROXY header')
      }
      if (outcome.kind === 'none') {
        if (!config.allowRequestsWithoutProxyProtocol || outcome.started) return refuse(socket, outcome.why)
        socket.note('no PROXY header, and none is required')
        return 'Continue'
      }
      const { header } = outcome
      // Versions are numbered from 0 in the API.
      if (config.disallowedVersions.includes(header.version - 1)) {
        if (!config.allowRequestsWithoutProxyProtocol) return refuse(socket, `version ${header.version} is disallowed`)
        socket.note(`version ${header.version} is disallowed: the header is left as data`)
        return 'Continue'
      }
      socket.drain(header.length)
      restore(socket, header)
      keepTlvs(config, socket, header)
      return 'Continue'
    },
  }),
})

function refuse(socket: AcceptedSocket, why: string): 'Close' {
  socket.note(why)
  socket.close('proxy_protocol_error')
  return 'Close'
}

function restore(socket: AcceptedSocket, { version, addresses }: ProxyHeader): void {
  if (!addresses) {
    socket.note(`version ${version} without addresses: the connection's own stay`)
    return
  }
  const { info } = socket
  const { remote, local } = addresses
  if (local.ip !== info.local.ip || local.port !== info.local.port) socket.localAddressRestored = true
  info.remote = remote
  info.local = local
  socket.note(`version ${version}: from ${remote.ip}:${remote.port} to ${local.ip}:${local.port}`)
}

function keepTlvs(config: ProxyProtocol, { info }: AcceptedSocket, { tlvs }: ProxyHeader): void {
  const fields: Record<string, string> = {}
  for (const { type, value } of tlvs)
    for (const { tlvType, onTlvPresent } of config.rules) {
      if (tlvType !== type || !onTlvPresent) continue
      const { key, metadataNamespace, valueStringEncoding } = onTlvPresent
      const text = valueStringEncoding === BASE64 ? base64Encode(value) : sanitized(value)
      if (config.tlvLocation === FILTER_STATE) fields[key] = text
      else info.dynamicMetadata.set(metadataNamespace || about.name, { [key]: text })
    }
  if (Object.keys(fields).length > 0)
    info.filterState.set(TLV_STATE, { fields, json: fields, text: JSON.stringify(fields), lifeSpan: 'Connection' })
}

/** UTF-8; bytes that are none become `!`, as MessageUtil::sanitizeUtf8String has it. */
function sanitized(bytes: Uint8Array): string {
  return fromUtf8(bytes).replaceAll('�', '!')
}
