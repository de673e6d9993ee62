/** The cookie's content: envoy.Cookie, two fields, as protobuf writes it (byte strings). Times are seconds since 1970; 0 is none. */
export interface CookieMessage {
  address: string
  expires: number
}

const ADDRESS = 0x0a
const EXPIRES = 0x10

/** The message's bytes; fields at their default are left out. */
export function encodeCookie({ address, expires }: CookieMessage): string {
  const text = address === '' ? '' : String.fromCharCode(ADDRESS) + varint(address.length) + address
  return expires === 0 ? text : text + String.fromCharCode(EXPIRES) + varint(expires)
}

/** Reads the message; undefined when the bytes are something else. */
export function decodeCookie(bytes: string): CookieMessage | undefined {
  const message: CookieMessage = { address: '', expires: 0 }
  let at = 0
  const number = (): number | undefined => {
    let value = 0
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes.charCodeAt(at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    return undefined
  }
  while (at < bytes.length) {
    const tag = bytes.charCodeAt(at++)
    const value = number()
    if (value === undefined) return undefined
    if (tag === EXPIRES) message.expires = value
    else if (tag === ADDRESS && at + value <= bytes.length) {
      message.address = bytes.slice(at, at + value)
      at += value
    } else return undefined
  }
  return message
}

function varint(value: number): string {
  let out = ''
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) out += String.fromCharCode((rest % 128) | 0x80)
  return out + String.fromCharCode(rest)
}
