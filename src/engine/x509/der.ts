/** One DER element: its tag byte, the bytes of its value and of the whole. Only definite lengths exist in DER. */
export interface DerElement {
  tag: number
  value: Uint8Array
  bytes: Uint8Array
}

export const derTags = { integer: 2, bitString: 3, oid: 6, utf8: 12, sequence: 0x30, set: 0x31, bmp: 30 } as const

/** The elements that lie one after another in `bytes`; undefined when they do not fit exactly. */
export function derElements(bytes: Uint8Array): DerElement[] | undefined {
  const found: DerElement[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = derElement(bytes, at)
    if (!element) return undefined
    found.push(element)
    at += element.bytes.length
  }
  return found
}

/** The element that begins at `at`. */
export function derElement(bytes: Uint8Array, at = 0): DerElement | undefined {
  const tag = bytes[at]
  let length = bytes[at + 1]
  if (tag === undefined || length === undefined) return undefined
  let start = at + 2
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? Number.NaN)
    start += count
  }
  if (!(start + length <= bytes.length)) return undefined
  return { tag, value: bytes.subarray(start, start + length), bytes: bytes.subarray(at, start + length) }
}

/** The elements inside a constructed element of `tag`. */
export function derInside(element: DerElement | undefined, tag: number): DerElement[] | undefined {
  return element?.tag === tag ? derElements(element.value) : undefined
}

/** An object identifier in dotted form. */
export function derOid(value: Uint8Array): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of value) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (arcs.length === 0) {
      const first = Math.min(2, Math.floor(arc / 40))
      arcs.push(first, arc - first * 40)
    } else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}

/** A non-negative INTEGER, or the bytes of any big-endian number. */
export function derInteger(value: Uint8Array): bigint {
  let number = 0n
  for (const byte of value) number = (number << 8n) | BigInt(byte)
  return number
}
