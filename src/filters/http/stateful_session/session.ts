import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { removeQueryAndFragment } from '../../../engine/match/index.ts'
import { parseCookies } from '../../../engine/route/match-context.ts'
import type { CookieBasedSessionState } from '../../../envoy/types/envoy/extensions/http/stateful_session/cookie/v3/cookie_pb.d.ts'
import type { EnvelopeSessionState } from '../../../envoy/types/envoy/extensions/http/stateful_session/envelope/v3/envelope_pb.d.ts'
import type { HeaderBasedSessionState } from '../../../envoy/types/envoy/extensions/http/stateful_session/header/v3/header_pb.d.ts'
import { strictBase64Decode } from '../../common/base64.ts'
import { decodeCookie, encodeCookie } from './cookie-message.ts'

const PACKAGE = 'envoy.extensions.http.stateful_session.'

/** A session on one stream. */
export interface Session {
  /** The server that the request names, `10.0.0.1:80`. */
  host: string | undefined
  /** Names the server that answered. */
  onResponse(headers: HeaderMap, host: string): void
}

/** Reads the session of a request; undefined where there are no sessions. */
export type SessionFactory = (headers: HeaderMap) => Session | undefined

/** session_state made ready: a cookie, a header, or a header around the server's own. Throws ConfigError. */
export function sessionFactory(
  config: { name: string; typedConfig?: unknown },
  path: string,
  context: FilterFactoryContext,
): SessionFactory {
  const unpacked = context.services.registry.unpack(config.typedConfig)
  const message = unpacked?.message as never
  switch (unpacked?.typeName) {
    case `${PACKAGE}cookie.v3.CookieBasedSessionState`:
      return cookieSessions(message, path, context)
    case `${PACKAGE}header.v3.HeaderBasedSessionState`:
      return headerSessions(message)
    case `${PACKAGE}envelope.v3.EnvelopeSessionState`:
      return envelopeSessions(message, path)
    default:
      throw new ConfigError(path, `no session state of type '${unpacked?.typeName ?? config.name}'`)
  }
}

/** Envoy: source/extensions/http/stateful_session/cookie/cookie.cc. */
function cookieSessions(
  { cookie }: CookieBasedSessionState,
  path: string,
  { loop, host: machine }: FilterFactoryContext,
): SessionFactory {
  const name = toByteString(cookie?.name ?? '')
  if (name === '') throw new ConfigError(`${path}.typed_config.cookie.name`, 'is required')
  const cookiePath = toByteString(cookie?.path ?? '')
  const maxAge = Math.floor((millis(cookie?.ttl) ?? 0) / 1000)
  const now = () => Math.floor((machine.startTime + loop.now) / 1000)
  const attributes = (cookie?.attributes ?? []).map(({ name: key, value }) => `; ${key}${value ? `=${value}` : ''}`)
  const tail = [
    maxAge > 0 ? `; Max-Age=${maxAge}` : '',
    cookiePath ? `; Path=${cookiePath}` : '',
    ...attributes.map(toByteString),
    '; HttpOnly',
  ].join('')
  return (headers) => {
    if (!isBelow(removeQueryAndFragment(headers.get(':path') ?? ''), cookiePath)) return undefined
    const content = decoded(parseCookies(headers.getAll('cookie')).get(name))
    // What is no message is taken for a bare address, as the filter wrote it once.
    const named = decodeCookie(content) ?? { address: content, expires: 0 }
    const current = (named.expires === 0 || named.expires >= now() ? named.address : '') || undefined
    return {
      host: current,
      onResponse(response, host) {
        if (host === current) return
        const value = btoa(encodeCookie({ address: host, expires: maxAge > 0 ? now() + maxAge : 0 }))
        response.add('set-cookie', `${name}="${value}"${tail}`)
      },
    }
  }
}

/** Whether a request's path lies below the cookie's, at a border between segments. */
function isBelow(path: string, cookiePath: string): boolean {
  if (cookiePath === '' || cookiePath === '/') return true
  if (!path.startsWith(cookiePath)) return false
  return cookiePath.endsWith('/') || path.length === cookiePath.length || path[cookiePath.length] === '/'
}

/** Envoy: source/extensions/http/stateful_session/header/header.cc. */
function headerSessions(config: HeaderBasedSessionState): SessionFactory {
  const name = toByteString(config.name).toLowerCase()
  return (headers) => {
    const named = decoded(headers.get(name)) || undefined
    return {
      host: named,
      onResponse(response, host) {
        if (host !== named) response.set(name, btoa(host))
      },
    }
  }
}

/** Envoy: source/extensions/http/stateful_session/envelope/envelope.cc. */
function envelopeSessions(config: EnvelopeSessionState, path: string): SessionFactory {
  if (!config.header?.name) throw new ConfigError(`${path}.typed_config.header.name`, 'is required')
  const name = toByteString(config.header.name).toLowerCase()
  return (headers) => {
    const parts = (headers.get(name) ?? '').split(';').filter((part) => part !== '')
    const own = decoded(
      parts
        .slice(1)
        .find((part) => part.startsWith('UV:'))
        ?.slice(3) ?? '',
    )
    const host = own === '' ? undefined : decoded(parts[0]) || undefined
    if (own !== '') headers.set(name, own)
    return {
      host,
      onResponse(response, address) {
        const values = response.getAll(name)
        if (values.length === 1) response.set(name, `${btoa(address)};UV:${btoa(values[0]!)}`)
      },
    }
  }
}

/** Empty when it is no base64. */
function decoded(text: string | undefined): string {
  return strictBase64Decode(text ?? '') ?? ''
}
