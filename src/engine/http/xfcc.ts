import { urlEncodePem } from '../format/commands-tls.ts'
import type { ConnectionInfo } from '../stream-info.ts'
import type { HeaderMap } from './header-map.ts'

/** forward_client_cert_details by number. */
export const FORWARD_CLIENT_CERT = [
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
] as const
export type ForwardClientCert = (typeof FORWARD_CLIENT_CERT)[number]

/** set_current_client_cert_details. */
export interface ClientCertDetails {
  cert: boolean
  chain: boolean
  subject: boolean
  uri: boolean
  dns: boolean
  issuer: boolean
}

/** Writes, passes on or takes off x-forwarded-client-cert (ConnectionManagerUtility::mutateXfccRequestHeader). */
export function mutateXfcc(
  headers: HeaderMap,
  connection: ConnectionInfo,
  mode: ForwardClientCert,
  details: ClientCertDetails,
): void {
  if (mode === 'ALWAYS_FORWARD_ONLY') return
  const peer = connection.tls?.peer
  if (mode === 'SANITIZE' || !peer) {
    headers.remove('x-forwarded-client-cert')
    return
  }
  if (mode === 'FORWARD_ONLY') return
  const parts: string[] = []
  for (const uri of connection.tls?.local?.uriSans ?? []) parts.push(`By=${uri}`)
  parts.push(`Hash=${peer.sha256}`)
  if (details.cert) parts.push(`Cert="${urlEncodePem(peer.pem)}"`)
  if (details.chain) parts.push(`Chain="${urlEncodePem(peer.pem)}"`)
  if (details.subject) parts.push(`Subject="${peer.subject}"`)
  if (details.issuer) parts.push(`Issuer="${peer.issuer}"`)
  if (details.uri) parts.push(...(peer.uriSans.length > 0 ? peer.uriSans.map((uri) => `URI=${uri}`) : ['URI=']))
  if (details.dns) for (const dns of peer.dnsSans) parts.push(`DNS=${dns}`)
  const element = parts.join(';')
  if (mode === 'APPEND_FORWARD') headers.append('x-forwarded-client-cert', element)
  else headers.set('x-forwarded-client-cert', element)
}
