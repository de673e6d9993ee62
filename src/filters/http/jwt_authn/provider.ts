import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import { dataSourceBytes } from '../../../engine/format/data-source.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import type {
  JwksAsyncFetch,
  JwtProvider,
} from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { type Jwks, parseJwks } from '../../common/jwt/jwks.ts'
import { bareAudience, checkTime, type Jwt } from '../../common/jwt/token.ts'
import { type FetchJwks, jwksFetcher } from './jwks-fetcher.ts'

const DEFAULT_CACHE_S = 600
const DEFAULT_SKEW_S = 60
const REFETCH_AHEAD_S = 5
const FAILED_REFETCH_MS = 1000

/** One provider made ready: its keys, and what it asks of a token (Envoy: jwt_authn/jwks_cache.cc). */
export class Provider {
  readonly name: string
  readonly config: JwtProvider
  readonly skew: number
  readonly tokens: TokenCache
  /** Gets the keys when they are needed; undefined for keys that are in the configuration. */
  readonly fetch: FetchJwks | undefined
  /** What was wrong with the keys, in words. */
  problems: readonly string[] = []
  private readonly context: FilterFactoryContext
  private readonly allowsAudience: (audiences: readonly string[]) => boolean
  private readonly allowsSubject: ((subject: string) => boolean) | undefined
  private readonly cacheSeconds: number
  private jwks: Jwks | undefined
  private expiresAt = 0

  /** @throws ConfigError for what Envoy refuses. */
  constructor(name: string, config: JwtProvider, path: string, context: FilterFactoryContext) {
    this.name = name
    this.config = config
    this.context = context
    this.skew = config.clockSkewSeconds || DEFAULT_SKEW_S
    this.tokens = new TokenCache(config)
    this.allowsAudience = audienceCheck(config.audiences)
    if (config.subjects) {
      const matcher = createStringMatcher(config.subjects, `${path}.subjects`, context.services)
      this.allowsSubject = (subject) => matcher.matches(toByteString(subject))
    }
    const source = config.jwksSourceSpecifier
    const remote = source.case === 'remoteJwks' ? source.value : undefined
    this.cacheSeconds = Math.trunc((millis(remote?.cacheDuration) ?? DEFAULT_CACHE_S * 1000) / 1000)
    this.fetch = remote && jwksFetcher(remote, name, `${path}.remote_jwks`, context)
    if (source.case === 'localJwks') this.keep(readLocal(source.value, name, path, context), Number.POSITIVE_INFINITY)
    config.claimToHeaders.forEach(({ claimName, claimPath }, i) => {
      if ((claimName === '') === (claimPath.length === 0))
        throw new ConfigError(
          `${path}.claim_to_headers[${i}]`,
          'either claim_name or claim_path has to be set, and not both',
        )
    })
    if (remote?.asyncFetch) this.fetchAhead(remote.asyncFetch)
  }

  /** The keys, unless there are none or they are too old. */
  get keys(): Jwks | undefined {
    return this.context.loop.now < this.expiresAt ? this.jwks : undefined
  }

  keepFetched(jwks: Jwks): void {
    this.keep(jwks, this.context.loop.now + this.cacheSeconds * 1000)
  }

  allowsAudiences(audiences: readonly string[]): boolean {
    return this.allowsAudience(audiences)
  }

  allowsSubjectOf(jwt: Jwt): boolean {
    return this.allowsSubject?.(jwt.sub) ?? true
  }

  /** Whether the time that a token is still good for is not too long; with require_expiration it has to end at all. */
  allowsLifetimeOf(jwt: Jwt, now: number): boolean {
    const { maxLifetime, requireExpiration } = this.config
    const limit = maxLifetime ? Number(maxLifetime.seconds) + maxLifetime.nanos / 1e9 : Number.POSITIVE_INFINITY
    if (!maxLifetime && !requireExpiration) return true
    return jwt.exp !== 0 && jwt.exp - now < limit
  }

  private keep(jwks: Jwks, expiresAt: number): void {
    this.problems = jwks.problems
    if (jwks.keys.length === 0) return
    this.jwks = jwks
    this.expiresAt = expiresAt
  }

  // Keys got ahead of time never grow too old: they are fetched again before they would (jwks_async_fetcher.cc).
  private fetchAhead({ fastListener, failedRefetchDuration }: JwksAsyncFetch): void {
    const { loop, services } = this.context
    const again = (this.cacheSeconds > REFETCH_AHEAD_S ? this.cacheSeconds - REFETCH_AHEAD_S : this.cacheSeconds) * 1000
    const afterFailure = millis(failedRefetchDuration) ?? FAILED_REFETCH_MS
    let ready = fastListener ? undefined : services.warming?.()
    const fetch = () => {
      this.fetch?.(undefined, (jwks) => {
        if (typeof jwks !== 'string') this.keep(jwks, Number.POSITIVE_INFINITY)
        ready?.()
        ready = undefined
        loop.timer(typeof jwks === 'string' ? afterFailure : again, fetch)
      })
    }
    fetch()
  }
}

/** Keys of the configuration: none at all are allowed there, but not a set in which none can be used. */
function readLocal(
  source: Parameters<typeof dataSourceBytes>[0],
  provider: string,
  path: string,
  { services }: FilterFactoryContext,
): Jwks {
  const at = `${path}.local_jwks`
  const text = source.specifier.case === undefined ? '' : dataSourceBytes(source, at, services)
  if (text === '') return { keys: [], problems: ['its key set is empty'] }
  const jwks = parseJwks(text)
  if (jwks.keys.length === 0)
    throw new ConfigError(at, `provider '${provider}' has no key that can be used: ${jwks.problems.join('; ')}`)
  return jwks
}

/** Tells whether one of a token's audiences is wanted; no wanted ones is any. */
export function audienceCheck(wanted: readonly string[]): (audiences: readonly string[]) => boolean {
  const bare = new Set(wanted.map(bareAudience))
  return (audiences) => bare.size === 0 || audiences.some((audience) => bare.has(bareAudience(audience)))
}

/** Tokens that were good before: their signature is not looked at again (jwt_authn/jwt_cache.cc). */
export class TokenCache {
  private readonly size: number
  private readonly longest: number
  // In the order of their last use.
  private readonly entries = new Map<string, Jwt>()

  constructor({ jwtCacheConfig: config }: JwtProvider) {
    this.size = config ? config.jwtCacheSize || 100 : 0
    this.longest = config?.jwtMaxTokenSize || 4096
  }

  /** `now`: seconds since 1970. */
  get(token: string, now: number): Jwt | undefined {
    const jwt = this.entries.get(token)
    if (!jwt) return undefined
    this.entries.delete(token)
    if (checkTime(jwt, now, DEFAULT_SKEW_S) === 'JwtExpired') return undefined
    this.entries.set(token, jwt)
    return jwt
  }

  add(token: string, jwt: Jwt): void {
    if (this.size === 0 || token.length > this.longest) return
    this.entries.delete(token)
    this.entries.set(token, jwt)
    const oldest = this.entries.size > this.size ? this.entries.keys().next() : undefined
    if (oldest && !oldest.done) this.entries.delete(oldest.value)
  }
}

/** The providers of a filter by name, and by issuer for requirements that name none. */
export class Providers {
  readonly byName: ReadonlyMap<string, Provider>

  constructor(configs: Record<string, JwtProvider>, context: FilterFactoryContext) {
    this.byName = new Map(
      Object.entries(configs).map(([name, config]) => [
        name,
        new Provider(name, config, `${context.path}.providers["${name}"]`, context),
      ]),
    )
  }

  /** @throws ConfigError when there is no such provider. */
  get(name: string, path: string): Provider {
    const provider = this.byName.get(name)
    if (!provider) throw new ConfigError(path, `Required provider ['${name}'] is not configured.`)
    return provider
  }

  all(): Provider[] {
    return [...this.byName.values()]
  }

  /** The first provider of that issuer, else the first that takes any. */
  ofIssuer(issuer: string): Provider | undefined {
    const all = this.all()
    return (
      all.find(({ config }) => config.issuer === issuer) ??
      (issuer === '' ? undefined : all.find(({ config }) => config.issuer === ''))
    )
  }

  /** The only provider, if there is just one. */
  get single(): Provider | undefined {
    return this.byName.size === 1 ? this.all()[0] : undefined
  }
}
