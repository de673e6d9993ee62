import type { CaseResult, HeaderPair } from '../../src/cli/case-document.ts'

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
export function normaliseHeaders(headers: readonly HeaderPair[]): HeaderPair[] {
  return headers
    .map(([name, value]): HeaderPair => [name.toLowerCase(), String(value)])
    .filter(([name]) => !VOLATILE.has(name) || VOLATILE.get(name) !== undefined)
    .map(([name, value]): HeaderPair => [name, VOLATILE.get(name) ?? value])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** A result as it is written and compared. */
export function normaliseResult(result: CaseResult): CaseResult {
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
