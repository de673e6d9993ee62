import type { Host } from '../../../engine/host.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseJwt } from '../../common/jwt/token.ts'
import { addCookie, cookiesIn, deleteCookie, writeCookies } from './cookies.ts'
import { encrypt, isSessionMac, sessionMac } from './crypto.ts'
import type { Settings } from './settings.ts'
import type { Tokens } from './token-client.ts'

/** What the cookies of a request say of a session; byte strings, empty where there is none. */
export interface FoundSession {
  signedIn: boolean
  /** Why not, for people. */
  why: string
  access: string
  id: string
  refresh: string
}

/** Reads the session in a request's cookies, whose tokens are plain by now. `now`: milliseconds since 1970. */
export function findSession(headers: HeaderMap, settings: Settings, now: number): FoundSession {
  const cookies = cookiesIn(headers)
  const value = (kind: keyof Settings['cookies']) => cookies.get(settings.cookies[kind].name) ?? ''
  const [access, id, refresh, expires] = [value('bearer'), value('id'), value('refresh'), value('expires')]
  const parts = [domainOf(headers, settings), expires, access, id, refresh]
  const tokens = { access, id, refresh }
  if (!isSessionMac(settings.hmacSecret, parts, value('hmac'))) {
    const why = value('hmac') === '' ? 'there is no session cookie' : 'the session cookie is not right for the others'
    return { signedIn: false, why, ...tokens }
  }
  const signedIn = /^\s*\+?\d+\s*$/.test(expires) && Number(expires) * 1000 > now
  return { signedIn, why: signedIn ? '' : 'the session is over', ...tokens }
}

/** A session as it is made of new tokens; times in seconds. */
export class NewSession {
  readonly access: string
  readonly id: string
  refresh: string
  private readonly settings: Settings
  private readonly domain: string
  private readonly expires: string
  private readonly expiresIn: number
  private readonly idExpiresIn: number
  private readonly refreshExpiresIn: number

  /** `now`: milliseconds since 1970. */
  constructor(tokens: Tokens, headers: HeaderMap, settings: Settings, now: number) {
    const { config, useRefreshToken } = settings
    this.settings = settings
    this.domain = domainOf(headers, settings)
    this.access = config.disableAccessTokenSetCookie ? '' : tokens.access
    this.id = config.disableIdTokenSetCookie ? '' : tokens.id
    this.refresh = useRefreshToken && !config.disableRefreshTokenSetCookie ? tokens.refresh : ''
    this.expiresIn = tokens.expiresIn
    this.expires = String(Math.floor(now / 1000) + tokens.expiresIn)
    const left = (token: string, otherwise: number) => {
      const jwt = parseJwt(token)
      if (typeof jwt === 'string' || jwt.exp === 0) return otherwise
      return Math.max(0, jwt.exp - Math.floor(now / 1000))
    }
    this.idExpiresIn = config.useAccessTokenExpiryForIdTokenCookie
      ? tokens.expiresIn
      : left(tokens.id, tokens.expiresIn)
    this.refreshExpiresIn = useRefreshToken ? left(tokens.refresh, settings.refreshTokenExpiresIn) : tokens.expiresIn
  }

  private get mac(): string {
    return sessionMac(this.settings.hmacSecret, [this.domain, this.expires, this.access, this.id, this.refresh])
  }

  /** Puts the session into the request, as servers behind may look at its tokens. */
  intoRequest(headers: HeaderMap): void {
    const { cookies: known } = this.settings
    const cookies = cookiesIn(headers)
    cookies.set(known.expires.name, this.expires)
    if (this.access !== '') cookies.set(known.bearer.name, this.access)
    if (this.id !== '') cookies.set(known.id.name, this.id)
    // Without a new refresh token the old one is kept.
    if (this.refresh !== '') cookies.set(known.refresh.name, this.refresh)
    else this.refresh = cookies.get(known.refresh.name) ?? ''
    cookies.set(known.hmac.name, this.mac)
    writeCookies(headers, cookies)
  }

  /** Gives the browser the session, and tells it to forget tokens that are not part of it. */
  intoResponse(response: HeaderMap, request: HeaderMap, host: Host): void {
    const { settings } = this
    const { cookies, hmacSecret, config } = settings
    const before = cookiesIn(request)
    addCookie(response, settings, cookies.hmac, cookies.hmac.name, this.mac, this.expiresIn)
    addCookie(response, settings, cookies.expires, cookies.expires.name, this.expires, this.expiresIn)
    const tokens = [
      [cookies.bearer, this.access, this.expiresIn],
      [cookies.id, this.id, this.idExpiresIn],
      [cookies.refresh, this.refresh, this.refreshExpiresIn],
    ] as const
    for (const [cookie, token, maxAge] of tokens) {
      if (token !== '') {
        const value = config.disableTokenEncryption ? token : encrypt(token, hmacSecret, host)
        addCookie(response, settings, cookie, cookie.name, value, maxAge)
      } else if (before.has(cookie.name)) deleteCookie(response, settings, cookie.name, cookie.path)
    }
  }
}

function domainOf(headers: HeaderMap, settings: Settings): string {
  return settings.cookieDomain || (headers.get(':authority') ?? '')
}
