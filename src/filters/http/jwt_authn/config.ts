import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { RouteMatchContext } from '../../../engine/route/match-context.ts'
import { RoutePredicate } from '../../../engine/route/route-match.ts'
import type { StreamInfo } from '../../../engine/stream-info.ts'
import type { RouteMatch } from '../../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type {
  JwtAuthentication,
  PerRouteConfig,
  RequirementRule,
} from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { Extractor } from './extractor.ts'
import { Providers } from './provider.ts'
import { createRequirement, type Requirement } from './requirement.ts'

/** What was found to be asked of a request, and by what, in words. No requirement: nothing is asked. */
export interface Choice {
  requirement?: Requirement
  why: string
  /** What is wrong with the route's own configuration. */
  problem?: string
}

/** The filter's configuration, loaded once (Envoy: jwt_authn/filter_config.cc). */
export interface JwtConfig {
  bypassCorsPreflight: boolean
  stripFailureResponse: boolean
  /** Removes headers that only a verified token may set, whatever is asked of the request. */
  sanitize(headers: HeaderMap): void
  forRequest(headers: HeaderMap, info: StreamInfo): Choice
  forRoute(perRoute: PerRouteConfig): Choice
}

/** @throws ConfigError for what Envoy refuses. */
export function loadConfig(config: JwtAuthentication, context: FilterFactoryContext): JwtConfig {
  const providers = new Providers(config.providers, context)
  const everyProvider = new Extractor(Object.values(config.providers))
  const { path, services } = context
  const byName = new Map(
    Object.entries(config.requirementMap).map(([name, requirement]) => [
      name,
      createRequirement(requirement, providers, `${path}.requirement_map["${name}"]`),
    ]),
  )
  const names = [...byName.keys()].sort().join(',')
  const wrongName = (name: string) => `Wrong requirement_name: ${name}. It should be one of [${names}]`

  const requirementOf = (rule: RequirementRule, at: string): Requirement | undefined => {
    const { requirementType } = rule
    if (requirementType.case === 'requires')
      return createRequirement(requirementType.value, providers, `${at}.requires`)
    if (requirementType.case !== 'requirementName') return undefined
    const named = byName.get(requirementType.value)
    if (!named) throw new ConfigError(`${at}.requirement_name`, wrongName(requirementType.value))
    return named
  }
  const rules = config.rules.map((rule, i) => {
    const at = `${path}.rules[${i}]`
    const predicate = new RoutePredicate(matchOf(rule.match), `${at}.match`, services)
    return { predicate, requirement: requirementOf(rule, at) }
  })
  const state = config.filterStateRules
  const byState = new Map(
    Object.entries(state?.requires ?? {}).map(([value, requirement]) => [
      value,
      createRequirement(requirement, providers, `${path}.filter_state_rules.requires["${value}"]`),
    ]),
  )

  return {
    bypassCorsPreflight: config.bypassCorsPreflight,
    stripFailureResponse: config.stripFailureResponse,
    sanitize: (headers) => everyProvider.sanitize(headers),
    forRequest(headers, info) {
      const match = new RouteMatchContext(headers, info, 0, false)
      const i = rules.findIndex(({ predicate }) => predicate.matches(match))
      if (i >= 0) {
        const { predicate, requirement } = rules[i]!
        const why = `rule ${i} (${predicate.description})`
        return requirement ? { requirement, why } : { why: `${why} asks for no token` }
      }
      const value = state && info.filterState.get(state.name)?.text
      const requirement = value === undefined ? undefined : byState.get(value)
      if (requirement) return { requirement, why: `filter state ${state!.name} is ${value}` }
      return { why: 'no rule matches: no token is asked for' }
    },
    forRoute({ requirementSpecifier }) {
      if (requirementSpecifier.case === 'disabled') return { why: 'switched off on this route' }
      const name = requirementSpecifier.value ?? ''
      const requirement = byName.get(name)
      return requirement
        ? { requirement, why: `the route asks for ${name}` }
        : { why: 'the route asks for what is not there', problem: wrongName(name) }
    },
  }
}

/** A rule looks at path, headers and query parameters only. */
function matchOf(match: RouteMatch | undefined): RouteMatch | undefined {
  if (!match) return undefined
  const { pathSpecifier, caseSensitive, headers, queryParameters } = match
  const rest = { cookies: [], dynamicMetadata: [], filterState: [] }
  return { pathSpecifier, caseSensitive, headers, queryParameters, ...rest } as unknown as RouteMatch
}
