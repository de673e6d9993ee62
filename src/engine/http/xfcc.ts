import type {
  HttpConnectionManager_SetCurrentClientCertDetails as DetailsConfig,
  HttpConnectionManager_ForwardClientCertConfig as ForwardClientCertConfig,
  HttpConnectionManager,
} from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { urlEncodePem } from '../format/commands-tls.ts'
import { createMatcher } from '../match/index.ts'
import type { EngineServices } from '../services.ts'
import type { CertificateInfo, ConnectionInfo, StreamInfo } from '../stream-info.ts'
import type { HeaderMap } from './header-map.ts'

const HEADER = 'x-forwarded-client-cert'
const CONFIG =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig'

/** forward_client_cert_details by number. */
const MODES = ['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY'] as const

/** How x-forwarded-client-cert is treated, and which parts an element of our own has. */
export interface ClientCertPolicy {
  mode: (typeof MODES)[number]
  cert: boolean
  chain: boolean
  subject: boolean
  uri: boolean
  dns: boolean
  issuer: boolean
  json: boolean
}

/** Which policy holds for a request. */
export type ClientCertPolicyChooser = (headers: HeaderMap, info: StreamInfo) => ClientCertPolicy

/** forward_client_cert_details, and forward_client_cert_matcher where there is one: what it finds nothing for is treated by the former. */
export function createClientCertPolicy(
  config: HttpConnectionManager,
  path: string,
  services: EngineServices,
): ClientCertPolicyChooser {
  const fallback = policyOf(config.forwardClientCertDetails, config.setCurrentClientCertDetails)
  if (!config.forwardClientCertMatcher) return () => fallback
  const matcher = createMatcher(
    config.forwardClientCertMatcher,
    `${path}.forward_client_cert_matcher`,
    services,
    (action, at) => {
      const opened = services.registry.unpack(action.typedConfig)
      if (opened?.typeName !== CONFIG) throw new ConfigError(at, `the action has to be a ${CONFIG}`)
      const chosen = opened.message as ForwardClientCertConfig
      return policyOf(chosen.forwardClientCertDetails, chosen.setCurrentClientCertDetails)
    },
  )
  return (headers, info) => {
    const result = matcher.match({ connection: info.connection, info, requestHeaders: headers })
    return result.kind === 'match' ? result.action : fallback
  }
}

function policyOf(mode: number, details: DetailsConfig | undefined): ClientCertPolicy {
  return {
    mode: MODES[mode] ?? 'SANITIZE',
    cert: details?.cert ?? false,
    chain: details?.chain ?? false,
    subject: details?.subject ?? false,
    uri: details?.uri ?? false,
    dns: details?.dns ?? false,
    issuer: details?.issuer ?? false,
    json: details?.format === 1,
  }
}

/** Writes, passes on or takes off x-forwarded-client-cert (ConnectionManagerUtility::mutateXfccRequestHeader). */
export function mutateXfcc(headers: HeaderMap, connection: ConnectionInfo, policy: ClientCertPolicy): void {
  const { mode } = policy
  if (mode === 'ALWAYS_FORWARD_ONLY') return
  const peer = connection.tls?.peer
  if (mode === 'SANITIZE' || !peer) {
    headers.remove(HEADER)
    return
  }
  if (mode === 'FORWARD_ONLY') return
  const own = connection.tls?.local?.uriSans ?? []
  const old = mode === 'APPEND_FORWARD' ? headers.get(HEADER) : undefined
  // Text and JSON are not mixed: what is appended to text is text.
  const array = old?.startsWith('[') && old.endsWith(']')
  if (policy.json && (!old || array)) {
    const element = jsonElement(peer, own, policy)
    headers.set(HEADER, array ? `${old!.slice(0, -1)},${element}]` : `[${element}]`)
  } else {
    const element = textElement(peer, own, policy)
    headers.set(HEADER, old ? `${old},${element}` : element)
  }
}

function textElement(peer: CertificateInfo, own: readonly string[], policy: ClientCertPolicy): string {
  const parts = own.map((uri) => `By=${uri}`)
  parts.push(`Hash=${peer.sha256}`)
  if (policy.cert) parts.push(`Cert="${urlEncodePem(peer.pem)}"`)
  if (policy.chain) parts.push(`Chain="${urlEncodePem(peer.pem)}"`)
  if (policy.subject) parts.push(`Subject="${peer.subject}"`)
  if (policy.uri) parts.push(...(peer.uriSans.length > 0 ? peer.uriSans.map((uri) => `URI=${uri}`) : ['URI=']))
  if (policy.dns) for (const dns of peer.dnsSans) parts.push(`DNS=${dns}`)
  if (policy.issuer) parts.push(`Issuer="${peer.issuer}"`)
  return parts.join(';')
}

function jsonElement(peer: CertificateInfo, own: readonly string[], policy: ClientCertPolicy): string {
  // A certificate's text ends in a line break, whether or not the client wrote one.
  const pem = `${peer.pem.trimEnd()}\n`
  const element = {
    ...(own.length > 0 ? { by: own } : {}),
    hash: peer.sha256,
    ...(policy.cert ? { cert: pem } : {}),
    ...(policy.chain ? { chain: pem } : {}),
    ...(policy.subject ? { subject: peer.subject } : {}),
    ...(policy.uri ? { uri: peer.uriSans } : {}),
    ...(policy.dns ? { dns: peer.dnsSans } : {}),
    ...(policy.issuer ? { issuer: peer.issuer } : {}),
  }
  return toByteString(JSON.stringify(element))
}
