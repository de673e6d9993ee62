import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { millis, type ProtoDuration } from '../../../engine/duration.ts'
import { type FormatContext, parseFormat } from '../../../engine/format/index.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { type AbsoluteUrl, parseUrl } from '../../../engine/http/url.ts'
import { createHeaderMatchers } from '../../../engine/match/header.ts'
import { queryParameters, removeQueryAndFragment } from '../../../engine/match/query.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { HeaderMatcher } from '../../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type {
  CookieConfig,
  OAuth2Config,
} from '../../../envoy/types/envoy/extensions/filters/http/oauth2/v3/oauth_pb.d.ts'
import type { PathMatcher } from '../../../envoy/types/envoy/type/matcher/v3/path_pb.d.ts'
import { formEncode } from '../../common/percent-encode.ts'
import { secretOf } from '../../common/secret.ts'

/** The cookies that the filter knows, by what is in them. */
export const COOKIES = ['bearer', 'hmac', 'expires', 'id', 'refresh', 'nonce', 'verifier'] as const
export type CookieKind = (typeof COOKIES)[number]

export interface Cookie {
  name: string
  path: string
  /** `;SameSite=Lax` or nothing. */
  sameSite: string
  partitioned: boolean
}

type Formatted = (context: FormatContext) => string
type Matches = (headers: HeaderMap) => boolean

/** A configuration made ready; texts are byte strings, times seconds. */
export interface Settings {
  config: OAuth2Config
  clientId: string
  tokenSecret: string
  hmacSecret: string
  authorization: AbsoluteUrl
  authorizationQuery: [name: string, value: string][]
  /** `&resource=...` of each. */
  resources: string
  tokenEndpoint: { url: AbsoluteUrl; cluster: string; timeoutMs: number | undefined }
  redirectUri: Formatted
  originalUri: Formatted | undefined
  postLogoutUri: Formatted | undefined
  isCallback: (path: string) => boolean
  isSignout: (path: string) => boolean
  passesThrough: Matches
  deniesRedirect: Matches
  allowsFailed: Matches
  idTokenHeader: string | undefined
  useRefreshToken: boolean
  cookies: Record<CookieKind, Cookie>
  cookieDomain: string
  defaultExpiresIn: number
  refreshTokenExpiresIn: number
  csrfExpiresIn: number
  verifierExpiresIn: number
}

const SAME_SITE = ['', ';SameSite=Strict', ';SameSite=Lax', ';SameSite=None']
const TLS_CLIENT_AUTH = 2

/** Envoy: FilterConfig in source/extensions/filters/http/oauth2/filter.cc. @throws ConfigError for what Envoy refuses. */
export function loadSettings(config: OAuth2Config, path: string, services: EngineServices): Settings {
  const { credentials } = config
  const authorization = parseUrl(config.authorizationEndpoint)
  if (!authorization)
    throw new ConfigError(`${path}.authorization_endpoint`, `'${config.authorizationEndpoint}' is no URL`)
  if (config.endSessionEndpoint !== '' && !config.authScopes.includes('openid'))
    throw new ConfigError(`${path}.end_session_endpoint`, 'it needs OpenID Connect: add openid to auth_scopes')
  const idTokenHeader = config.forwardIdToken?.header.toLowerCase()
  const claims = [config.forwardBearerToken, config.preserveAuthorizationHeader, idTokenHeader === 'authorization']
  if (claims.filter(Boolean).length > 1)
    throw new ConfigError(
      path,
      'only one of forward_bearer_token, preserve_authorization_header and forward_id_token may have the authorization header',
    )

  const format = (text: string, field: string): Formatted => {
    const formatter = parseFormat(text, { path: `${path}.${field}`, services })
    return (request) => formatter.format(request)
  }
  const pathTest = (matcher: PathMatcher | undefined, field: string) => {
    const rule = matcher?.rule.case === 'path' ? matcher.rule.value : undefined
    if (!rule) throw new ConfigError(`${path}.${field}`, 'it needs a path to match')
    const test = createStringMatcher(rule, `${path}.${field}.path`, services)
    return (text: string) => test.matches(removeQueryAndFragment(text))
  }
  const anyOf = (matchers: readonly HeaderMatcher[], field: string): Matches => {
    const tests = createHeaderMatchers(matchers, `${path}.${field}`, services)
    return (headers) => tests.some((test) => test.matches(headers))
  }
  const logout = config.postLogoutRedirectUri?.config
  const clientId = toByteString(credentials?.clientId ?? '')
  const secretPath = `${path}.credentials`
  return {
    config,
    clientId,
    tokenSecret:
      config.authType === TLS_CLIENT_AUTH && !credentials?.tokenSecret
        ? ''
        : secretOf(credentials?.tokenSecret, `${secretPath}.token_secret`, services.genericSecret),
    hmacSecret: secretOf(credentials?.tokenFormation.value, `${secretPath}.hmac_secret`, services.genericSecret),
    authorization,
    authorizationQuery: authorizationQuery(config, clientId),
    resources: config.resources.map((resource) => `&resource=${formEncode(toByteString(resource))}`).join(''),
    tokenEndpoint: {
      url: looseUrl(config.tokenEndpoint?.uri ?? ''),
      cluster: config.tokenEndpoint?.httpUpstreamType.value ?? '',
      timeoutMs: millis(config.tokenEndpoint?.timeout),
    },
    redirectUri: format(config.redirectUri, 'redirect_uri'),
    originalUri:
      config.originalRequestUri === '' ? undefined : format(config.originalRequestUri, 'original_request_uri'),
    postLogoutUri: logout?.case === 'uri' ? format(logout.value, 'post_logout_redirect_uri.uri') : undefined,
    isCallback: pathTest(config.redirectPathMatcher, 'redirect_path_matcher'),
    isSignout: pathTest(config.signoutPath, 'signout_path'),
    passesThrough: anyOf(config.passThroughMatcher, 'pass_through_matcher'),
    deniesRedirect: anyOf(config.denyRedirectMatcher, 'deny_redirect_matcher'),
    allowsFailed: anyOf(config.allowFailedMatcher, 'allow_failed_matcher'),
    idTokenHeader,
    useRefreshToken: config.useRefreshToken ?? true,
    cookies: cookiesOf(config),
    cookieDomain: toByteString(credentials?.cookieDomain ?? ''),
    defaultExpiresIn: seconds(config.defaultExpiresIn, 0),
    refreshTokenExpiresIn: seconds(config.defaultRefreshTokenExpiresIn, 604_800),
    csrfExpiresIn: seconds(config.csrfTokenExpiresIn, 600),
    verifierExpiresIn: seconds(config.codeVerifierTokenExpiresIn, 600),
  }
}

/** What stands for a URL where nobody checks that it is one. */
function looseUrl(uri: string): AbsoluteUrl {
  const slash = uri.indexOf('/')
  const path = slash < 0 ? '/' : uri.slice(slash)
  return parseUrl(uri) ?? { scheme: 'http', hostAndPort: slash < 0 ? uri : uri.slice(0, slash), pathAndQuery: path }
}

/** The endpoint's own parameters and the client's; the client's win. */
function authorizationQuery(config: OAuth2Config, clientId: string): [string, string][] {
  const scopes = config.authScopes.length > 0 ? config.authScopes : ['user']
  const own: [string, string][] = [
    ['client_id', clientId],
    ['response_type', 'code'],
    ['scope', formEncode(toByteString(scopes.join(' ')))],
  ]
  const names = new Set(own.map(([name]) => name))
  const given = queryParameters(toByteString(config.authorizationEndpoint)).filter(([name]) => !names.has(name))
  return [...given, ...own]
}

function cookiesOf({ credentials, cookieConfigs }: OAuth2Config): Record<CookieKind, Cookie> {
  const names = credentials?.cookieNames
  const cookie = (name: string | undefined, fallback: string, config: CookieConfig | undefined): Cookie => ({
    name: toByteString(name || fallback),
    path: toByteString(config?.path || '/'),
    sameSite: SAME_SITE[config?.sameSite ?? 0] ?? '',
    partitioned: config?.partitioned ?? false,
  })
  return {
    bearer: cookie(names?.bearerToken, 'BearerToken', cookieConfigs?.bearerTokenCookieConfig),
    hmac: cookie(names?.oauthHmac, 'OauthHMAC', cookieConfigs?.oauthHmacCookieConfig),
    expires: cookie(names?.oauthExpires, 'OauthExpires', cookieConfigs?.oauthExpiresCookieConfig),
    id: cookie(names?.idToken, 'IdToken', cookieConfigs?.idTokenCookieConfig),
    refresh: cookie(names?.refreshToken, 'RefreshToken', cookieConfigs?.refreshTokenCookieConfig),
    nonce: cookie(names?.oauthNonce, 'OauthNonce', cookieConfigs?.oauthNonceCookieConfig),
    verifier: cookie(names?.codeVerifier, 'CodeVerifier', cookieConfigs?.codeVerifierCookieConfig),
  }
}

function seconds(duration: ProtoDuration | undefined, fallback: number): number {
  return duration ? Number(duration.seconds) : fallback
}
