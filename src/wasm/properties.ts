import { latin1, utf8 } from '../engine/bytes.ts'
import { celAttributes } from '../engine/match/cel-attributes.ts'
import type { MatchContext } from '../engine/match/types.ts'
import { Result } from './abi.ts'
import { encodePairs, type Pair } from './pairs.ts'

/**
 * The value of an attribute by the parts of its path, in the bytes that a module reads: text as UTF-8, numbers as eight bytes
 * little-endian, booleans as one, maps and lists as pairs (Envoy: Context::getProperty and serializeValue in
 * source/extensions/common/wasm/context.cc). Or why there is none.
 * @param startTime milliseconds since 1970 at the start of the run.
 */
export function attribute(context: MatchContext, path: readonly string[], startTime: number): Uint8Array | number {
  const [first = '', ...rest] = path
  if (path.length === 1 && first === '') return Result.SerializationFailure
  const attributes = celAttributes(context, startTime)
  let value: unknown = Object.hasOwn(attributes, first) ? attributes[first] : undefined
  for (const part of rest) {
    value = child(value, part)
    if (value === undefined) break
  }
  if (value === undefined) return Result.NotFound
  if (isMetadata(path, value)) return new Uint8Array(0)
  // A group of attributes is not handed over as a whole.
  if (path.length === 1) return Result.SerializationFailure
  return serialize(value) ?? Result.SerializationFailure
}

/** Metadata without a part named is a message, which becomes its own bytes; those of one with fields are not made here. */
function isMetadata(path: readonly string[], value: unknown): boolean {
  return (
    value instanceof Map &&
    path.length < 3 &&
    /(^|_)metadata$/.test(path.at(-1) ?? '') &&
    path.at(-1) !== 'filter_metadata'
  )
}

function child(value: unknown, part: string): unknown {
  if (value instanceof Map) return value.get(part)
  if (Array.isArray(value)) return /^\d+$/.test(part) ? value[Number(part)] : undefined
  return undefined
}

function serialize(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return utf8(value)
  if (value instanceof Uint8Array) return value
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
  if (typeof value === 'bigint') return eight((view) => view.setBigInt64(0, BigInt.asIntN(64, value), true))
  if (typeof value === 'number') return eight((view) => view.setFloat64(0, value, true))
  if (value instanceof Map) return pairsOf([...value.entries()])
  if (Array.isArray(value)) return pairsOf(value.map((entry): [unknown, unknown] => [entry, '']))
  const time = (value as { seconds?: bigint; nanos?: number } | null) ?? {}
  if (typeof time.seconds === 'bigint') {
    const nanoseconds = time.seconds * 1_000_000_000n + BigInt(time.nanos ?? 0)
    return eight((view) => view.setBigInt64(0, nanoseconds, true))
  }
  return undefined
}

function pairsOf(entries: readonly (readonly [unknown, unknown])[]): Uint8Array | undefined {
  const pairs: Pair[] = []
  for (const [name, value] of entries) {
    const [nameBytes, valueBytes] = [serialize(name), serialize(value)]
    if (!nameBytes || !valueBytes) return undefined
    pairs.push([latin1(nameBytes), latin1(valueBytes)])
  }
  return encodePairs(pairs)
}

/** A number as eight bytes, written by `write`. */
export function eight(write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(8)
  write(new DataView(bytes.buffer))
  return bytes
}
