import { cbc } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { fromLatin1, latin1 } from '../../../engine/bytes.ts'
import type { Host } from '../../../engine/host.ts'
import { base64UrlEncode, strictBase64UrlDecode } from '../../common/base64.ts'

// Everything here is a byte string: secrets, tokens and what is made of them.

const IV_BYTES = 16

function mac(secret: string, text: string): Uint8Array {
  return hmac(sha256, fromLatin1(secret), fromLatin1(text))
}

/** What the session cookie has to be for these tokens. */
export function sessionMac(secret: string, parts: readonly string[]): string {
  return btoa(latin1(mac(secret, parts.join('\n'))))
}

/** Whether a session cookie is right: as it is made now, or in hexadecimal as it once was. */
export function isSessionMac(secret: string, parts: readonly string[], found: string): boolean {
  const bytes = mac(secret, parts.join('\n'))
  return found === btoa(latin1(bytes)) || found === btoa(bytesToHex(bytes))
}

/** Sixteen hexadecimal digits of chance, which name a sign-in. */
export function flowId(host: Host): string {
  return bytesToHex(randomBytes(host, 8))
}

/** The name of a sign-in, signed, so that nobody else can start one. */
export function csrfToken(secret: string, flow: string): string {
  return `${flow}.${btoa(latin1(mac(secret, flow)))}`
}

export function isCsrfToken(secret: string, token: string): boolean {
  const dot = token.indexOf('.')
  return dot >= 0 && csrfToken(secret, token.slice(0, dot)) === token
}

/** RFC 7636: a secret of the sign-in, and what the authorization server is shown of it. */
export function codeVerifier(host: Host): { verifier: string; challenge: string } {
  const verifier = base64UrlEncode(latin1(randomBytes(host, 32)))
  return { verifier, challenge: base64UrlEncode(latin1(sha256(fromLatin1(verifier)))) }
}

/** AES-256-CBC with the secret's SHA-256 as key; the initialization vector stands before the text. */
export function encrypt(text: string, secret: string, host: Host): string {
  const iv = randomBytes(host, IV_BYTES)
  return base64UrlEncode(latin1(iv) + latin1(cbc(keyOf(secret), iv).encrypt(fromLatin1(text))))
}

/** The text, or why there is none. */
export function decrypt(encrypted: string, secret: string): { text: string } | { error: string } {
  const bytes = fromLatin1(strictBase64UrlDecode(encrypted) ?? '')
  if (bytes.length <= IV_BYTES) return { error: 'Invalid encrypted data' }
  try {
    const plain = cbc(keyOf(secret), bytes.subarray(0, IV_BYTES)).decrypt(bytes.subarray(IV_BYTES))
    return { text: latin1(plain) }
  } catch {
    return { error: 'failed to finalize decryption' }
  }
}

function keyOf(secret: string): Uint8Array {
  return sha256(fromLatin1(secret))
}

function randomBytes(host: Host, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => Math.floor(host.random() * 256))
}
