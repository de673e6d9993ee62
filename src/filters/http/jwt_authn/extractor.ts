import { toByteString } from '../../../engine/bytes.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { asciiLower } from '../../../engine/match/ascii.ts'
import { percentDecode, queryParameters } from '../../../engine/match/query.ts'
import { parseCookies } from '../../../engine/route/match-context.ts'
import type { JwtProvider } from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { removeQueryParameter } from '../../common/request-parts.ts'

/** A token found in a request. */
export interface FoundToken {
  /** A byte string. */
  token: string
  /** Where it was, for people. */
  place: string
  /** Whether some provider that looks in this place takes tokens of that issuer. */
  allowsIssuer(issuer: string): boolean
  /** Takes it out of the request, which is not done for cookies. */
  remove(headers: HeaderMap): void
}

type Issuers = Set<string>

/** Where to look for tokens, and which headers a client must not send itself (Envoy: jwt_authn/extractor.cc). */
export class Extractor {
  // By name and prefix: that is the order in which Envoy looks.
  private readonly headers: { key: string; name: string; prefix: string; issuers: Issuers }[] = []
  private readonly params: { key: string; issuers: Issuers }[] = []
  private readonly cookies: { key: string; issuers: Issuers }[] = []
  private readonly forged: string[] = []

  constructor(providers: readonly JwtProvider[]) {
    for (const provider of providers) this.add(provider)
    for (const list of [this.headers, this.params, this.cookies]) list.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  /** Removes headers that only a verified token may set. */
  sanitize(headers: HeaderMap): void {
    for (const name of this.forged) headers.remove(name)
  }

  /** Every token, in the order of header, query parameter, cookie. */
  extract(headers: HeaderMap): FoundToken[] {
    const found: FoundToken[] = []
    for (const { name, prefix, issuers } of this.headers) {
      for (const value of headers.getAll(name)) {
        const token = afterPrefix(value, prefix)
        if (token === undefined) continue
        found.push(foundToken(token, `header ${name}`, issuers, (request) => void request.remove(name)))
      }
    }
    const path = headers.get(':path')
    if (this.params.length > 0 && path !== undefined) {
      const query = queryParameters(path).map(([name, value]) => [percentDecode(name), percentDecode(value)] as const)
      for (const { key, issuers } of this.params) {
        const value = query.find(([name]) => name === key)?.[1]
        if (value === undefined) continue
        found.push(
          foundToken(value, `query parameter ${key}`, issuers, (request) => removeQueryParameter(request, key)),
        )
      }
    }
    if (this.cookies.length > 0) {
      const cookies = parseCookies(headers.getAll('cookie'))
      for (const { key, issuers } of this.cookies) {
        const value = cookies.get(key)
        if (value !== undefined) found.push(foundToken(value, `cookie ${key}`, issuers, () => undefined))
      }
    }
    return found
  }

  private add(provider: JwtProvider): void {
    const { issuer, fromHeaders, fromParams, fromCookies } = provider
    for (const { name, valuePrefix } of fromHeaders) this.addHeader(issuer, name, valuePrefix)
    for (const name of fromParams) addTo(this.params, issuer, toByteString(name))
    for (const name of fromCookies) addTo(this.cookies, issuer, toByteString(name))
    if (fromHeaders.length + fromParams.length + fromCookies.length === 0) {
      this.addHeader(issuer, 'authorization', 'Bearer ')
      addTo(this.params, issuer, 'access_token')
    }
    if (provider.forwardPayloadHeader !== '') this.forged.push(headerName(provider.forwardPayloadHeader))
    for (const { headerName: name } of provider.claimToHeaders) this.forged.push(headerName(name))
  }

  private addHeader(issuer: string, configuredName: string, configuredPrefix: string): void {
    const name = headerName(configuredName)
    const prefix = toByteString(configuredPrefix)
    const key = name + prefix
    const location = this.headers.find((each) => each.key === key)
    if (location) location.issuers.add(issuer)
    else this.headers.push({ key, name, prefix, issuers: new Set([issuer]) })
  }
}

export function headerName(text: string): string {
  return asciiLower(toByteString(text))
}

function addTo(locations: { key: string; issuers: Issuers }[], issuer: string, key: string): void {
  const location = locations.find((each) => each.key === key)
  if (location) location.issuers.add(issuer)
  else locations.push({ key, issuers: new Set([issuer]) })
}

/** A provider without an issuer takes any. */
function foundToken(token: string, place: string, issuers: Issuers, remove: FoundToken['remove']): FoundToken {
  return { token, place, remove, allowsIssuer: (issuer) => issuers.has('') || issuers.has(issuer) }
}

/** What follows the prefix, which may stand anywhere, from the first character on that a token could have. */
function afterPrefix(value: string, prefix: string): string | undefined {
  if (prefix === '') return value
  const at = value.indexOf(prefix)
  if (at < 0) return undefined
  const start = value.slice(at + prefix.length).search(/[A-Za-z0-9\-_.]/)
  return start < 0 ? value : value.slice(at + prefix.length + start)
}
