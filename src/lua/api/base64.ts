/** Standard base64 with padding, of a byte string (absl::Base64Escape). */
export function base64Encode(bytes: string): string {
  return btoa(bytes)
}

/**
 * Standard base64 to a byte string, or undefined when it is malformed: ASCII white space is skipped, padding may be left
 * out but not be wrong, spare bits do not matter, and the URL-safe alphabet is refused (absl::Base64Unescape).
 */
export function base64Decode(text: string): string | undefined {
  const compact = text.replace(/[\t-\r ]/g, '')
  const match = /^([A-Za-z0-9+/]*)([=.]*)$/.exec(compact)
  if (!match) return undefined
  const digits = match[1]!
  const padding = match[2]!.length
  const rest = digits.length % 4
  if (rest === 1) return undefined
  if (padding !== 0 && padding !== (4 - rest) % 4) return undefined
  return atob(digits + '='.repeat((4 - rest) % 4))
}
