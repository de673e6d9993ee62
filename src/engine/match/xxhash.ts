const P1 = 0x9e3779b185ebca87n
const P2 = 0xc2b2ae3d27d4eb4fn
const P3 = 0x165667b19e3779f9n
const P4 = 0x85ebca77c2b2ae63n
const P5 = 0x27d4eb2f165667c5n

/** xxHash64 of a byte string (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): what Envoy's HashUtil::xxHash64 gives. */
export function xxHash64(bytes: string, seed = 0n): bigint {
  const length = bytes.length
  let at = 0
  let hash: bigint
  if (length >= 32) {
    let lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map(wrap)
    for (; at + 32 <= length; at += 32) lanes = lanes.map((lane, i) => round(lane, word(bytes, at + 8 * i, 8)))
    const [a, b, c, d] = lanes as [bigint, bigint, bigint, bigint]
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
    for (const lane of lanes) hash = wrap((hash ^ round(0n, lane)) * P1 + P4)
  } else {
    hash = wrap(seed + P5)
  }
  hash = wrap(hash + BigInt(length))
  for (; at + 8 <= length; at += 8) hash = wrap(rotate(hash ^ round(0n, word(bytes, at, 8)), 27n) * P1 + P4)
  for (; at + 4 <= length; at += 4) hash = wrap(rotate(hash ^ wrap(word(bytes, at, 4) * P1), 23n) * P2 + P3)
  for (; at < length; at++) hash = wrap(rotate(hash ^ wrap(word(bytes, at, 1) * P5), 11n) * P1)
  hash = wrap((hash ^ (hash >> 33n)) * P2)
  hash = wrap((hash ^ (hash >> 29n)) * P3)
  return hash ^ (hash >> 32n)
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap((value << by) | (value >> (64n - by)))
}

function round(lane: bigint, input: bigint): bigint {
  return wrap(rotate(wrap(lane + input * P2), 31n) * P1)
}

/** Little-endian. */
function word(bytes: string, at: number, width: number): bigint {
  let value = 0n
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.charCodeAt(at + i))
  return value
}
