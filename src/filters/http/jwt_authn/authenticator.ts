import { latin1, utf8 } from '../../../engine/bytes.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { Jwks } from '../../common/jwt/jwks.ts'
import { type JwtStatus, statusCode, statusText } from '../../common/jwt/status.ts'
import { checkTime, type Jwt, parseJwt } from '../../common/jwt/token.ts'
import { verifyJwt } from '../../common/jwt/verify.ts'
import { claimHeader, normalized } from './claims.ts'
import { type FoundToken, headerName } from './extractor.ts'
import type { Provider, Providers } from './provider.ts'

/** What all requirements of one request share. */
export interface Verification {
  readonly headers: HeaderMap
  readonly stream: HttpStream
  /** Seconds since 1970. */
  readonly now: number
  /** What goes into dynamic metadata, by the names that providers gave. */
  readonly extracted: JsonObject
  /** Fetches under way, to be given up with the stream. */
  readonly fetches: Set<Timer>
  /** Runs what follows a fetch, as a step of its own in the trace. */
  resume(work: () => void): void
}

export interface AuthenticatorOptions {
  providers: Providers
  /** The provider that is required; without one, each token's issuer says which. */
  provider?: Provider
  /** Instead of the provider's own audiences. */
  allowsAudiences?: (audiences: readonly string[]) => boolean
  allowFailed?: boolean
  allowMissing?: boolean
  /** The header that tells servers of a token that was let through although it is not good. */
  unverifiedHeader?: string
}

/**
 * Verifies the tokens of one requirement, the last one found first (Envoy: jwt_authn/authenticator.cc). All of them have
 * to be good, unless failures are allowed: a server might use the bad one.
 */
export class Authenticator {
  private readonly options: AuthenticatorOptions
  private readonly verification: Verification
  private readonly done: (status: JwtStatus) => void
  private tokens: FoundToken[]
  private provider: Provider | undefined
  private clearRouteCache = false

  constructor(
    options: AuthenticatorOptions,
    verification: Verification,
    tokens: FoundToken[],
    done: (status: JwtStatus) => void,
  ) {
    this.options = options
    this.verification = verification
    this.tokens = tokens
    this.done = done
  }

  start(): void {
    if (this.tokens.length === 0) this.finish('JwtMissed')
    else this.next()
  }

  private next(): void {
    const token = this.tokens.pop()!
    const problem = this.examine(token)
    if (problem) this.finish(problem, token)
  }

  /** What speaks against the token; undefined when it was accepted, or its keys have to be fetched first. */
  private examine(token: FoundToken): JwtStatus | undefined {
    const { providers, provider: required, allowsAudiences } = this.options
    const { now } = this.verification
    if (required) this.provider = required
    const known = required?.tokens.get(token.token, now)
    const jwt = known ?? parseJwt(token.token)
    if (typeof jwt === 'string') return jwt

    if (!token.allowsIssuer(jwt.iss)) return 'JwtUnknownIssuer'
    if (!required) this.provider = providers.ofIssuer(jwt.iss)
    const { provider } = this
    if (!provider) return 'JwtUnknownIssuer'

    const inTime = checkTime(jwt, now, provider.skew)
    if (inTime !== 'Ok') return inTime
    if (!(allowsAudiences?.(jwt.audiences) ?? provider.allowsAudiences(jwt.audiences))) return 'JwtAudienceNotAllowed'
    if (!provider.allowsSubjectOf(jwt) || !provider.allowsLifetimeOf(jwt, now)) return 'JwtVerificationFail'

    if (known) this.accept(jwt, token, provider)
    else if (provider.keys) this.check(jwt, token, provider, provider.keys)
    else if (provider.fetch) this.fetch(provider.fetch, jwt, token, provider)
    else {
      this.verification.stream.note(`provider ${provider.name} has no keys: ${provider.problems.join('; ')}`)
      return 'JwksNoValidKeys'
    }
    return undefined
  }

  private fetch(fetch: NonNullable<Provider['fetch']>, jwt: Jwt, token: FoundToken, provider: Provider): void {
    const { stream, fetches, resume } = this.verification
    let request: Timer | undefined
    let waited = false
    stream.note(`provider ${provider.name}: its keys are fetched`)
    const settle = (outcome: Jwks | string) => {
      if (typeof outcome === 'string') {
        stream.note(`provider ${provider.name}: ${outcome}`)
        this.finish('JwksFetchFail', token)
        return
      }
      provider.keepFetched(outcome)
      this.check(jwt, token, provider, outcome)
    }
    request = fetch(stream, (outcome) => {
      if (request) fetches.delete(request)
      if (waited) resume(() => settle(outcome))
      else settle(outcome)
    })
    waited = true
    if (request) fetches.add(request)
  }

  private check(jwt: Jwt, token: FoundToken, provider: Provider, keys: Jwks): void {
    const status = verifyJwt(jwt, keys)
    if (status === 'Ok') this.accept(jwt, token, provider)
    else this.finish(status, token)
  }

  private accept(jwt: Jwt, token: FoundToken, provider: Provider): void {
    const { headers, extracted } = this.verification
    const { config } = provider
    if (config.forwardPayloadHeader !== '') {
      const padding = config.padForwardPayloadHeader ? '='.repeat((4 - (jwt.payloadPart.length % 4)) % 4) : ''
      headers.add(headerName(config.forwardPayloadHeader), jwt.payloadPart + padding)
    }
    let added = false
    for (const claim of config.claimToHeaders) {
      const value = claimHeader(jwt.payload, claim)
      if (!value) continue
      headers.add(headerName(claim.headerName), latin1(utf8(value)))
      added = true
    }
    // Routes can be matched by claims in headers and in metadata.
    if (config.clearRouteCache && (added || config.payloadInMetadata !== '')) this.clearRouteCache = true
    if (!config.forward) token.remove(headers)
    if (config.headerInMetadata !== '') extracted[config.headerInMetadata] = jwt.header
    if (config.payloadInMetadata !== '')
      extracted[config.payloadInMetadata] = normalized(jwt.payload, config.normalizePayloadInMetadata)
    if (this.options.provider) provider.tokens.add(token.token, jwt)
    this.verification.stream.note(
      `provider ${provider.name}: the token in ${token.place} is good (iss ${jwt.iss || 'none'}, sub ${jwt.sub || 'none'})`,
    )
    this.finish('Ok')
  }

  private finish(status: JwtStatus, token?: FoundToken): void {
    const { allowFailed, allowMissing, providers } = this.options
    const { extracted, stream } = this.verification
    if (status !== 'Ok') {
      const place = token ? `the token in ${token.place}: ` : ''
      stream.note(`${this.provider ? `provider ${this.provider.name}: ` : ''}${place}${statusText(status)}`)
      const key = (this.provider ?? providers.single)?.config.failedStatusInMetadata
      if (key) extracted[key] = { code: statusCode(status), message: statusText(status) }
    }
    if (this.tokens.length > 0 && (status === 'Ok' || allowFailed || allowMissing)) {
      this.next()
      return
    }
    this.tokens = []
    const { unverifiedHeader } = this.options
    if (unverifiedHeader !== undefined && status !== 'Ok' && status !== 'JwtMissed')
      this.verification.headers.set(unverifiedHeader, 'false')
    if (this.clearRouteCache) stream.clearRouteCache()
    this.done(allowFailed || (allowMissing && status === 'JwtMissed') ? 'Ok' : status)
  }
}
