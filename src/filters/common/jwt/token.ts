import type { JsonObject, JsonValue } from '../../../engine/stream-info.ts'
import { fromBase64Url, parseJsonObject } from './encoding.ts'
import type { JwtStatus } from './status.ts'

/** A token taken apart; nothing of it has been verified. Strings of claims are text, `signed` and `payloadPart` ASCII. */
export interface Jwt {
  header: JsonObject
  payload: JsonObject
  alg: string
  /** Empty when the header names no key. */
  kid: string
  iss: string
  sub: string
  /** Seconds since 1970; 0 when there is none. */
  nbf: number
  exp: number
  audiences: readonly string[]
  /** The payload as it came, in base64url. */
  payloadPart: string
  /** What the signature is of: header, dot, payload. */
  signed: string
  signature: Uint8Array
}

const ALGORITHMS = new Set(
  ['ES', 'HS', 'RS', 'PS'].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`)).concat('EdDSA'),
)

/** Takes a token apart, or says what is wrong with it; checks come in Envoy's order (source/common/jwt/jwt.cc). */
export function parseJwt(token: string): Jwt | JwtStatus {
  const parts = token.split('.').filter(Boolean)
  const [headerPart, payloadPart, signaturePart] = parts
  if (parts.length !== 3 || !headerPart || !payloadPart || !signaturePart) return 'JwtBadFormat'

  const headerBytes = fromBase64Url(headerPart)
  if (!headerBytes) return 'JwtHeaderBadBase64'
  const header = parseJsonObject(headerBytes)
  if (!header) return 'JwtHeaderBadJson'
  const { alg, kid } = header
  if (typeof alg !== 'string') return 'JwtHeaderBadAlg'
  if (!ALGORITHMS.has(alg)) return 'JwtHeaderNotImplementedAlg'
  if (kid !== undefined && typeof kid !== 'string') return 'JwtHeaderBadKid'

  const payloadBytes = fromBase64Url(payloadPart)
  if (!payloadBytes) return 'JwtPayloadBadBase64'
  const payload = parseJsonObject(payloadBytes)
  if (!payload) return 'JwtPayloadBadJson'
  const { iss, sub, jti } = payload
  if (iss !== undefined && typeof iss !== 'string') return 'JwtIssNotString'
  if (sub !== undefined && typeof sub !== 'string') return 'JwtSubNotString'
  const times = timesOf(payload)
  if (typeof times === 'string') return times
  if (jti !== undefined && typeof jti !== 'string') return 'JwtJtiNotString'
  const audiences = audiencesOf(payload.aud)
  if (!audiences) return 'JwtAudNotString'

  const signature = fromBase64Url(signaturePart)
  if (!signature) return 'JwtSignatureBadBase64'
  return {
    header,
    payload,
    alg,
    kid: kid ?? '',
    iss: iss ?? '',
    sub: sub ?? '',
    ...times,
    audiences,
    payloadPart,
    signed: `${headerPart}.${payloadPart}`,
    signature,
  }
}

const TIME_CLAIMS = [
  ['iat', 'JwtIatNotInteger', 'JwtIatOutOfRange'],
  ['nbf', 'JwtNbfNotInteger', 'JwtNbfOutOfRange'],
  ['exp', 'JwtExpNotInteger', 'JwtExpOutOfRange'],
] as const

function timesOf(payload: JsonObject): { iat: number; nbf: number; exp: number } | JwtStatus {
  const times = { iat: 0, nbf: 0, exp: 0 }
  for (const [claim, notInteger, outOfRange] of TIME_CLAIMS) {
    const value = payload[claim]
    if (value === undefined) continue
    if (typeof value !== 'number') return notInteger
    if (value < 0 || value >= 2 ** 64) return outOfRange
    times[claim] = Math.trunc(value)
  }
  return times
}

function audiencesOf(aud: JsonValue | undefined): string[] | undefined {
  if (aud === undefined) return []
  if (typeof aud === 'string') return [aud]
  return Array.isArray(aud) && aud.every((each) => typeof each === 'string') ? (aud as string[]) : undefined
}

/** Whether a token may be used `now` (seconds since 1970), give or take `skew` seconds. */
export function checkTime({ nbf, exp }: Jwt, now: number, skew: number): JwtStatus {
  if (now + skew < nbf) return 'JwtNotYetValid'
  if (exp !== 0 && now > exp + skew) return 'JwtExpired'
  return 'Ok'
}

/** What is compared of an audience: neither its http(s):// nor a slash at its end counts. */
export function bareAudience(audience: string): string {
  return audience.replace(/^https?:\/\//, '').replace(/\/$/, '')
}
