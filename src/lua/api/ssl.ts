import { toByteString } from '../../engine/bytes.ts'
import type { TlsInfo } from '../../engine/stream-info.ts'
import { type CertificateDetails, readCertificate, urlEncodePem } from './certificate.ts'
import { type ApiMethod, ApiObject, type ApiType, Slot } from './object.ts'
import { pushStrings } from './values.ts'

/** The downstream TLS connection (Envoy: SslConnectionWrapper in source/extensions/filters/common/lua/wrappers.cc). */
export class SslObject extends ApiObject {
  readonly tls: TlsInfo
  readonly parsedSubject = new Slot<ParsedNameObject>()

  constructor(tls: TlsInfo) {
    super()
    this.tls = tls
  }

  get peerDetails(): CertificateDetails | undefined {
    return this.tls.peer && readCertificate(this.tls.peer.pem)
  }

  protected override onMarkDead(): void {
    this.parsedSubject.reset()
  }
}

/** A parsed subject: its common name and organisations (Envoy: ParsedX509NameWrapper). */
class ParsedNameObject extends ApiObject {
  readonly details: CertificateDetails

  constructor(details: CertificateDetails) {
    super()
    this.details = details
  }
}

const parsedNameType: ApiType<ParsedNameObject> = {
  name: 'N5Envoy10Extensions7Filters6Common3Lua21ParsedX509NameWrapperE',
  methods: {
    commonName(self, L, { vm }) {
      vm.pushString(L, toByteString(self.details.commonName))
      return 1
    },
    organizationName(self, L, { vm }) {
      pushStrings(vm, L, self.details.organizationNames)
      return 1
    },
  },
}

const text =
  (read: (tls: TlsInfo) => string | undefined): ApiMethod<SslObject> =>
  (self, L, { vm }) => {
    vm.pushString(L, toByteString(read(self.tls) ?? ''))
    return 1
  }

const list =
  (read: (tls: TlsInfo) => readonly string[] | undefined): ApiMethod<SslObject> =>
  (self, L, { vm }) => {
    pushStrings(vm, L, read(self.tls) ?? [])
    return 1
  }

const truth =
  (read: (tls: TlsInfo) => boolean): ApiMethod<SslObject> =>
  (self, L, { vm }) => {
    vm.pushBoolean(L, read(self.tls))
    return 1
  }

// Whole seconds since 1970; 0 without a certificate.
const seconds =
  (read: (tls: TlsInfo) => number | undefined): ApiMethod<SslObject> =>
  (self, L, { vm }) => {
    vm.pushNumber(L, Math.trunc((read(self.tls) ?? 0) / 1000))
    return 1
  }

// IANA numbers of the suites BoringSSL can negotiate, by OpenSSL's names.
const cipherIds: Record<string, number> = {
  TLS_AES_128_GCM_SHA256: 0x1301,
  TLS_AES_256_GCM_SHA384: 0x1302,
  TLS_CHACHA20_POLY1305_SHA256: 0x1303,
  'ECDHE-ECDSA-AES128-GCM-SHA256': 0xc02b,
  'ECDHE-ECDSA-AES256-GCM-SHA384': 0xc02c,
  'ECDHE-ECDSA-CHACHA20-POLY1305': 0xcca9,
  'ECDHE-ECDSA-AES128-SHA': 0xc009,
  'ECDHE-ECDSA-AES256-SHA': 0xc00a,
  'ECDHE-RSA-AES128-GCM-SHA256': 0xc02f,
  'ECDHE-RSA-AES256-GCM-SHA384': 0xc030,
  'ECDHE-RSA-CHACHA20-POLY1305': 0xcca8,
  'ECDHE-RSA-AES128-SHA': 0xc013,
  'ECDHE-RSA-AES256-SHA': 0xc014,
  'AES128-GCM-SHA256': 0x009c,
  'AES256-GCM-SHA384': 0x009d,
  'AES128-SHA': 0x002f,
  'AES256-SHA': 0x0035,
}

export const sslType: ApiType<SslObject> = {
  name: 'N5Envoy10Extensions7Filters6Common3Lua20SslConnectionWrapperE',
  methods: {
    peerCertificatePresented: truth((tls) => tls.peer !== undefined),
    peerCertificateValidated: truth((tls) => tls.peerValidated),
    uriSanLocalCertificate: list((tls) => tls.local?.uriSans),
    dnsSansLocalCertificate: list((tls) => tls.local?.dnsSans),
    oidsLocalCertificate: list((tls) => tls.local && readCertificate(tls.local.pem).extensionOids),
    subjectLocalCertificate: text((tls) => tls.local?.subject),
    sha256PeerCertificateDigest: text((tls) => tls.peer?.sha256),
    sha256PeerCertificateIssuerDigest: text((tls) => tls.peerIssuer?.sha256),
    serialNumberPeerCertificate: text((tls) => tls.peer?.serial),
    serialNumberPeerCertificateIssuer: text((tls) => tls.peerIssuer?.serial),
    issuerPeerCertificate: text((tls) => tls.peer?.issuer),
    subjectPeerCertificate: text((tls) => tls.peer?.subject),
    uriSanPeerCertificate: list((tls) => tls.peer?.uriSans),
    dnsSansPeerCertificate: list((tls) => tls.peer?.dnsSans),
    oidsPeerCertificate: list((tls) => tls.peer && readCertificate(tls.peer.pem).extensionOids),
    parsedSubjectPeerCertificate(self, L, machine) {
      const details = self.peerDetails
      if (details) return self.parsedSubject.push(L, machine, parsedNameType, () => new ParsedNameObject(details))
      machine.vm.pushNil(L)
      return 1
    },
    validFromPeerCertificate: seconds((tls) => tls.peer?.validFrom),
    expirationPeerCertificate: seconds((tls) => tls.peer?.validUntil),
    // Sessions are resumed by tickets here, which have no id.
    sessionId: text(() => ''),
    ciphersuiteId: text(({ cipher }) => `0x${(cipherIds[cipher ?? ''] ?? 0xffff).toString(16).padStart(4, '0')}`),
    ciphersuiteString: text((tls) => tls.cipher),
    urlEncodedPemEncodedPeerCertificate: text((tls) => tls.peer && urlEncodePem(tls.peer.pem)),
    urlEncodedPemEncodedPeerCertificateChain: text((tls) =>
      (tls.peerChain ?? []).map((certificate) => urlEncodePem(certificate.pem)).join(''),
    ),
    tlsVersion: text((tls) => tls.version),
  },
}
