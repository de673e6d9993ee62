import { sha256 } from '@noble/hashes/sha2.js'
import type { TransportSocket } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type {
  CertificateValidationContext,
  SubjectAltNameMatcher,
} from '../../envoy/types/envoy/extensions/transport_sockets/tls/v3/common_pb.d.ts'
import type {
  CommonTlsContext,
  DownstreamTlsContext,
} from '../../envoy/types/envoy/extensions/transport_sockets/tls/v3/tls_pb.d.ts'
import { fromLatin1, fromUtf8, toBase64 } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { dataSourceBytes } from '../format/index.ts'
import { createStringMatcher, type StringMatcherConfig } from '../match/index.ts'
import type { EngineServices } from '../services.ts'
import type { TlsInfo } from '../stream-info.ts'
import { type Certificate, readCertificates } from '../x509/certificate.ts'
import { untrusted } from '../x509/trust.ts'
import type { ClientTls } from './client-socket.ts'
import { dnsNameMatches } from './server-name.ts'

const DOWNSTREAM_TLS = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'
/** TlsParameters.TlsProtocol by number; 0 leaves it to Envoy: 1.2 to 1.3 for a server. */
const VERSIONS = [undefined, 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
const ACCEPT_UNTRUSTED = 1

/** A filter chain's transport socket, as far as data goes: no bytes are encrypted here. */
export interface TransportSocketConfig {
  /** Undefined for plain text. */
  tls: TlsServer | undefined
}

/** What a handshake comes to: what is known of it, or why it fails. */
export type Handshake = { tls: TlsInfo } | { failure: string }

/** Reads a transport socket; wrappers such as Istio's and tap's are seen through by their inner socket. */
export function createTransportSocket(
  socket: TransportSocket | undefined,
  services: EngineServices,
  path: string,
): TransportSocketConfig {
  const any = socket?.configType.case === 'typedConfig' ? socket.configType.value : undefined
  const opened = services.registry.unpack(any)
  const at = `${path}.typed_config`
  if (opened?.typeName === DOWNSTREAM_TLS)
    return { tls: new TlsServer(opened.message as DownstreamTlsContext, services, at) }
  const inner = (opened?.message as { transportSocket?: TransportSocket } | undefined)?.transportSocket
  return inner ? createTransportSocket(inner, services, `${at}.transport_socket`) : { tls: undefined }
}

/** The server's side of TLS: which certificate it shows, which of the client's it takes. */
export class TlsServer {
  private readonly context: DownstreamTlsContext
  private readonly alpn: readonly string[]
  private readonly certificates: readonly Certificate[]
  private readonly validation: PeerValidation | undefined
  private readonly version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

  constructor(context: DownstreamTlsContext, services: EngineServices, path: string) {
    const common = context.commonTlsContext
    const at = `${path}.common_tls_context`
    this.context = context
    this.alpn = common?.alpnProtocols ?? []
    this.version = VERSIONS[common?.tlsParams?.tlsMaximumProtocolVersion ?? 0] ?? 'TLSv1.3'
    this.certificates = (common?.tlsCertificates ?? []).flatMap(({ certificateChain }, i) =>
      certificateChain
        ? readCertificates(text(certificateChain, `${at}.tls_certificates[${i}]`, services)).slice(0, 1)
        : [],
    )
    this.validation = peerValidation(common, services, at)
  }

  /** Ends TLS for a client: picks protocol and certificate, and looks at the client's where the context asks for one. */
  handshake(client: ClientTls): Handshake {
    const { context, validation } = this
    // Without a validation context the client is not asked for a certificate, so it shows none and none is missed.
    const chain = validation && client.certificate !== undefined ? readCertificates(client.certificate) : []
    const peer = chain[0]
    if (validation && (context.requireClientCertificate || validation.demands) && !peer)
      return { failure: 'TLS_error:|268435655:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE' }
    const refusal = peer && validation?.refuses(peer, chain.slice(1))
    if (refusal !== undefined)
      return { failure: `TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: ${refusal}` }
    const alpn = this.alpn.find((protocol) => client.alpn.includes(protocol))
    const local = this.certificateFor(client.sni)
    const issuers = [...chain.slice(1), ...(validation?.trusted ?? [])]
    const peerIssuer = peer && issuers.find((candidate) => candidate.subject === peer.issuer)
    return {
      tls: {
        version: this.version,
        cipher: this.version === 'TLSv1.3' ? 'TLS_AES_256_GCM_SHA384' : 'ECDHE-ECDSA-AES128-GCM-SHA256',
        peerValidated: peer !== undefined && validation?.validates(peer, chain.slice(1)) === true,
        ...(client.sni === undefined ? {} : { sni: client.sni }),
        ...(alpn === undefined ? {} : { alpn }),
        ...(peer ? { peer, peerChain: chain } : {}),
        ...(peerIssuer ? { peerIssuer } : {}),
        ...(local ? { local } : {}),
      },
    }
  }

  // The first certificate that names the server asked for; the first of all when none does.
  private certificateFor(sni: string | undefined): Certificate | undefined {
    const named = sni === undefined ? undefined : this.certificates.find((certificate) => names(certificate, sni))
    return named ?? this.certificates[0]
  }
}

function names({ dnsSans, commonName }: Certificate, sni: string): boolean {
  const own = dnsSans.length > 0 ? dnsSans : [commonName]
  return own.some((name) => dnsNameMatches(sni.toLowerCase(), name.toLowerCase()))
}

interface PeerValidation {
  /** Names, hashes or keys are checked: a client without a certificate is refused even when none is required. */
  demands: boolean
  /** A chain of trust, a hash or a key is checked and the certificate passes, whether or not one that fails is taken too. */
  validates(peer: Certificate, others: readonly Certificate[]): boolean
  /** The certificates that are trusted, where they are known. */
  readonly trusted?: readonly Certificate[] | undefined
  /** Why a certificate is not taken; undefined when it is. */
  refuses(peer: Certificate, others: readonly Certificate[]): string | undefined
}

/** A validation context made ready (Envoy: source/common/tls/cert_validator/default_validator.cc). */
function peerValidation(
  common: CommonTlsContext | undefined,
  services: EngineServices,
  path: string,
): PeerValidation | undefined {
  const type = common?.validationContextType
  if (type?.case === 'validationContext') return fromContext(type.value, true, services, `${path}.validation_context`)
  // The trusted certificates come from a secret that nobody has here: they are taken for good, the names are checked.
  if (type?.case === 'combinedValidationContext')
    return fromContext(
      type.value.defaultValidationContext,
      false,
      services,
      `${path}.combined_validation_context.default_validation_context`,
    )
  return type?.case === undefined ? undefined : { demands: false, validates: () => true, refuses: () => undefined }
}

function fromContext(
  config: CertificateValidationContext | undefined,
  complete: boolean,
  services: EngineServices,
  path: string,
): PeerValidation {
  const trusted = config?.trustedCa
    ? readCertificates(text(config.trustedCa, `${path}.trusted_ca`, services))
    : undefined
  const sans = (config?.matchTypedSubjectAltNames ?? []).map((matcher, i) =>
    sanTest(matcher, `${path}.match_typed_subject_alt_names[${i}]`),
  )
  const hashes = (config?.verifyCertificateHash ?? []).map((hash) => hash.replaceAll(':', '').toLowerCase())
  const keys = config?.verifyCertificateSpki ?? []
  const pinned = (peer: Certificate) => hashes.includes(peer.sha256) || keys.includes(toBase64(sha256(peer.keyBytes)))
  const now = () => (config?.allowExpiredCertificate ? undefined : services.host.startTime + services.loop.now)
  const problemOf = (peer: Certificate, others: readonly Certificate[]): string | undefined => {
    const problem = trusted && untrusted(peer, others, trusted, now() ?? peer.validFrom)
    if (problem !== undefined) return `verify cert failed: X509_verify_cert: certificate verification error: ${problem}`
    if (sans.length > 0 && !sans.some((matches) => matches(peer))) return 'verify cert failed: verify SAN list'
    if (hashes.length + keys.length > 0 && !pinned(peer)) return 'verify cert failed: cert hash and spki'
    return undefined
  }
  const checks = trusted !== undefined || !complete || hashes.length + keys.length > 0
  const lenient = config?.trustChainVerification === ACCEPT_UNTRUSTED
  return {
    trusted,
    demands: !lenient && sans.length + hashes.length + keys.length > 0,
    validates: (peer, others) => checks && problemOf(peer, others) === undefined,
    refuses: (peer, others) => (lenient ? undefined : problemOf(peer, others)),
  }
}

/** Kinds of subject alternative names by number (SubjectAltNameMatcher.SanType). */
const SANS_OF: Record<number, (peer: Certificate) => string[]> = {
  1: (peer) => peer.emailSans,
  2: (peer) => peer.dnsSans,
  3: (peer) => peer.uriSans,
  4: (peer) => peer.ipSans,
}

function sanTest({ sanType, matcher }: SubjectAltNameMatcher, path: string): (peer: Certificate) => boolean {
  const sansOf = SANS_OF[sanType]
  if (!sansOf || !matcher) throw new ConfigError(path, 'a typed SAN matcher needs a san_type and a matcher')
  const config = matcher as StringMatcherConfig
  const test = createStringMatcher(config, `${path}.matcher`)
  const exact = config.matchPattern.case === 'exact' ? config.matchPattern.value.toLowerCase() : undefined
  // An exact DNS name also matches by a wildcard in the certificate.
  if (sanType === 2 && exact !== undefined)
    return (peer) => peer.dnsSans.some((san) => dnsNameMatches(exact, san.toLowerCase()))
  return (peer) => sansOf(peer).some((san) => test.matches(san))
}

function text(source: Parameters<typeof dataSourceBytes>[0], path: string, services: EngineServices): string {
  return fromUtf8(fromLatin1(dataSourceBytes(source, path, services)))
}
