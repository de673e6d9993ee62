/** ASCII-only lower case: header bytes past 0x7F stay as they are (absl::AsciiStrToLower). */
export function asciiLower(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x41 && code <= 0x5a) return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
  }
  return text
}

/** An integer as absl::SimpleAtoi reads it: optional blanks around, a sign, digits, 64 bits; undefined otherwise. */
export function parseInt64(text: string): bigint | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?\d+)[ \t\n\v\f\r]*$/.exec(text)
  if (!found) return undefined
  const value = BigInt(found[1]!.replace(/^\+/, ''))
  return value === BigInt.asIntN(64, value) ? value : undefined
}
