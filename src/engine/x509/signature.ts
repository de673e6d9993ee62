import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { derElement, derInside, derInteger, derOid, derTags } from './der.ts'

export interface RsaKey {
  kind: 'rsa'
  modulus: bigint
  exponent: bigint
  /** Length of the modulus, and so of a signature. */
  bytes: number
}

/** A public key as BoringSSL would have imported it. `other` can be imported but verifies nothing with a hash. */
export type PublicKey = RsaKey | { kind: 'ec'; curve: typeof p256; point: Uint8Array } | { kind: 'other' }

const rsaOid = '1.2.840.113549.1.1.1'
const ecOid = '1.2.840.10045.2.1'
const otherOids = new Set(['1.3.101.112', '1.3.101.110', '1.2.840.10040.4.1'])
const curves: Record<string, typeof p256> = {
  '1.2.840.10045.3.1.7': p256,
  '1.3.132.0.34': p384,
  '1.3.132.0.35': p521,
}

/**
 * Imports a DER SubjectPublicKeyInfo (Envoy: UtilityImpl::importPublicKeyDER, BoringSSL's EVP_parse_public_key); bytes
 * behind it are ignored. Undefined for anything else, a PEM text among it.
 */
export function importPublicKey(der: Uint8Array): PublicKey | undefined {
  const [algorithm, key] = derInside(derElement(der), derTags.sequence) ?? []
  const [oid, parameter] = derInside(algorithm, derTags.sequence) ?? []
  if (oid?.tag !== derTags.oid || key?.tag !== derTags.bitString || key.value[0] !== 0) return undefined
  const bits = key.value.subarray(1)
  const name = derOid(oid.value)
  if (name === rsaOid) return importRsa(bits)
  if (name === ecOid) return parameter?.tag === derTags.oid ? importEc(derOid(parameter.value), bits) : undefined
  return otherOids.has(name) ? { kind: 'other' } : undefined
}

function importRsa(bits: Uint8Array): RsaKey | undefined {
  const [modulus, exponent] = derInside(derElement(bits), derTags.sequence) ?? []
  if (modulus?.tag !== derTags.integer || exponent?.tag !== derTags.integer) return undefined
  return importRsaNumbers(derInteger(modulus.value), derInteger(exponent.value))
}

/** An RSA key of its modulus and exponent; undefined when BoringSSL would not have it. */
export function importRsaNumbers(n: bigint, e: bigint): RsaKey | undefined {
  const length = n.toString(2).length
  // BoringSSL's bounds: 512 to 16384 bits; an odd exponent from 3 up to 33 bits.
  if (length < 512 || length > 16_384 || (n & 1n) === 0n) return undefined
  if ((e & 1n) === 0n || e < 3n || e >> 33n !== 0n) return undefined
  return { kind: 'rsa', modulus: n, exponent: e, bytes: Math.ceil(length / 8) }
}

function importEc(curveOid: string, point: Uint8Array): PublicKey | undefined {
  const curve = curves[curveOid]
  if (!curve) return undefined
  try {
    curve.Point.fromBytes(point)
  } catch {
    return undefined
  }
  return { kind: 'ec', curve, point }
}

// DigestInfo of each hash, up to the digest itself (RFC 8017, 9.2).
const hashes: Record<string, { digest(bytes: Uint8Array): Uint8Array; prefix: string }> = {
  sha1: { digest: sha1, prefix: '3021300906052b0e03021a05000414' },
  sha224: { digest: sha224, prefix: '302d300d06096086480165030402040500041c' },
  sha256: { digest: sha256, prefix: '3031300d060960864801650304020105000420' },
  sha384: { digest: sha384, prefix: '3041300d060960864801650304020205000430' },
  sha512: { digest: sha512, prefix: '3051300d060960864801650304020305000440' },
}

/** '' when `signature` is right, else Envoy's message (UtilityImpl::verifySignature). RSA is PKCS #1 v1.5, ECDSA in DER. */
export function verifySignature(hash: string, key: PublicKey, signature: Uint8Array, text: Uint8Array): string {
  const algorithm = Object.hasOwn(hashes, hash.toLowerCase()) ? hashes[hash.toLowerCase()] : undefined
  if (!algorithm) return `${hash} is not supported.`
  if (key.kind === 'other') return 'Failed to initialize digest verify.'
  const digest = algorithm.digest(text)
  const right =
    key.kind === 'rsa' ? verifyRsa(key, algorithm.prefix, digest, signature) : verifyEc(key, digest, signature)
  return right ? '' : 'Failed to verify digest. Error code: 0'
}

function verifyRsa(key: RsaKey, prefix: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const number = recover(key, signature)
  if (number === undefined) return false
  const tail = prefix + hex(digest)
  const filler = key.bytes - 3 - tail.length / 2
  if (filler < 8) return false
  const expected = BigInt(`0x0001${'ff'.repeat(filler)}00${tail}`)
  return number === expected
}

/** The number that was signed; undefined for what cannot be a signature of this key. */
function recover(key: RsaKey, signature: Uint8Array): bigint | undefined {
  if (signature.length !== key.bytes) return undefined
  const number = derInteger(signature)
  return number < key.modulus ? power(number, key.exponent, key.modulus) : undefined
}

/**
 * RSASSA-PSS (RFC 8017, 9.1.2) with MGF1 of the same hash and a salt as long as its digest, which is what BoringSSL
 * takes for granted.
 */
export function verifyPss(
  hash: 'sha256' | 'sha384' | 'sha512',
  key: RsaKey,
  signature: Uint8Array,
  text: Uint8Array,
): boolean {
  const number = recover(key, signature)
  if (number === undefined) return false
  const { digest } = hashes[hash]!
  const textDigest = digest(text)
  const size = textDigest.length
  const bits = key.modulus.toString(2).length - 1
  const encoded = toBytes(number, Math.ceil(bits / 8))
  if (!encoded || encoded.length < 2 * size + 2 || encoded.at(-1) !== 0xbc) return false
  const maskEnd = encoded.length - size - 1
  const seed = encoded.subarray(maskEnd, -1)
  const mask = mgf1(digest, seed, maskEnd)
  const block = encoded.subarray(0, maskEnd).map((byte, i) => byte ^ mask[i]!)
  const unused = 8 * encoded.length - bits
  if (encoded[0]! >> (8 - unused) !== 0) return false
  block[0]! &= 0xff >> unused
  const salt = block.subarray(maskEnd - size)
  const filler = block.subarray(0, maskEnd - size - 1)
  if (filler.some((byte) => byte !== 0) || block[maskEnd - size - 1] !== 1) return false
  const message = new Uint8Array(8 + 2 * size)
  message.set(textDigest, 8)
  message.set(salt, 8 + size)
  return hex(digest(message)) === hex(seed)
}

function mgf1(digest: (bytes: Uint8Array) => Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  const input = new Uint8Array(seed.length + 4)
  input.set(seed)
  for (let at = 0, counter = 0; at < length; counter++) {
    new DataView(input.buffer).setUint32(seed.length, counter)
    const part = digest(input).subarray(0, length - at)
    out.set(part, at)
    at += part.length
  }
  return out
}

function toBytes(number: bigint, length: number): Uint8Array | undefined {
  const text = number.toString(16).padStart(length * 2, '0')
  if (text.length > length * 2) return undefined
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function verifyEc(key: { curve: typeof p256; point: Uint8Array }, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.curve.verify(signature, digest, key.point, { prehash: false, lowS: false, format: 'der' })
  } catch {
    return false // a signature that is not DER
  }
}

function hex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0')
  return out
}
