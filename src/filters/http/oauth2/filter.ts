import type { Timer } from '../../../engine/event-loop.ts'
import type { HeadersStatus, HttpFilter, HttpStream, ResumeAction } from '../../../engine/http/filter.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import { readCallback } from './callback.ts'
import { decryptTokens, deleteFlowCookies, flowCookie, removeCookies } from './cookies.ts'
import { decrypt } from './crypto.ts'
import { toAuthorizationServer, toSignedOut } from './redirects.ts'
import { findSession, NewSession } from './session.ts'
import type { Settings } from './settings.ts'
import type { TokenClient, TokenFailure, Tokens } from './token-client.ts'

const STATUS = 'x-envoy-oauth-status'
const FAILURE = 'x-envoy-oauth-failure-reason'

/** A configuration and the client that goes with it. */
export interface Active {
  settings: Settings
  client: TokenClient
}

/** What is to become of a request: it goes on, or is answered by `act`. */
type Verdict = { goesOn: true } | { goesOn: false; act: () => void }

const GOES_ON: Verdict = { goesOn: true }

/** One request (Envoy: OAuth2Filter in source/extensions/filters/http/oauth2/filter.cc). */
export function oauth2Filter(activeFor: (stream: HttpStream) => Active | undefined): HttpFilter {
  let refreshed: NewSession | undefined
  let request: Timer | undefined

  return {
    decodeHeaders(headers, stream) {
      headers.remove(STATUS)
      headers.remove(FAILURE)
      const active = activeFor(stream)
      if (!active) {
        stream.note('no configuration for this request')
        return 'Continue'
      }
      const { settings } = active
      if (settings.passesThrough(headers)) {
        stream.note('pass_through_matcher matches')
        return 'Continue'
      }
      const step = new Step(active, headers, stream)
      const wait = (
        held: HeadersStatus,
        ask: (done: (outcome: Tokens | TokenFailure) => void) => Timer | undefined,
        then: (outcome: Tokens | TokenFailure) => Verdict,
      ): HeadersStatus => {
        let waited = false
        let verdict: Verdict | undefined
        stream.note(`asks ${settings.tokenEndpoint.cluster} for tokens`)
        request = ask((outcome) => {
          request = undefined
          if (waited) stream.resume(() => actionOf(then(outcome), stream))
          else verdict = then(outcome)
        })
        waited = true
        return verdict ? statusOf(verdict) : held
      }

      step.clean()
      const path = headers.get(':path') ?? ''
      if (settings.isSignout(path)) {
        stream.note('the user signs out')
        stream.encodeHeaders(toSignedOut(headers, settings, stream), true, 'oauth.sign_out')
        return 'StopIteration'
      }
      const callback = settings.isCallback(path) ? readCallback(headers, path, settings) : undefined
      const session = findSession(headers, settings, step.now)
      if (session.signedIn) {
        stream.note('the user is signed in')
        step.forward(session)
        if (callback) return statusOf(step.alreadySignedIn(callback))
        removeCookies(headers, settings, FLOW_COOKIES)
        return 'Continue'
      }
      stream.note(session.why)
      if (callback) {
        const started = step.startExchange(callback)
        if ('refused' in started) return statusOf(started.refused)
        return wait(
          'StopAllIterationAndBuffer',
          (done) => started.ask(stream, done),
          (outcome) => step.endExchange(outcome, callback.originalUrl),
        )
      }
      if (settings.useRefreshToken && session.refresh !== '')
        return wait(
          'StopAllIterationAndWatermark',
          (done) => active.client.refresh(session.refresh, stream, done),
          (outcome) => {
            if ('reason' in outcome) return step.refreshFailed(outcome)
            refreshed = step.refresh(outcome)
            return GOES_ON
          },
        )
      return statusOf(step.signIn(path))
    },
    encodeHeaders(response, stream) {
      if (refreshed && stream.requestHeaders) refreshed.intoResponse(response, stream.requestHeaders, stream.host)
      refreshed = undefined
      return 'Continue'
    },
    onDestroy: () => request?.cancel(),
  }
}

const FLOW_COOKIES = ['hmac', 'expires', 'refresh', 'nonce', 'verifier'] as const

function statusOf(verdict: Verdict): HeadersStatus {
  if (verdict.goesOn) return 'Continue'
  verdict.act()
  return 'StopIteration'
}

function actionOf(verdict: Verdict, stream: HttpStream): ResumeAction {
  return verdict.goesOn
    ? { status: 'Continue', next: () => stream.continueDecoding() }
    : { status: 'StopIteration', next: verdict.act }
}

/** The decisions about one request, with all they need. */
class Step {
  readonly now: number
  private readonly settings: Settings
  private readonly client: TokenClient
  private readonly headers: HeaderMap
  private readonly stream: HttpStream
  private flow = ''

  constructor({ settings, client }: Active, headers: HeaderMap, stream: HttpStream) {
    this.settings = settings
    this.client = client
    this.headers = headers
    this.stream = stream
    this.now = stream.host.startTime + stream.loop.now
  }

  /** Makes tokens plain and takes away headers that only this filter may set. */
  clean(): void {
    const { settings, headers } = this
    if (!settings.config.disableTokenEncryption) decryptTokens(headers, settings)
    if (!settings.config.preserveAuthorizationHeader) headers.remove('authorization')
    if (settings.idTokenHeader) headers.remove(settings.idTokenHeader)
  }

  forward({ access, id }: { access: string; id: string }): void {
    const { config, idTokenHeader } = this.settings
    if (config.forwardBearerToken && access !== '') this.headers.set('authorization', `Bearer ${access}`)
    if (idTokenHeader && id !== '')
      this.headers.set(idTokenHeader, idTokenHeader === 'authorization' ? `Bearer ${id}` : id)
  }

  /** Another tab has signed the user in meanwhile: no need to exchange the code. */
  alreadySignedIn({ error, flow, originalUrl }: ReturnType<typeof readCallback>): Verdict {
    this.flow = flow
    if (error !== undefined) return this.unauthorized(error)
    const target = parseUrl(originalUrl)?.pathAndQuery ?? ''
    if (this.settings.isCallback(target))
      return this.unauthorized(`State url query params matches the redirect path matcher: ${target}`)
    return this.redirect(originalUrl, 'oauth.race_redirect', (response) =>
      deleteFlowCookies(response, this.settings, flow),
    )
  }

  /** What to ask the token endpoint, unless the callback is not to be believed. */
  startExchange({ error, flow, code }: ReturnType<typeof readCallback>): Started {
    const { settings, headers, stream } = this
    this.flow = flow
    if (error !== undefined) return { refused: this.unauthorized(error) }
    const encrypted = flowCookie(headers, settings.cookies.verifier, flow)
    if (encrypted === undefined) return { refused: this.unauthorized('Code verifier cookie is missing in the request') }
    const verifier = decrypt(encrypted, settings.hmacSecret)
    if ('error' in verifier)
      return {
        refused: this.unauthorized(`Failed to decrypt code verifier: ${encrypted}, error: ${verifier.error}`),
      }
    const redirectUri = settings.redirectUri({ info: stream.info, requestHeaders: headers })
    return { ask: (parent, done) => this.client.exchange(code, redirectUri, verifier.text, parent, done) }
  }

  endExchange(outcome: Tokens | TokenFailure, originalUrl: string): Verdict {
    if ('reason' in outcome) return this.unauthorized(textOf(outcome))
    const session = new NewSession(outcome, this.headers, this.settings, this.now)
    this.stream.note('the user is signed in now')
    return this.redirect(originalUrl, 'oauth.logged_in', (response) => {
      session.intoResponse(response, this.headers, this.stream.host)
      deleteFlowCookies(response, this.settings, this.flow)
    })
  }

  refresh(tokens: Tokens): NewSession {
    const session = new NewSession(tokens, this.headers, this.settings, this.now)
    this.stream.note('the tokens are new')
    session.intoRequest(this.headers)
    this.forward(session)
    removeCookies(this.headers, this.settings, FLOW_COOKIES)
    return session
  }

  refreshFailed(failure: TokenFailure): Verdict {
    const { settings, headers } = this
    if (!failure.refused)
      return settings.allowsFailed(headers) ? this.goOnUnauthorized(failure.reason) : this.unauthorized(textOf(failure))
    if (settings.allowsFailed(headers))
      return this.goOnUnauthorized(
        'Failed to refresh the access token, and forwarding as unauthorized because OAuth failure is allowed',
      )
    if (settings.deniesRedirect(headers))
      return this.unauthorized('Failed to refresh the access token, and redirecting to OAuth server is not allowed')
    return this.toAuthorizationServer()
  }

  /** A user who is not signed in. */
  signIn(path: string): Verdict {
    const { settings, headers } = this
    if (settings.allowsFailed(headers))
      return this.goOnUnauthorized(
        `Unauthorized, and forwarding as unauthorized because OAuth failure is allowed: ${path}`,
      )
    if (settings.deniesRedirect(headers))
      return this.unauthorized(`Unauthorized, and redirecting to OAuth server is not allowed: ${path}`)
    return this.toAuthorizationServer()
  }

  private goOnUnauthorized(reason: string): Verdict {
    this.stream.note(`allow_failed_matcher matches: ${reason}`)
    removeCookies(this.headers, this.settings, ['bearer', 'id', ...FLOW_COOKIES])
    this.headers.set(STATUS, 'failed')
    this.headers.set(FAILURE, reason)
    return GOES_ON
  }

  private toAuthorizationServer(): Verdict {
    const redirect = toAuthorizationServer(this.headers, this.settings, this.stream)
    if ('refused' in redirect) return this.unauthorized(redirect.refused)
    this.stream.note('the user is sent to the authorization server')
    const { response } = redirect
    return { goesOn: false, act: () => this.stream.encodeHeaders(response, true, 'oauth.missing_credentials') }
  }

  private redirect(location: string, details: string, fill: (response: HeaderMap) => void): Verdict {
    const response = new HeaderMap('response', [
      [':status', '302'],
      ['location', location],
    ])
    fill(response)
    return { goesOn: false, act: () => this.stream.encodeHeaders(response, true, details) }
  }

  private unauthorized(details: string): Verdict {
    const { flow, settings, stream } = this
    stream.note(details)
    const headers = (reply: HeaderMap) => {
      if (flow !== '') deleteFlowCookies(reply, settings, flow)
    }
    return { goesOn: false, act: () => void stream.reply(401, 'OAuth flow failed.', { details, headers }) }
  }
}

type Started =
  | { refused: Verdict }
  | { ask: (parent: unknown, done: (outcome: Tokens | TokenFailure) => void) => Timer | undefined }

function textOf({ reason, extra }: TokenFailure): string {
  return extra === undefined ? reason : `${reason}: ${extra}`
}
