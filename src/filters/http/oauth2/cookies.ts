import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseCookies } from '../../../engine/route/match-context.ts'
import { decrypt } from './crypto.ts'
import type { Cookie, CookieKind, Settings } from './settings.ts'

const LONG_AGO = 'Thu, 01 Jan 1970 00:00:00 GMT'

/** A request's cookies by name; byte strings. */
export function cookiesIn(headers: HeaderMap): Map<string, string> {
  return parseCookies(headers.getAll('cookie'))
}

/** Makes these the request's cookies, in one header. */
export function writeCookies(headers: HeaderMap, cookies: ReadonlyMap<string, string>): void {
  headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
}

/** A cookie of one sign-in, or the one without its name that older proxies set. */
export function flowCookie(headers: HeaderMap, { name }: Cookie, flow: string): string | undefined {
  const cookies = cookiesIn(headers)
  return cookies.get(`${name}.${flow}`) || cookies.get(name) || undefined
}

/** Replaces encrypted tokens in the request by what is in them; what cannot be decrypted stays. */
export function decryptTokens(headers: HeaderMap, { cookies: known, hmacSecret }: Settings): void {
  const cookies = cookiesIn(headers)
  let found = false
  for (const kind of ['bearer', 'id', 'refresh'] as const) {
    const { name } = known[kind]
    const value = cookies.get(name)
    if (!value) continue
    found = true
    const plain = decrypt(value, hmacSecret)
    // By chance a token that never was encrypted can be decrypted, to something that no header may hold.
    if ('text' in plain && /^[\t\x20-\x7e\x80-\xff]*$/.test(plain.text)) cookies.set(name, plain.text)
  }
  if (found) writeCookies(headers, cookies)
}

/** Takes cookies of the filter out of the request; those of a sign-in with every suffix. */
export function removeCookies(headers: HeaderMap, settings: Settings, kinds: readonly CookieKind[]): void {
  const cookies = cookiesIn(headers)
  if (cookies.size === 0) return
  for (const kind of kinds) {
    const { name } = settings.cookies[kind]
    cookies.delete(name)
    if (kind !== 'nonce' && kind !== 'verifier') continue
    for (const found of [...cookies.keys()]) if (found.startsWith(`${name}.`)) cookies.delete(found)
  }
  writeCookies(headers, cookies)
}

export function addCookie(
  headers: HeaderMap,
  settings: Settings,
  cookie: Cookie,
  name: string,
  value: string,
  maxAge: number,
): void {
  const domain = settings.cookieDomain === '' ? '' : `;domain=${settings.cookieDomain}`
  const tail = `;path=${cookie.path};Max-Age=${maxAge};secure;HttpOnly${cookie.sameSite}${cookie.partitioned ? ';Partitioned' : ''}`
  headers.add('set-cookie', `${name}=${value}${domain}${tail}`)
}

/** Tells the browser to forget a cookie; names that demand it are marked secure. */
export function deleteCookie(headers: HeaderMap, settings: Settings, name: string, path: string): void {
  const domain = settings.cookieDomain === '' ? '' : `;domain=${settings.cookieDomain}`
  const secure = /^__(Secure|Host)-/.test(name) ? '; Secure' : ''
  headers.add('set-cookie', `${name}=deleted; path=${path}; expires=${LONG_AGO}${domain}${secure}`)
}

/** Tells the browser to forget the cookies of a sign-in. */
export function deleteFlowCookies(headers: HeaderMap, settings: Settings, flow: string): void {
  for (const { name, path } of [settings.cookies.nonce, settings.cookies.verifier]) {
    if (flow !== '') deleteCookie(headers, settings, `${name}.${flow}`, path)
    deleteCookie(headers, settings, name, path)
  }
}
