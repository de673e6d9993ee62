import { ed25519 } from '@noble/curves/ed25519.js'
import type { p256 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { fromLatin1 } from '../../../engine/bytes.ts'
import { verifyPss, verifySignature } from '../../../engine/x509/signature.ts'
import type { Jwk, Jwks } from './jwks.ts'
import type { JwtStatus } from './status.ts'
import type { Jwt } from './token.ts'

const HASHES = { sha256, sha384, sha512 }
type HashName = keyof typeof HASHES

/**
 * Looks for a key of the set that made the token's signature (Envoy: source/common/jwt/verify.cc). A token that names a
 * key is tried with that one and with keys without a name; a key with an algorithm only with tokens of that algorithm.
 */
export function verifyJwt(jwt: Jwt, jwks: Jwks): JwtStatus {
  const text = fromLatin1(jwt.signed)
  let fitting = false
  for (const jwk of jwks.keys) {
    if (jwt.kid !== '' && jwk.kid !== '' && jwk.kid !== jwt.kid) continue
    if (jwk.alg !== '' && jwk.alg !== jwt.alg) continue
    fitting = true
    if (jwk.key.kind === 'ed25519' && jwt.signature.length !== 64) return 'JwtEd25519SignatureWrongLength'
    if (signedWith(jwk.key, jwt, text)) return 'Ok'
  }
  return fitting ? 'JwtVerificationFail' : 'JwksKidAlgMismatch'
}

function signedWith(key: Jwk['key'], { alg, signature }: Jwt, text: Uint8Array): boolean {
  // A key without an algorithm of its own leaves it to the token, and what does not say 384 or 512 means 256.
  const family = alg.slice(0, 2)
  switch (key.kind) {
    case 'rsa':
      if (family === 'RS') return verifySignature(hashOf(alg, ['RS']), key.rsa, signature, text) === ''
      return family === 'PS' && verifyPss(hashOf(alg, ['PS']), key.rsa, signature, text)
    case 'ec':
      return verifyEc(key.curve, key.point, signature, HASHES[hashOf(alg, ['ES'])](text))
    case 'oct':
      return equal(hmac(HASHES[hashOf(alg, ['HS'])], key.secret, text), signature)
    case 'ed25519':
      return verifyEd25519(key.point, signature, text)
  }
}

function hashOf(alg: string, families: readonly string[]): HashName {
  const bits = families.includes(alg.slice(0, 2)) ? alg.slice(2) : ''
  return bits === '384' || bits === '512' ? `sha${bits}` : 'sha256'
}

/** The signature is r and s one after the other, each half of its length. */
function verifyEc(curve: typeof p256, point: Uint8Array, signature: Uint8Array, digest: Uint8Array): boolean {
  const half = signature.length >> 1
  const width = curve.lengths.signature! / 2
  const compact = new Uint8Array(width * 2)
  for (const [i, start] of [0, half].entries()) {
    const number = withoutZeros(signature.subarray(start, start + half))
    if (number.length > width) return false
    compact.set(number, width * (i + 1) - number.length)
  }
  try {
    return curve.verify(compact, digest, point, { prehash: false, lowS: false, format: 'compact' })
  } catch {
    return false // r or s is zero or past the order
  }
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? new Uint8Array(0) : bytes.subarray(first)
}

function verifyEd25519(point: Uint8Array, signature: Uint8Array, text: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, text, point, { zip215: false })
  } catch {
    return false // a key or signature that is no point
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
