import { type JsonNode, shown } from './json-reader.ts'

type Members = [string, JsonNode][]

/** What stands for the value in the library's message. */
export interface Problem {
  problem: string
}

const WRAPPERS = new Set(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map(
    (name) => `google.protobuf.${name}Value`,
  ),
)

/**
 * The members that a message with a JSON form of its own has for a JSON value; undefined when the type has none.
 * Timestamps, durations, field masks, wrappers, Struct, Value and ListValue.
 */
export function wellKnown(typeName: string, value: JsonNode, path: string): Members | Problem | undefined {
  const unfit = (): Problem => ({ problem: shown(value) })
  if (WRAPPERS.has(typeName)) return value.kind === 'object' ? undefined : [['value', value]]
  switch (typeName) {
    case 'google.protobuf.Timestamp':
      return value.kind === 'string' ? timestamp(value.value, path) : unfit()
    case 'google.protobuf.Duration':
      return value.kind === 'string' ? duration(value.value, path) : unfit()
    case 'google.protobuf.FieldMask':
      return value.kind === 'string' ? fieldMask(value.value) : unfit()
    case 'google.protobuf.Struct':
      return value.kind === 'object' ? [['fields', value]] : unfit()
    case 'google.protobuf.ListValue':
      return value.kind === 'array' ? [['values', value]] : unfit()
    case 'google.protobuf.Value':
      return anyValue(value)
    default:
      return undefined
  }
}

function anyValue(value: JsonNode): Members {
  switch (value.kind) {
    case 'null':
      return [['null_value', { kind: 'number', text: '0' }]]
    case 'boolean':
      return [['bool_value', value]]
    case 'number':
      return [['number_value', value]]
    case 'string':
      return [['string_value', value]]
    case 'object':
      return [['struct_value', value]]
    case 'array':
      return [['list_value', value]]
  }
}

function timestamp(text: string, path: string): Members | Problem {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const ms = found ? Date.parse(`${found[1]}${found[3]}`) : Number.NaN
  // The 30th of February would pass as the 1st of March.
  const isDay = found && !Number.isNaN(ms) && new Date(`${found[1]}Z`).toISOString().startsWith(found[1]!)
  if (!found || !isDay) {
    const zoned = /(Z|[+-]\d\d:\d\d)$/.test(text)
    const what = zoned
      ? `Invalid time format: ${found ? 'Out-of-range field' : 'Failed to parse input'}`
      : "Illegal timestamp format; timestamps must end with 'Z' or have a valid timezone offset."
    return { problem: `Field '${path}', ${what}` }
  }
  return secondsAndNanos(String(ms / 1000), (found[2] ?? '').padEnd(9, '0'))
}

function duration(text: string, path: string): Members | Problem {
  const found = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(text)
  if (!found) {
    const what = text.endsWith('s') ? 'failed to parse seconds' : "duration must end with 's'"
    return { problem: `Field '${path}', Illegal duration format; ${what}` }
  }
  const nanos = String(Number((found[3] ?? '').padEnd(9, '0')))
  return secondsAndNanos(`${found[1]}${found[2]}`, found[1] && nanos !== '0' ? `-${nanos}` : nanos)
}

function secondsAndNanos(seconds: string, nanos: string): Members {
  return [
    ['seconds', { kind: 'number', text: seconds }],
    ['nanos', { kind: 'number', text: String(Number(nanos)) }],
  ]
}

function fieldMask(text: string): Members {
  const paths = text === '' ? [] : text.split(',')
  const snake = (path: string) => path.trim().replace(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`)
  return [['paths', { kind: 'array', items: paths.map((path) => ({ kind: 'string', value: snake(path) })) }]]
}
