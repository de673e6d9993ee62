import type { RouteConfiguration } from '../../envoy/types/envoy/config/route/v3/route_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import { RouteMatchContext } from './match-context.ts'
import { TableScope } from './scope.ts'
import type { Route, RouteMatch } from './types.ts'
import { VirtualHost } from './virtual-host.ts'

/** Wildcard domains of one kind by the length of their fixed part, longest first. */
type Wildcards = { length: number; hosts: Map<string, VirtualHost> }[]

/**
 * A route configuration made ready (Envoy: RouteMatcher and ConfigImpl in source/common/router/config_impl.cc). Virtual hosts
 * are found by hash: the exact domain, then `*suffix` and `prefix*` with the longest fixed part, then `*`. Routes of a host are
 * tried in their order.
 */
export class RouteTable {
  readonly name: string
  /** Headers that may only come from inside; the connection manager removes them from requests of external clients. */
  readonly internalOnlyHeaders: readonly string[]
  /** True when virtual hosts come on demand (vhds): the simulator has those of the configuration only. */
  readonly usesVhds: boolean
  readonly virtualHosts: readonly VirtualHost[]
  private readonly scope: TableScope
  private readonly exact = new Map<string, VirtualHost>()
  private readonly suffixes: Wildcards
  private readonly prefixes: Wildcards
  private any: VirtualHost | undefined
  private readonly ignorePort: boolean
  private readonly vhostHeader: string

  /**
   * @param path document path of the route configuration.
   * @param options validateClusters: the default of validate_clusters, true for a configuration inside its connection manager.
   * @throws ConfigError with the path of what Envoy would refuse.
   */
  constructor(
    config: RouteConfiguration,
    path: string,
    services: EngineServices,
    options: { validateClusters?: boolean } = {},
  ) {
    this.name = config.name
    this.internalOnlyHeaders = config.internalOnlyHeaders.map((name) => asciiLower(toByteString(name)))
    this.usesVhds = config.vhds !== undefined
    this.ignorePort = config.ignorePortInHostMatching
    this.vhostHeader = asciiLower(toByteString(config.vhostHeader))
    this.scope = new TableScope(config, path, services, options.validateClusters ?? false)
    const suffixes = new Map<number, Map<string, VirtualHost>>()
    const prefixes = new Map<number, Map<string, VirtualHost>>()
    this.virtualHosts = config.virtualHosts.map((host, i) => {
      const at = `${path}.virtual_hosts[${i}]`
      const virtualHost = new VirtualHost(host, at, this.scope)
      host.domains.forEach((domain, j) => {
        this.register(domain, `${at}.domains[${j}]`, virtualHost, suffixes, prefixes)
      })
      return virtualHost
    })
    this.suffixes = byLength(suffixes)
    this.prefixes = byLength(prefixes)
  }

  /** The route of a request. `info.random` decides fractions and weights; it is drawn once for each stream. */
  match(headers: HeaderMap, info: StreamInfo): RouteMatch {
    info.random ??= this.scope.services.host.random()
    const host = this.virtualHost(headers)
    info.virtualHostMetadata = host?.scope.metadata
    const context = new RouteMatchContext(headers, info, info.random, this.scope.ignorePathParameters)
    const route = host?.route(context)
    info.ignorePathParameters = route !== undefined && this.scope.ignorePathParameters
    const explain = () => this.explain(host, context, route)
    const { scriptLog } = this.scope.services
    return new Match(route, scriptLog ? () => scriptLog.explain(explain) : explain)
  }

  /** The virtual host of a request, or undefined. */
  virtualHost(headers: HeaderMap): VirtualHost | undefined {
    // With nothing to tell hosts apart even a request that lost its authority finds the one host there is.
    if (this.exact.size === 0 && this.suffixes.length === 0 && this.prefixes.length === 0) return this.any
    const header = headers.get(this.vhostHeader || ':authority')
    if (header === undefined) return undefined
    const name = this.ignorePort ? header.slice(0, portStart(header)) : header
    return this.find(asciiLower(name))
  }

  private find(host: string): VirtualHost | undefined {
    const exact = this.exact.get(host)
    if (exact) return exact
    for (const { length, hosts } of this.suffixes) {
      if (length >= host.length) continue
      const found = hosts.get(host.slice(host.length - length))
      if (found) return found
    }
    for (const { length, hosts } of this.prefixes) {
      if (length >= host.length) continue
      const found = hosts.get(host.slice(0, length))
      if (found) return found
    }
    return this.any
  }

  private register(
    domain: string,
    path: string,
    host: VirtualHost,
    suffixes: Map<number, Map<string, VirtualHost>>,
    prefixes: Map<number, Map<string, VirtualHost>>,
  ): void {
    const name = asciiLower(toByteString(domain))
    if (name === '*') {
      if (this.any)
        throw new ConfigError(path, `only one virtual host may have the domain '*'; \`${this.any.name}\` has it`)
      this.any = host
      return
    }
    const wild = name.startsWith('*') ? suffixes : name.endsWith('*') ? prefixes : undefined
    const key = wild === suffixes ? name.slice(1) : wild === prefixes ? name.slice(0, -1) : name
    let map = this.exact
    if (wild) {
      map = wild.get(key.length) ?? new Map()
      wild.set(key.length, map)
    }
    const taken = map.get(key)
    if (taken) throw new ConfigError(path, `the domain '${domain}' stands twice; \`${taken.name}\` has it already`)
    map.set(key, host)
  }

  private explain(host: VirtualHost | undefined, context: RouteMatchContext, route: Route | undefined): string {
    if (host) return host.explain(context, route)
    const name = this.vhostHeader || ':authority'
    const value = context.headers.get(name)
    const table = `route configuration \`${this.name}\``
    if (value === undefined) return `${table}: the request has no ${name}`
    const vhds = this.usesVhds ? '; more may come by vhds, which the simulator does not ask' : ''
    return `${table}: none of ${this.virtualHosts.length} virtual hosts has the domain ${value}${vhds}`
  }
}

class Match implements RouteMatch {
  readonly route: Route | undefined
  private readonly describe: () => string

  constructor(route: Route | undefined, describe: () => string) {
    this.route = route
    this.describe = describe
  }

  get reason(): string {
    return this.describe()
  }
}

function byLength(map: Map<number, Map<string, VirtualHost>>): Wildcards {
  return [...map].map(([length, hosts]) => ({ length, hosts })).sort((a, b) => b.length - a.length)
}

/** Where what may be a port begins, whatever follows the colon; the host's length when there is none (HeaderUtility::getPortStart). */
export function portStart(host: string): number {
  const colon = host.lastIndexOf(':')
  // A colon inside the brackets of an IPv6 address is no port.
  return colon < 0 || host.lastIndexOf(']') > colon ? host.length : colon
}
