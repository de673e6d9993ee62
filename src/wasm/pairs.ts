import { fromLatin1, latin1 } from '../engine/bytes.ts'

/** A name and a value, byte strings. */
export type Pair = readonly [string, string]

/** Pairs as the ABI hands them over: a count, the sizes, then each text with a NUL behind it; nothing for no pairs. */
export function encodePairs(pairs: readonly Pair[]): Uint8Array {
  const size = pairs.reduce((sum, [name, value]) => sum + 8 + name.length + 1 + value.length + 1, 4)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, pairs.length, true)
  let head = 4
  let body = 4 + 8 * pairs.length
  for (const pair of pairs) {
    for (const text of pair) {
      view.setUint32(head, text.length, true)
      head += 4
      bytes.set(fromLatin1(text), body)
      body += text.length + 1
    }
  }
  return bytes
}

/** The pairs in a module's bytes; none when the sizes do not fit, as in Envoy's host. */
export function decodePairs(bytes: Uint8Array): Pair[] {
  if (bytes.length < 4) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(0, true)
  if (4 + count * 8 > bytes.length) return []
  const pairs: Pair[] = []
  let at = 4 + 8 * count
  for (let i = 0; i < count; i++) {
    const nameSize = view.getUint32(4 + 8 * i, true)
    const valueSize = view.getUint32(8 + 8 * i, true)
    const valueAt = at + nameSize + 1
    if (valueAt + valueSize + 1 > bytes.length) return []
    pairs.push([latin1(bytes.subarray(at, at + nameSize)), latin1(bytes.subarray(valueAt, valueAt + valueSize))])
    at = valueAt + valueSize + 1
  }
  return pairs
}
