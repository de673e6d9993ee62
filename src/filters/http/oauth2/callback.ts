import { fromLatin1, fromUtf8, toByteString } from '../../../engine/bytes.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import { queryParameters } from '../../../engine/match/query.ts'
import { strictBase64UrlDecode } from '../../common/base64.ts'
import { readStruct } from '../../common/protobuf-json.ts'
import { flowCookie } from './cookies.ts'
import { isCsrfToken } from './crypto.ts'
import type { Settings } from './settings.ts'

/** What a request from the authorization server says; `error` is why it is not to be believed. */
export interface Callback {
  error?: string
  code: string
  /** Where the user wanted to go. */
  originalUrl: string
  /** The name of the sign-in, once it is known to be ours. */
  flow: string
}

/** Reads the request that ends a sign-in (Envoy: OAuth2Filter::validateOAuthCallback). */
export function readCallback(headers: HeaderMap, path: string, settings: Settings): Callback {
  const parameters = queryParameters(path)
  const first = (name: string) => parameters.find(([each]) => each === name)?.[1]
  const state = first('state')
  if (first('error') !== undefined) {
    const flow = state === undefined ? '' : readState(headers, state, settings).flow
    return failed(`OAuth server returned an error: ${queryText(parameters)}`, flow)
  }
  const code = first('code')
  if (code === undefined || state === undefined)
    return failed(`Code or state query param does not exist: ${queryText(parameters)}`)
  return { ...readState(headers, state, settings), code }
}

function readState(headers: HeaderMap, text: string, settings: Settings): Callback {
  const state = strictBase64UrlDecode(text) ?? ''
  const json = readStruct(fromUtf8(fromLatin1(state)))
  if (!json) return failed(`State query param is not a valid JSON: ${state}`)
  if (json.url === undefined || json.csrf_token === undefined)
    return failed(`State query param does not contain url or CSRF token: ${state}`)
  const field = (name: string) => (typeof json[name] === 'string' ? toByteString(json[name]) : '')
  const token = field('csrf_token')
  const flow = field('flow_id')
  const cookie = flowCookie(headers, settings.cookies.nonce, flow)
  if (cookie !== token || !isCsrfToken(settings.hmacSecret, token)) return failed('CSRF token validation failed')
  const originalUrl = field('url')
  if (!parseUrl(originalUrl)) return failed(`State url can not be initialized: ${originalUrl}`, flow)
  if (!isAllowedDomain(originalUrl, settings.config.allowedRedirectDomains))
    return failed(`State url host is not in the allowed redirect domains: ${originalUrl}`, flow)
  return { code: '', originalUrl, flow }
}

function failed(error: string, flow = ''): Callback {
  return { error, code: '', originalUrl: '', flow }
}

/** The query as Envoy tells it back: sorted by name. */
function queryText(parameters: readonly [string, string][]): string {
  if (parameters.length === 0) return ''
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `?${sorted.map(([name, value]) => `${name}=${value}`).join('&')}`
}

/** Whether a URL's host is one that users may be sent to; no list is any host. `*.` stands for names below. */
export function isAllowedDomain(url: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true
  const authority = parseUrl(url)?.hostAndPort.replace(/^.*@/, '')
  if (authority === undefined) return false
  const host = authority.startsWith('[') ? authority.slice(1).split(']')[0]! : authority.replace(/:\d+$/, '')
  return allowed.some((domain) =>
    domain.startsWith('*.')
      ? host.endsWith(domain.slice(1)) && host.length > domain.length - 1
      : host.toLowerCase() === domain.toLowerCase(),
  )
}
