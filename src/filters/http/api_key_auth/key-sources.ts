import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { percentDecode, queryParameters } from '../../../engine/match/query.ts'
import { parseCookies } from '../../../engine/route/match-context.ts'
import type { KeySource } from '../../../envoy/types/envoy/extensions/filters/http/api_key_auth/v3/api_key_auth_pb.d.ts'
import { removeCookie, removeQueryParameter } from '../../common/request-parts.ts'

/** A place where a key may be. Values are byte strings. */
export interface Source {
  /** For people. */
  place: string
  get(headers: HeaderMap): string | undefined
  remove(headers: HeaderMap): void
}

/** One of header, query and cookie, in that order. @throws ConfigError when none is set. */
export function createSource({ header, query, cookie }: KeySource, path: string): Source {
  if (header !== '') {
    const name = header.toLowerCase()
    return {
      place: `header ${name}`,
      get: (headers) => headers.get(name)?.replace(/^Bearer /, ''),
      remove: (headers) => void headers.remove(name),
    }
  }
  if (query !== '') {
    const name = toByteString(query)
    return {
      place: `query parameter ${query}`,
      get(headers) {
        const found = queryParameters(headers.get(':path') ?? '').find(([key]) => percentDecode(key) === name)
        return found && percentDecode(found[1])
      },
      remove: (headers) => removeQueryParameter(headers, name),
    }
  }
  if (cookie === '') throw new ConfigError(path, "One of 'header'/'query'/'cookie' must be set.")
  const name = toByteString(cookie)
  return {
    place: `cookie ${cookie}`,
    get: (headers) => parseCookies(headers.getAll('cookie')).get(name),
    remove: (headers) => removeCookie(headers, name),
  }
}
