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

/** Values by name, to change and to put back with `withParameters`. */
export type Parameters = Map<string, string[]>

/** Adds a value behind those that a name has. */
export function addParameter(parameters: Parameters, name: string, value: string): void {
  const values = parameters.get(name)
  if (values) values.push(value)
  else parameters.set(name, [value])
}

/** A path with other parameters, in the order of their names, as Envoy's sorted map has them; its fragment is lost. */
export function withParameters(path: string, parameters: Parameters): string {
  const query = [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `${name}=${value}`))
    .join('&')
  return removeQueryAndFragment(path) + (query === '' ? '' : `?${query}`)
}

/** The first value of a parameter, or undefined. */
export function queryParameter(path: string, name: string): string | undefined {
  return queryParameters(path).find(([candidate]) => candidate === name)?.[1]
}

/** `%41` to `A`, byte by byte; what is no escape stays. */
export function percentDecode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
