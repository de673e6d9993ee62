import { ScalarType } from '@bufbuild/protobuf'
import { formatDuration, parseDuration } from '../../../envoy/schema/duration.ts'
import { readScalar } from '../../../envoy/schema/scalars.ts'
import type { Json } from '../../../model/json.ts'
import type { Shape } from './shape.ts'

/** A value as its input shows it. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What was typed, as proto3 JSON, or what is wrong with it. */
export type Parsed = { json: Json; problem?: undefined } | { problem: string }

const UNITS: Record<string, bigint> = { ns: 1n, us: 1_000n, ms: 1_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n }

/** Reads a number, text, bytes, duration or time as it was typed. Durations may also be written as 500ms, 5m, 1h. */
export function parseText(shape: Shape, text: string): Parsed {
  switch (shape.kind) {
    case 'duration':
      return durationOf(text)
    case 'timestamp':
      return Number.isNaN(Date.parse(text))
        ? { problem: 'expected a time such as 2026-01-31T12:00:00Z' }
        : { json: text }
    case 'text':
      return { json: text }
    default: {
      const trimmed = text.trim()
      const reading = readScalar(shape.scalar ?? ScalarType.STRING, trimmed)
      return reading.mistake === undefined ? { json: reading.json as Json } : { problem: reading.mistake }
    }
  }
}

function durationOf(text: string): Parsed {
  const trimmed = text.trim()
  const plain = parseDuration(trimmed)
  if (plain !== undefined) return { json: trimmed }
  const match = /^(\d+)(?:\.(\d{1,9}))?(ns|us|ms|m|h)$/.exec(trimmed)
  const unit = match ? UNITS[match[3]!] : undefined
  if (!match || unit === undefined) return { problem: 'expected a duration such as 1.5s, 250ms or 5m' }
  const fraction = (match[2] ?? '').padEnd(9, '0')
  return { json: formatDuration(BigInt(match[1]!) * unit + (BigInt(fraction) * unit) / 1_000_000_000n) }
}
