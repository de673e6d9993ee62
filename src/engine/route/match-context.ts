import type { HeaderMap } from '../http/header-map.ts'
import { queryParameters, removeQueryAndFragment } from '../match/query.ts'
import type { StreamInfo } from '../stream-info.ts'

/** One request while routes are tried: what several routes ask for is computed once. */
export class RouteMatchContext {
  readonly headers: HeaderMap
  readonly info: StreamInfo
  /** 0 <= n < 1: decides runtime fractions and weighted clusters. */
  readonly random: number
  /** The path without query and fragment, and without path parameters where those are ignored; undefined for a CONNECT without path. */
  readonly path: string | undefined
  private queries: Map<string, string> | undefined
  private cookieMap: Map<string, string> | undefined

  constructor(headers: HeaderMap, info: StreamInfo, random: number, ignorePathParameters: boolean) {
    this.headers = headers
    this.info = info
    this.random = random
    const path = headers.get(':path')
    const bare = path === undefined ? undefined : removeQueryAndFragment(path)
    this.path = bare !== undefined && ignorePathParameters ? stripPathParameters(bare) : bare
  }

  /** The first value of each query parameter, not decoded. */
  get query(): ReadonlyMap<string, string> {
    if (!this.queries) {
      this.queries = new Map()
      for (const [name, value] of queryParameters(this.headers.get(':path') ?? '')) {
        if (!this.queries.has(name)) this.queries.set(name, value)
      }
    }
    return this.queries
  }

  /** Cookies by name, the first of each. */
  get cookies(): ReadonlyMap<string, string> {
    this.cookieMap ??= parseCookies(this.headers.getAll('cookie'))
    return this.cookieMap
  }
}

/** `;...` of every segment (RFC 3986 path parameters). */
export function stripPathParameters(path: string): string {
  return path.includes(';') ? path.replace(/;[^/]*/g, '') : path
}

/** Pairs of cookie headers; blanks around a pair are dropped, quotes around a value too (Http::Utility::parseCookies). */
export function parseCookies(headers: readonly string[]): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const header of headers) {
    for (const pair of header.split(';')) {
      const equals = pair.indexOf('=')
      if (equals < 0) continue
      const name = pair.slice(0, equals).replace(/^[ \t]+/, '')
      let value = pair.slice(equals + 1).replace(/[ \t]+$/, '')
      if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1)
      if (!cookies.has(name)) cookies.set(name, value)
    }
  }
  return cookies
}
