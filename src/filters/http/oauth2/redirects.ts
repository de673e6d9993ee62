import { toByteString } from '../../../engine/bytes.ts'
import { escapeJson } from '../../../engine/format/json.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { removeQueryAndFragment } from '../../../engine/match/query.ts'
import { base64UrlEncode } from '../../common/base64.ts'
import { formEncode } from '../../common/percent-encode.ts'
import { isAllowedDomain } from './callback.ts'
import { addCookie, cookiesIn, deleteCookie } from './cookies.ts'
import { codeVerifier, csrfToken, encrypt, flowId } from './crypto.ts'
import type { Settings } from './settings.ts'

/** A redirect, or why the user may not be sent there. */
export type Redirect = { response: HeaderMap } | { refused: string }

/** Sends the user to the authorization server, with cookies by which the way back is known (redirectToOAuthServer). */
export function toAuthorizationServer(headers: HeaderMap, settings: Settings, stream: HttpStream): Redirect {
  const { config, cookies, hmacSecret } = settings
  const { host, info } = stream
  const scheme = headers.get(':scheme') === 'http' ? 'http' : 'https'
  const request = { info, requestHeaders: headers }
  const base = settings.originalUri?.(request) ?? `${scheme}://${headers.get(':authority') ?? ''}`
  if (!isAllowedDomain(base, config.allowedRedirectDomains))
    return { refused: `authority or original_request_uri failed domain allow-list validation: ${base}` }
  const redirectUri = settings.redirectUri(request)
  if (!isAllowedDomain(redirectUri, config.allowedRedirectDomains))
    return { refused: `redirect_uri failed domain allow-list validation: ${redirectUri}` }

  const flow = flowId(host)
  const token = csrfToken(hmacSecret, flow)
  const { verifier, challenge } = codeVerifier(host)
  const encrypted = encrypt(verifier, hmacSecret, host)
  const response = new HeaderMap('response', [[':status', '302']])
  for (const name of [`${cookies.nonce.name}.${flow}`, cookies.nonce.name])
    addCookie(response, settings, cookies.nonce, name, token, settings.csrfExpiresIn)
  for (const name of [`${cookies.verifier.name}.${flow}`, cookies.verifier.name])
    addCookie(response, settings, cookies.verifier, name, encrypted, settings.verifierExpiresIn)

  const url = base + (headers.get(':path') ?? '')
  const state = `{"url":"${escapeJson(url)}","csrf_token":"${escapeJson(token)}","flow_id":"${escapeJson(flow)}"}`
  const query = [
    ...settings.authorizationQuery,
    ['state', base64UrlEncode(state)],
    ['redirect_uri', formEncode(redirectUri)],
    ['code_challenge', challenge],
    ['code_challenge_method', 'S256'],
  ].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
  const { scheme: to, hostAndPort, pathAndQuery } = settings.authorization
  const path = toByteString(removeQueryAndFragment(pathAndQuery))
  const location = `${to}://${hostAndPort}${path}?${query.map(([name, value]) => `${name}=${value}`).join('&')}`
  response.set('location', location + settings.resources)
  return { response }
}

/** Makes the browser forget the session, and where there is OpenID Connect the authorization server too (signOutUser). */
export function toSignedOut(headers: HeaderMap, settings: Settings, stream: HttpStream): HeaderMap {
  const { config, cookies } = settings
  const response = new HeaderMap('response', [[':status', '302']])
  const found = cookiesIn(headers)
  for (const kind of ['hmac', 'bearer', 'id', 'refresh', 'expires'] as const)
    deleteCookie(response, settings, cookies[kind].name, cookies[kind].path)
  for (const name of found.keys())
    for (const { name: base, path } of [cookies.nonce, cookies.verifier])
      if (name === base || name.startsWith(`${base}.`)) deleteCookie(response, settings, name, path)

  const home = `${headers.get(':scheme') ?? ''}://${headers.get(':authority') ?? ''}/`
  if (config.endSessionEndpoint === '') {
    response.set('location', home)
    return response
  }
  const idToken = found.get(cookies.id.name) ?? ''
  let location = `${toByteString(config.endSessionEndpoint)}?id_token_hint=${idToken}&client_id=${settings.clientId}`
  const logout = config.postLogoutRedirectUri?.config
  if (!(logout?.case === 'disabled' && logout.value)) {
    const uri = settings.postLogoutUri?.({ info: stream.info, requestHeaders: headers }) ?? home
    location += `&post_logout_redirect_uri=${formEncode(uri)}`
  }
  response.set('location', location)
  return response
}
