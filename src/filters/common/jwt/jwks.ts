import { p256, p384, p521 } from '@noble/curves/nist.js'
import { fromLatin1 } from '../../../engine/bytes.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import { readCertificates } from '../../../engine/x509/certificate.ts'
import { importPublicKey, importRsaNumbers, type RsaKey } from '../../../engine/x509/signature.ts'
import { fromBase64Url, parseJsonObject } from './encoding.ts'

/** A verification key of a set; empty `kid` or `alg` fits any token. */
export interface Jwk {
  kid: string
  alg: string
  key:
    | { kind: 'rsa'; rsa: RsaKey }
    | { kind: 'ec'; curve: typeof p256; point: Uint8Array }
    | { kind: 'oct'; secret: Uint8Array }
    | { kind: 'ed25519'; point: Uint8Array }
}

/** The keys of a set that can be used, and what was wrong with the others, in words. */
export interface Jwks {
  keys: Jwk[]
  problems: string[]
}

const ED25519_BYTES = 32

const CURVES: Record<string, { alg: string; curve: typeof p256 }> = {
  'P-256': { alg: 'ES256', curve: p256 },
  'P-384': { alg: 'ES384', curve: p384 },
  'P-521': { alg: 'ES512', curve: p521 },
}

/**
 * Reads a JSON Web Key Set, or a mapping of key ids to X.509 certificates (Envoy: source/common/jwt/jwks.cc). Keys that
 * cannot be used are passed over; a set without any that can is of no use. `text` is a byte string.
 */
export function parseJwks(text: string): Jwks {
  const json = parseJsonObject(fromLatin1(text))
  if (!json) return { keys: [], problems: ['the key set is not a JSON object'] }
  if (!Object.hasOwn(json, 'keys')) return fromCertificates(json)
  if (!Array.isArray(json.keys)) return { keys: [], problems: ['`keys` of the key set is not a list'] }
  const jwks: Jwks = { keys: [], problems: [] }
  json.keys.forEach((entry, i) => {
    if (!isObject(entry)) return
    const read = readKey(entry)
    if (typeof read === 'string') jwks.problems.push(`key ${i}: ${read}`)
    else jwks.keys.push(read)
  })
  if (jwks.keys.length === 0 && jwks.problems.length === 0) jwks.problems.push('the key set is empty')
  return jwks
}

const PEM_START = '-----BEGIN CERTIFICATE-----\n'
const PEM_END = '\n-----END CERTIFICATE-----\n'

function fromCertificates(json: JsonObject): Jwks {
  const entries = Object.entries(json)
  const isPem = (value: JsonValue) =>
    typeof value === 'string' && value.startsWith(PEM_START) && value.endsWith(PEM_END)
  if (entries.length === 0 || !entries.every(([kid, value]) => kid !== '' && isPem(value)))
    return { keys: [], problems: ['the key set has no `keys`'] }
  const keys: Jwk[] = []
  for (const [kid, pem] of entries) {
    const certificate = readCertificates(pem as string)[0]
    const key = certificate && importPublicKey(certificate.keyBytes)
    if (key?.kind !== 'rsa') return { keys: [], problems: [`certificate ${kid} has no RSA key that can be read`] }
    keys.push({ kid, alg: '', key: { kind: 'rsa', rsa: key } })
  }
  return { keys, problems: [] }
}

function readKey(json: JsonObject): Jwk | string {
  if (typeof json.kty !== 'string') return '`kty` has to be a string'
  const read = READERS[json.kty]
  if (!read) return `\`kty\` ${json.kty} is not supported`
  const alg = typeof json.alg === 'string' ? json.alg : ''
  const key = read(json, alg)
  return typeof key === 'string' ? key : { kid: typeof json.kid === 'string' ? json.kid : '', alg, key }
}

const READERS: Record<string, (json: JsonObject, alg: string) => Jwk['key'] | string> = {
  RSA: readRsa,
  EC: readEc,
  oct: readOct,
  OKP: readOkp,
}

function readRsa(json: JsonObject, alg: string): Jwk['key'] | string {
  if (alg !== '' && !/^[RP]S/.test(alg)) return `\`alg\` ${alg} is not for an RSA key`
  const n = bytesOf(json.n)
  const e = bytesOf(json.e)
  if (!n || !e) return '`n` and `e` of an RSA key have to be base64url'
  const exponent = toNumber(e)
  if (exponent !== 3n && exponent !== 65537n) return '`e` of an RSA key has to be 3 or 65537'
  const rsa = importRsaNumbers(toNumber(n), exponent)
  return rsa ? { kind: 'rsa', rsa } : '`n` is not a modulus that can be used'
}

function readEc(json: JsonObject, alg: string): Jwk['key'] | string {
  if (alg !== '' && !alg.startsWith('ES')) return `\`alg\` ${alg} is not for an EC key`
  if (json.crv !== undefined && typeof json.crv !== 'string') return '`crv` has to be a string'
  const named = json.crv ?? ''
  if (alg !== '' && named !== '' && CURVES[named]?.alg !== alg) return `\`crv\` ${named} does not fit \`alg\` ${alg}`
  const name = named || (alg === '' ? 'P-256' : Object.keys(CURVES).find((each) => CURVES[each]!.alg === alg))
  const curve = name === undefined ? undefined : CURVES[name]?.curve
  if (!curve) return 'the curve is not supported'
  const x = bytesOf(json.x)
  const y = bytesOf(json.y)
  if (!x || !y) return '`x` and `y` of an EC key have to be base64url'
  try {
    const point = curve.Point.fromAffine({ x: toNumber(x), y: toNumber(y) })
    point.assertValidity()
    return { kind: 'ec', curve, point: point.toBytes(false) }
  } catch {
    return '`x` and `y` are not a point of the curve'
  }
}

function readOct(json: JsonObject, alg: string): Jwk['key'] | string {
  if (alg !== '' && !/^HS(256|384|512)$/.test(alg)) return `\`alg\` ${alg} is not for an HMAC key`
  const secret = bytesOf(json.k)
  return secret && secret.length > 0 ? { kind: 'oct', secret } : '`k` has to be base64url'
}

function readOkp(json: JsonObject, alg: string): Jwk['key'] | string {
  if (alg !== '' && alg !== 'EdDSA') return `\`alg\` ${alg} is not for an OKP key`
  if (json.crv !== 'Ed25519') return '`crv` of an OKP key has to be Ed25519'
  const point = bytesOf(json.x)
  return point && point.length === ED25519_BYTES ? { kind: 'ed25519', point } : '`x` has to be 32 bytes'
}

function bytesOf(value: JsonValue | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? fromBase64Url(value) : undefined
}

function toNumber(bytes: Uint8Array): bigint {
  let number = 0n
  for (const byte of bytes) number = (number << 8n) | BigInt(byte)
  return number
}
