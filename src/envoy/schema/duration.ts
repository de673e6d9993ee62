import type { JsonValue } from '@bufbuild/protobuf'
import { isObject } from '../opaque.ts'

const NANOS = 1_000_000_000n
const MAX_SECONDS = 315_576_000_000n

/** A duration in proto3 JSON (`"1.5s"`) or as `{seconds, nanos}` -> nanoseconds; undefined when it is neither. */
export function parseDuration(json: JsonValue): bigint | undefined {
  if (typeof json === 'string') {
    const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(json)
    if (!match) return undefined
    const magnitude = BigInt(match[2]!) * NANOS + BigInt((match[3] ?? '').padEnd(9, '0'))
    return inRange(match[1] ? -magnitude : magnitude)
  }
  if (!isObject(json)) return undefined
  const { seconds = 0, nanos = 0, ...others } = json
  if (Object.keys(others).length > 0 || !isInteger(seconds) || !isInteger(nanos)) return undefined
  return inRange(BigInt(seconds as string) * NANOS + BigInt(nanos as string))
}

/** Nanoseconds -> proto3 JSON, as short as it can be written. */
export function formatDuration(nanoseconds: bigint): string {
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (magnitude % NANOS).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nanoseconds < 0n ? '-' : ''}${magnitude / NANOS}${fraction ? `.${fraction}` : ''}s`
}

function inRange(nanoseconds: bigint): bigint | undefined {
  const limit = MAX_SECONDS * NANOS
  return nanoseconds >= -limit && nanoseconds <= limit ? nanoseconds : undefined
}

function isInteger(json: JsonValue): boolean {
  return (typeof json === 'number' && Number.isInteger(json)) || (typeof json === 'string' && /^-?\d+$/.test(json))
}
