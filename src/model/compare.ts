import { isObject } from './json.ts'

type Pair = readonly [name: string, value: string]

/** A result in the case format, as far as comparing needs it. */
export interface ComparableResult {
  response: { headers?: readonly Pair[]; received?: unknown }
  upstream?: readonly { headers?: readonly Pair[] }[]
}

// What differs from run to run: a placeholder stands for it, or, if undefined, the header is left out.
const VOLATILE = new Map<string, string | undefined>([
  ['x-request-id', '<uuid>'],
  ['x-envoy-upstream-service-time', '<ms>'],
  ['date', undefined],
  ['connection', undefined],
  ['transfer-encoding', undefined],
  ['keep-alive', undefined],
])

/** Names in lower case and sorted, the order within one name kept, what is volatile masked or left out. */
export function normaliseHeaders(headers: readonly Pair[]): [name: string, value: string][] {
  return headers
    .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
    .filter(([name]) => !VOLATILE.has(name) || VOLATILE.get(name) !== undefined)
    .map(([name, value]): [string, string] => [name, VOLATILE.get(name) ?? value])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** A result as it is written and compared. */
export function normaliseResult<T extends ComparableResult>(result: T): T {
  const response = { ...result.response }
  if (response.headers) response.headers = normaliseHeaders(response.headers)
  if (typeof response.received === 'string') {
    response.received = response.received.replace(/(\r\ndate: )[^\r]*/gi, '$1<date>')
  }
  const upstream = (result.upstream ?? []).map((record) =>
    record.headers ? { ...record, headers: normaliseHeaders(record.headers) } : record,
  )
  return { ...result, response, upstream }
}

/** What is wrong with `got`, one line for each difference; none if it is what `want` says. */
export function compareResult(want: ComparableResult, got: ComparableResult): string[] {
  return differences(normaliseResult(want), normaliseResult(got), '')
}

/** The same for the results of a whole case; each line begins with the number of its request. */
export function compareResults(want: readonly ComparableResult[], got: readonly ComparableResult[]): string[] {
  if (want.length !== got.length) return [`${got.length} results for ${want.length} requests and connections`]
  return want.flatMap((result, index) => compareResult(result, got[index]!).map((line) => `#${index}${line}`))
}

function differences(want: unknown, got: unknown, path: string): string[] {
  if (isObject(want) && isObject(got)) {
    const keys = [...new Set([...Object.keys(want), ...Object.keys(got)])].sort()
    return keys.flatMap((key) => differences(want[key], got[key], `${path}.${key}`))
  }
  if (Array.isArray(want) && Array.isArray(got)) {
    if (path.endsWith('headers')) return headerDifferences(want as Pair[], got as Pair[], path)
    if (want.length === got.length) {
      return want.flatMap((item, index) => differences(item, got[index], `${path}[${index}]`))
    }
  }
  return same(want, got) ? [] : [`${path}: want ${shown(want)} got ${shown(got)}`]
}

/** Headers are a bag, but within one name the order counts. */
function headerDifferences(want: readonly Pair[], got: readonly Pair[], path: string): string[] {
  const lines = new Set<string>()
  const count = (list: readonly Pair[], pair: Pair) => list.filter((other) => same(other, pair)).length
  for (const pair of want) {
    if (count(want, pair) > count(got, pair)) lines.add(`${path}: missing ${pair[0]}: ${pair[1]}`)
  }
  for (const pair of got) {
    if (count(got, pair) > count(want, pair)) lines.add(`${path}: extra ${pair[0]}: ${pair[1]}`)
  }
  if (lines.size === 0 && !same(want, got)) lines.add(`${path}: order differs`)
  return [...lines]
}

/** Equal as JSON; a field that is null or missing is the same. */
function same(want: unknown, got: unknown): boolean {
  return JSON.stringify(want ?? null) === JSON.stringify(got ?? null)
}

function shown(value: unknown): string {
  return JSON.stringify(value ?? null).slice(0, 160)
}
