import type {
  Route as RouteConfig,
  RouteList,
  VirtualHost as VirtualHostConfig,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { createMatcher } from '../match/matcher.ts'
import type { Matcher } from '../match/types.ts'
import type { JsonObject } from '../stream-info.ts'
import { RouteSettings } from './base.ts'
import { createClusterSpecifier } from './cluster-specifier.ts'
import { DirectRoute, TlsRedirectRoute } from './direct.ts'
import { createForwardSettings, ForwardingRoute, NonForwardingRoute } from './forward.ts'
import type { RouteMatchContext } from './match-context.ts'
import { RouteIndex } from './route-index.ts'
import { RoutePredicate } from './route-match.ts'
import { HostScope, type TableScope } from './scope.ts'
import type { Route } from './types.ts'

/** One configured route: when it applies, and the route that a stream then gets. */
interface ConfiguredRoute {
  name: string
  settings: RouteSettings
  predicate: RoutePredicate
  resolve(context: RouteMatchContext): Route
}

const TLS_ALL = 2
const TLS_EXTERNAL_ONLY = 1

/** How many routes passed over are named in a reason. */
const EXPLAINED_ROUTES = 5

/** A virtual host made ready: its routes in their order, or its matcher tree. */
export class VirtualHost {
  readonly scope: HostScope
  private readonly routes: ConfiguredRoute[]
  private readonly index: RouteIndex | undefined
  private readonly matcher: Matcher<ConfiguredRoute[]> | undefined
  private readonly requireTls: number
  private readonly tlsRedirect: TlsRedirectRoute
  private readonly hasSpecifiers: boolean

  constructor(config: VirtualHostConfig, path: string, table: TableScope) {
    this.scope = new HostScope(config, path, table)
    this.requireTls = config.requireTls
    this.tlsRedirect = new TlsRedirectRoute(this.scope)
    const levels = [table.config, config, ...config.routes]
    this.hasSpecifiers = levels.some((level) => level.routeSpecifiers.length > 0)
    if (config.matcher && config.routes.length > 0) {
      throw new ConfigError(path, 'matcher and routes exclude each other')
    }
    this.routes = config.routes.map((route, i) => createRoute(route, `${path}.routes[${i}]`, this.scope))
    this.index = RouteIndex.of(this.routes.map((route) => route.predicate.path.key))
    this.matcher = config.matcher && createRouteMatcher(config, `${path}.matcher`, this.scope)
  }

  get name(): string {
    return this.scope.name
  }

  /** filter_metadata, which streams know of even when no route of the host matches. */
  get metadata(): Record<string, JsonObject> {
    return this.scope.metadata
  }

  /** The route of a request, or undefined. Requests without x-forwarded-proto get none, as in Envoy. */
  route(context: RouteMatchContext): Route | undefined {
    const { headers } = context
    const scheme = headers.get('x-forwarded-proto')
    if (!scheme) return undefined
    if (this.redirectsToTls(scheme, headers)) return this.tlsRedirect
    return this.firstMatch(context)?.resolve(context)
  }

  private firstMatch(context: RouteMatchContext): ConfiguredRoute | undefined {
    if (!this.index) return this.candidates(context).find((route) => route.predicate.matches(context))
    for (const position of this.index.candidates(context.path)) {
      const route = this.routes[position]!
      if (route.predicate.matches(context)) return route
    }
    return undefined
  }

  /** Why `route` gave what it gave, in one line. */
  explain(context: RouteMatchContext, chosen: Route | undefined): string {
    const reason = this.explainChoice(context, chosen)
    return this.hasSpecifiers ? `${reason}; route_specifiers are not modelled and may change this` : reason
  }

  private explainChoice(context: RouteMatchContext, chosen: Route | undefined): string {
    const scheme = context.headers.get('x-forwarded-proto')
    if (!scheme) return `virtual host \`${this.name}\`: the request has no x-forwarded-proto, so no route is tried`
    if (chosen === this.tlsRedirect)
      return `virtual host \`${this.name}\` requires TLS and the request came by ${scheme}`
    const candidates = this.candidates(context)
    const passed: string[] = []
    for (const [i, route] of candidates.entries()) {
      const mismatch = route.predicate.mismatch(context)
      if (mismatch === undefined) return this.explainMatch(route, i, passed, chosen)
      if (passed.length < EXPLAINED_ROUTES) passed.push(`${label(route, i)} ${mismatch}`)
    }
    const tried =
      candidates.length === 0
        ? 'no route to try'
        : `none of ${candidates.length} routes matched: ${listed(passed, candidates.length)}`
    return `virtual host \`${this.name}\`: ${this.matcher ? 'matcher: ' : ''}${tried}`
  }

  private explainMatch(route: ConfiguredRoute, index: number, passed: string[], chosen: Route | undefined): string {
    const choice = chosen instanceof ForwardingRoute && chosen.choice.reason ? `; ${chosen.choice.reason}` : ''
    const before =
      index === 0 ? '' : `; ${index} earlier route${index === 1 ? '' : 's'} did not: ${listed(passed, index)}`
    const missing = this.scope.notModelled(route.settings.headers)
    const unmodelled = missing.length > 0 ? `; no value here for ${missing.join(', ')}` : ''
    return `virtual host \`${this.name}\`, route ${label(route, index)}: ${route.predicate.description} matched${before}${choice}${unmodelled}`
  }

  private candidates(context: RouteMatchContext): readonly ConfiguredRoute[] {
    if (!this.matcher) return this.routes
    const { headers, info } = context
    const result = this.matcher.match({ connection: info.connection, info, requestHeaders: headers })
    return result.kind === 'match' ? result.action : []
  }

  private redirectsToTls(scheme: string, headers: HeaderMap): boolean {
    if (scheme === 'https' || this.requireTls === 0) return false
    if (this.requireTls === TLS_ALL) return true
    return this.requireTls === TLS_EXTERNAL_ONLY && headers.get('x-envoy-internal') !== 'true'
  }
}

function label(route: ConfiguredRoute, index: number): string {
  return route.name ? `\`${route.name}\`` : `#${index + 1}`
}

function listed(passed: string[], total: number): string {
  return total > passed.length ? `${passed.join(', ')}, ...` : passed.join(', ')
}

function createRoute(config: RouteConfig, path: string, host: HostScope): ConfiguredRoute {
  const predicate = new RoutePredicate(config.match, `${path}.match`, host.table.services)
  const settings = new RouteSettings(config, path, host, predicate)
  const resolve = createResolver(config, settings)
  return { name: config.name, settings, predicate, resolve }
}

function createResolver(config: RouteConfig, settings: RouteSettings): ConfiguredRoute['resolve'] {
  const { action } = config
  if (action.case === 'redirect' || action.case === 'directResponse') {
    const route = new DirectRoute(settings)
    return () => route
  }
  if (action.case === 'route') {
    const forward = createForwardSettings(action.value, settings)
    return createClusterSpecifier(action.value, settings, forward)
  }
  const empty = settings.host.table.services.registry.decode<Parameters<typeof createForwardSettings>[0]>(
    'envoy.config.route.v3.RouteAction',
    {},
  )
  const route = new NonForwardingRoute(settings, createForwardSettings(empty, settings))
  return () => route
}

const REQUEST_INPUTS = [
  'envoy.type.matcher.v3.HttpRequestHeaderMatchInput',
  'envoy.extensions.matching.common_inputs.network.v3.FilterStateInput',
  'envoy.extensions.matching.common_inputs.environment_variable.v3.Config',
]

function createRouteMatcher(config: VirtualHostConfig, path: string, host: HostScope): Matcher<ConfiguredRoute[]> {
  const { services } = host.table
  const matcher = createMatcher(config.matcher!, path, services, (action, at) => {
    const unpacked = services.registry.unpack(action.typedConfig)
    if (unpacked?.typeName === 'envoy.config.route.v3.Route') {
      return [createRoute(unpacked.message as RouteConfig, `${at}.typed_config`, host)]
    }
    if (unpacked?.typeName === 'envoy.config.route.v3.RouteList') {
      const { routes } = unpacked.message as RouteList
      return routes.map((route, i) => createRoute(route, `${at}.typed_config.routes[${i}]`, host))
    }
    throw new ConfigError(
      at,
      `the action of a route matcher is a Route or a RouteList, not '${unpacked?.typeName ?? action.name}'`,
    )
  })
  const unfit = matcher.inputs.find((input) => !REQUEST_INPUTS.includes(input))
  if (unfit) throw new ConfigError(path, `a route table can only match on request headers, not on ${unfit}`)
  if (matcher.keepsMatching) throw new ConfigError(path, 'keep_matching is not supported in a route matcher')
  return matcher
}
