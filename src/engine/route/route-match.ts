import type {
  CookieMatcher,
  QueryParameterMatcher,
  RouteMatch,
  RouteMatch_TlsContextMatchOptions,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { createFilterStateMatcher } from '../match/filter-state.ts'
import { createFraction } from '../match/fraction.ts'
import { isGrpcRequest } from '../match/grpc.ts'
import { createHeaderMatcher } from '../match/header.ts'
import { createStringMatcher, type StringMatcherConfig } from '../match/string.ts'
import { createMetadataMatcher } from '../match/value.ts'
import type { EngineServices } from '../services.ts'
import type { RouteMatchContext } from './match-context.ts'
import { createPathSpecifier, type PathSpecifier } from './path-match.ts'

/** One condition of a route besides its path. */
interface Condition {
  matches(context: RouteMatchContext): boolean
  readonly description: string
}

/** A RouteMatch made ready. */
export class RoutePredicate {
  readonly path: PathSpecifier
  /** In Envoy's order: fraction, gRPC, headers, query, cookies, TLS, metadata, filter state. */
  private readonly conditions: Condition[]

  constructor(match: RouteMatch | undefined, path: string, services: EngineServices) {
    if (!match) throw new ConfigError(path, 'a route needs a match')
    this.path = createPathSpecifier(match, path, services)
    this.conditions = createConditions(match, path, services)
  }

  matches(context: RouteMatchContext): boolean {
    // The path is cheap and decides most often; Envoy asks for it last, but no condition has an effect of its own.
    if (context.path === undefined && !this.path.connect) return false
    if (!this.path.matches(context)) return false
    for (const condition of this.conditions) if (!condition.matches(context)) return false
    return true
  }

  /** The first thing that does not fit, in words; undefined when the route matches. */
  mismatch(context: RouteMatchContext): string | undefined {
    if (context.path === undefined && !this.path.connect) return 'the request has no path'
    if (!this.path.matches(context)) return `not ${this.path.description}`
    return this.conditions.find((condition) => !condition.matches(context))?.description
  }

  /** What the route asked for, in words. */
  get description(): string {
    return [this.path.description, ...this.conditions.map((condition) => condition.description)].join(', ')
  }
}

function createConditions(match: RouteMatch, path: string, services: EngineServices): Condition[] {
  const conditions: Condition[] = []
  if (match.runtimeFraction) {
    const fraction = createFraction(match.runtimeFraction, services.runtime)
    conditions.push({
      description: `runtime fraction ${fraction.description}`,
      matches: (context) => fraction.enabled(context.random),
    })
  }
  if (match.grpc) conditions.push({ description: 'gRPC', matches: (context) => isGrpcRequest(context.headers) })
  match.headers.forEach((header, i) => {
    const test = createHeaderMatcher(header, `${path}.headers[${i}]`, services)
    conditions.push({ description: `header ${test.description}`, matches: (context) => test.matches(context.headers) })
  })
  match.queryParameters.forEach((parameter, i) => {
    conditions.push(queryCondition(parameter, `${path}.query_parameters[${i}]`, services))
  })
  match.cookies.forEach((cookie, i) => {
    conditions.push(cookieCondition(cookie, `${path}.cookies[${i}]`, services))
  })
  if (match.tlsContext) conditions.push(...tlsConditions(match.tlsContext))
  match.dynamicMetadata.forEach((metadata, i) => {
    const test = createMetadataMatcher(metadata, `${path}.dynamic_metadata[${i}]`, services)
    conditions.push({
      description: test.description,
      matches: (context) => test.matches(context.info.dynamicMetadata),
    })
  })
  match.filterState.forEach((state, i) => {
    const test = createFilterStateMatcher(state, `${path}.filter_state[${i}]`, services)
    conditions.push({ description: test.description, matches: (context) => test.matches(context.info.filterState) })
  })
  return conditions
}

function queryCondition(config: QueryParameterMatcher, path: string, services: EngineServices): Condition {
  const name = toByteString(config.name)
  const specifier = config.queryParameterMatchSpecifier
  if (specifier.case !== 'stringMatch') {
    const wanted = specifier.case === undefined || specifier.value
    return {
      description: `query ${config.name} ${wanted ? 'present' : 'absent'}`,
      matches: (context) => context.query.has(name) === wanted,
    }
  }
  const text = createStringMatcher(specifier.value as StringMatcherConfig, `${path}.string_match`, services)
  return {
    description: `query ${config.name} ${text.description}`,
    matches(context) {
      const value = context.query.get(name)
      return value !== undefined && text.matches(value)
    },
  }
}

function cookieCondition(config: CookieMatcher, path: string, services: EngineServices): Condition {
  if (!config.stringMatch) throw new ConfigError(`${path}.string_match`, 'a cookie matcher needs a string_match')
  const name = toByteString(config.name)
  const text = createStringMatcher(config.stringMatch as StringMatcherConfig, `${path}.string_match`, services)
  const { invertMatch } = config
  return {
    description: `cookie ${config.name} ${invertMatch ? 'not ' : ''}${text.description}`,
    matches(context) {
      const value = context.cookies.get(name)
      return (value !== undefined && text.matches(value)) !== invertMatch
    },
  }
}

function tlsConditions(options: RouteMatch_TlsContextMatchOptions): Condition[] {
  const conditions: Condition[] = []
  const { presented, validated } = options
  if (presented !== undefined) {
    conditions.push({
      description: `client certificate ${presented ? '' : 'not '}presented`,
      matches: (context) => (context.info.connection.tls?.peer !== undefined) === presented,
    })
  }
  if (validated !== undefined) {
    conditions.push({
      description: `client certificate ${validated ? '' : 'not '}validated`,
      matches: (context) => (context.info.connection.tls?.peerValidated === true) === validated,
    })
  }
  return conditions
}
