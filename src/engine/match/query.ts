/** The path without `?query` and `#fragment` (PathUtil::removeQueryAndFragment). */
export function removeQueryAndFragment(path: string): string {
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code === 0x3f || code === 0x23) return path.slice(0, i)
  }
  return path
}

/** What stands behind the first `?`; empty when there is none. */
export function queryOf(path: string): string {
  const start = path.indexOf('?')
  return start < 0 ? '' : path.slice(start + 1)
}

/**
 * Query parameters in order, not decoded; a name without `=` has an empty value (Http::Utility::QueryParamsMulti).
 */
export function queryParameters(path: string): [name: string, value: string][] {
  const query = queryOf(path)
  if (query === '') return []
  return query.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
  })
}

/** The first value of a parameter, or undefined. */
export function queryParameter(path: string, name: string): string | undefined {
  return queryParameters(path).find(([candidate]) => candidate === name)?.[1]
}

/** `%41` to `A`, byte by byte; what is no escape stays. */
export function percentDecode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
