import type { Certificate } from './certificate.ts'
import { importPublicKey, verifySignature } from './signature.ts'

/** Hashes of signature algorithms (RFC 5758, RFC 8017) that a chain may use. */
const HASHES: Record<string, string> = {
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
}

const MAX_CHAIN = 16

/**
 * Whether a chain leads from a certificate, over others that came with it, to one of the trusted ones: names, signatures,
 * validity and the right to sign are checked (RFC 5280, section 6, without policies and revocation).
 * @param now milliseconds since 1970.
 * @returns why not, in BoringSSL's words, or undefined.
 */
export function untrusted(
  leaf: Certificate,
  others: readonly Certificate[],
  trusted: readonly Certificate[],
  now: number,
): string | undefined {
  let at = leaf
  for (let depth = 0; depth < MAX_CHAIN; depth++) {
    if (now < at.validFrom) return 'certificate is not yet valid'
    if (now > at.validUntil) return 'certificate has expired'
    const subject = at
    if (trusted.some((anchor) => anchor.sha256 === subject.sha256)) return undefined
    const anchor = trusted.find((candidate) => signs(candidate, subject))
    if (anchor) {
      if (now < anchor.validFrom) return 'certificate is not yet valid'
      return now > anchor.validUntil ? 'certificate has expired' : undefined
    }
    const next = others.find((candidate) => candidate.isAuthority && candidate !== subject && signs(candidate, subject))
    if (!next) {
      if (depth > 0) return 'unable to get issuer certificate'
      return sameBytes(at.subjectBytes, at.issuerBytes)
        ? 'self signed certificate'
        : 'unable to get local issuer certificate'
    }
    at = next
  }
  return 'certificate chain too long'
}

function signs(issuer: Certificate, subject: Certificate): boolean {
  if (!sameBytes(issuer.subjectBytes, subject.issuerBytes)) return false
  const key = importPublicKey(issuer.keyBytes)
  const hash = HASHES[subject.signatureAlgorithm]
  return (
    key !== undefined && hash !== undefined && verifySignature(hash, key, subject.signature, subject.signedBytes) === ''
  )
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
