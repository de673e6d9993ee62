/**
 * Base64 of the standard alphabet to a byte string, or undefined when it is malformed: padded to a multiple of four, no
 * white space, no bits left over (Envoy: Base64::decode in source/common/common/base64.cc).
 */
export function strictBase64Decode(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const bytes = atob(text)
  return btoa(bytes) === text ? bytes : undefined
}

/**
 * The same without asking for padding: up to two `=` at the end are passed over, right or wrong
 * (Envoy: Base64::decodeWithoutPadding).
 */
export function unpaddedBase64Decode(text: string): string | undefined {
  const bare = text.replace(/={1,2}$/, '')
  return strictBase64Decode(bare + '='.repeat((4 - (bare.length % 4)) % 4))
}

/** Base64url without padding to a byte string, or undefined when it is malformed (Envoy: Base64Url::decode). */
export function strictBase64UrlDecode(text: string): string | undefined {
  if (/[^A-Za-z0-9_-]/.test(text)) return undefined
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  return strictBase64Decode(plain + '='.repeat((4 - (plain.length % 4)) % 4))
}

/** A byte string to base64url without padding. */
export function base64UrlEncode(bytes: string): string {
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
