import { ConfigError } from '../catalogue.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A time in milliseconds since 1970 (fractions are microseconds and nanoseconds) as text. */
type TimeFormat = (ms: number) => string

/**
 * An access-log time format: strftime conversions, `%3f` for so many digits of the fraction, `%s` for seconds; empty is
 * ISO 8601 with milliseconds. Local times are printed in UTC: the simulator has no time zone.
 * @throws ConfigError for formats with a newline, which Envoy refuses.
 */
export function parseTimeFormat(format: string, path: string): TimeFormat {
  if (format === '') return (ms) => new Date(Math.floor(ms)).toISOString()
  if (/%[-_0^#]*[1-9]*[EO]?n/.test(format)) throw new ConfigError(path, `the time format '${format}' prints a newline`)
  const parts: ((time: Moment) => string)[] = []
  let literal = ''
  const flush = () => {
    const text = literal
    if (text !== '') parts.push(() => text)
    literal = ''
  }
  for (let i = 0; i < format.length; i++) {
    const found =
      format[i] === '%' ? /^%(?:([1-9])?(\*)?(f)|E([1-9*])?([SsfTz])|[EO]?([a-zA-Z%]))/.exec(format.slice(i)) : null
    if (!found) {
      literal += format[i]
      continue
    }
    i += found[0].length - 1
    const conversion = conversionOf(found)
    if (!conversion) {
      literal += found[0]
      continue
    }
    flush()
    parts.push(conversion)
  }
  flush()
  return (ms) => {
    const moment = momentOf(ms)
    return parts.map((part) => part(moment)).join('')
  }
}

interface Moment {
  date: Date
  seconds: number
  nanos: number
}

function momentOf(ms: number): Moment {
  const seconds = Math.floor(ms / 1000)
  return { date: new Date(Math.floor(ms)), seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) }
}

function conversionOf(found: RegExpExecArray): ((time: Moment) => string) | undefined {
  const [, digits, , fraction, extendedDigits, extended, plain] = found
  if (fraction) return (time) => fractionText(time, digits ? Number(digits) : 9)
  if (extended === 'S') {
    const count = extendedDigits === '*' || !extendedDigits ? 9 : Number(extendedDigits)
    return (time) => `${two(time.date.getUTCSeconds())}.${fractionText(time, count)}`
  }
  if (extended === 'f') return (time) => fractionText(time, Number(extendedDigits) || 9)
  if (extended === 'T') return () => 'T'
  if (extended === 'z') return () => '+00:00'
  const letter = extended ?? plain
  return letter === undefined ? undefined : CONVERSIONS[letter]
}

function fractionText(time: Moment, digits: number): string {
  return String(time.nanos).padStart(9, '0').slice(0, digits)
}

const CONVERSIONS: Record<string, (time: Moment) => string> = {
  a: ({ date }) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: ({ date }) => DAYS[date.getUTCDay()]!,
  b: ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  h: ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: ({ date }) => MONTHS[date.getUTCMonth()]!,
  C: ({ date }) => two(Math.floor(date.getUTCFullYear() / 100)),
  d: ({ date }) => two(date.getUTCDate()),
  D: ({ date }) => `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`,
  e: ({ date }) => String(date.getUTCDate()).padStart(2, ' '),
  F: ({ date }) => `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`,
  H: ({ date }) => two(date.getUTCHours()),
  I: ({ date }) => two(date.getUTCHours() % 12 || 12),
  j: ({ date }) => String(dayOfYear(date)).padStart(3, '0'),
  m: ({ date }) => two(date.getUTCMonth() + 1),
  M: ({ date }) => two(date.getUTCMinutes()),
  p: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  R: ({ date }) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`,
  s: ({ seconds }) => String(seconds),
  S: ({ date }) => two(date.getUTCSeconds()),
  t: () => '\t',
  T: ({ date }) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
  u: ({ date }) => String(date.getUTCDay() || 7),
  w: ({ date }) => String(date.getUTCDay()),
  y: ({ date }) => two(date.getUTCFullYear() % 100),
  Y: ({ date }) => String(date.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}
