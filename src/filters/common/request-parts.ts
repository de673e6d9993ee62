import type { HeaderMap } from '../../engine/http/header-map.ts'
import { percentDecode, queryParameters, removeQueryAndFragment } from '../../engine/match/query.ts'

/**
 * Takes a parameter out of the query. What is left comes back sorted by name and decoded
 * (Envoy: Http::Utility::QueryParamsMulti, parsed with decoding and written without encoding).
 */
export function removeQueryParameter(headers: HeaderMap, name: string): void {
  const path = headers.get(':path') ?? ''
  const kept = new Map<string, string[]>()
  for (const [key, value] of queryParameters(path)) {
    const decoded = percentDecode(key)
    if (decoded !== name) kept.set(decoded, [...(kept.get(decoded) ?? []), percentDecode(value)])
  }
  const query = [...kept]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, values]) => values.map((value) => `${key}=${value}`))
    .join('&')
  headers.set(':path', removeQueryAndFragment(path) + (query === '' ? '' : `?${query}`))
}

/** Takes a cookie out, and what is no cookie; the others end up in one header (Envoy: Http::Utility::removeCookieValue). */
export function removeCookie(headers: HeaderMap, name: string): void {
  const kept = headers
    .getAll('cookie')
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('=') && pair.split('=')[0] !== name)
  if (kept.length === 0) headers.remove('cookie')
  else headers.set('cookie', kept.join('; '))
}
