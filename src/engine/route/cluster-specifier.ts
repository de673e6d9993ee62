import type {
  ClusterSpecifierPlugin,
  RouteAction,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { LuaConfig } from '../../envoy/types/envoy/extensions/router/cluster_specifiers/lua/v3/lua_pb.d.ts'
import type { MatcherClusterSpecifier } from '../../envoy/types/envoy/extensions/router/cluster_specifiers/matcher/v3/matcher_pb.d.ts'
import { fromLatin1, toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { dataSourceBytes } from '../format/data-source.ts'
import { asciiLower } from '../match/ascii.ts'
import { createMatcher } from '../match/matcher.ts'
import type { EngineServices } from '../services.ts'
import type { LogLine } from '../trace.ts'
import type { RouteSettings } from './base.ts'
import { type ClusterChoice, ForwardingRoute, type ForwardSettings } from './forward.ts'
import type { RouteMatchContext } from './match-context.ts'
import { createWeightedClusters } from './weighted.ts'

/** Settles the cluster of a matched route for one stream (Envoy: Router::ClusterSpecifierPlugin). */
export type ClusterSpecifier = (context: RouteMatchContext) => ForwardingRoute

/** Chooses by request; the choice has to be made anew for each stream. */
type ClusterChooser = (context: RouteMatchContext) => ClusterChoice

/**
 * The cluster specifier of a route action.
 * @throws ConfigError for unknown clusters where clusters are validated, unknown plugins, weights that sum to nothing.
 */
export function createClusterSpecifier(
  action: RouteAction,
  settings: RouteSettings,
  forward: ForwardSettings,
): ClusterSpecifier {
  const { table } = settings.host
  const path = `${settings.path}.route`
  const { clusterSpecifier: specifier } = action
  const each = (choose: ClusterChooser): ClusterSpecifier => {
    return (context) => new ForwardingRoute(settings, forward, choose(context))
  }
  switch (specifier.case) {
    case 'cluster': {
      table.checkCluster(specifier.value, `${path}.cluster`)
      const route = new ForwardingRoute(settings, forward, { clusterName: specifier.value })
      return () => route
    }
    case 'clusterHeader': {
      const name = asciiLower(toByteString(specifier.value))
      return each(({ headers }) => {
        const clusterName = headers.get(name) ?? ''
        return {
          clusterName,
          reason: `header ${specifier.value} names ${clusterName ? `cluster ${clusterName}` : 'no cluster'}`,
        }
      })
    }
    case 'weightedClusters':
      return createWeightedClusters(specifier.value, settings, forward)
    case 'inlineClusterSpecifierPlugin':
      return each(createPlugin(specifier.value, `${path}.inline_cluster_specifier_plugin`, table.services))
    case 'clusterSpecifierPlugin': {
      const index = table.config.clusterSpecifierPlugins.findIndex((one) => one.extension?.name === specifier.value)
      const plugin = table.config.clusterSpecifierPlugins[index]
      if (!plugin) {
        throw new ConfigError(
          `${path}.cluster_specifier_plugin`,
          `the route configuration has no plugin '${specifier.value}'`,
        )
      }
      return each(createPlugin(plugin, `${table.path}.cluster_specifier_plugins[${index}]`, table.services))
    }
    default:
      throw new ConfigError(
        path,
        'needs one of cluster, cluster_header, weighted_clusters, cluster_specifier_plugin, inline_cluster_specifier_plugin',
      )
  }
}

function createPlugin(plugin: ClusterSpecifierPlugin, path: string, services: EngineServices): ClusterChooser {
  const at = `${path}.extension.typed_config`
  const unpacked = services.registry.unpack(plugin.extension?.typedConfig)
  switch (unpacked?.typeName) {
    case 'envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig':
      return luaChooser(unpacked.message as LuaConfig, at, services)
    case 'envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier':
      return matcherChooser(unpacked.message as MatcherClusterSpecifier, at, services)
    case 'envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier':
    case 'envoy.extensions.router.cluster_specifiers.dynamic_modules.v3.DynamicModuleClusterSpecifier':
      return () => ({ clusterName: '', reason: `${unpacked.typeName} is not modelled: no cluster is chosen` })
    default:
      if (plugin.isOptional) return () => ({ clusterName: '', reason: 'an optional plugin that is not there' })
      throw new ConfigError(at, `no cluster specifier of type '${unpacked?.typeName ?? plugin.extension?.name ?? ''}'`)
  }
}

function matcherChooser(config: MatcherClusterSpecifier, path: string, services: EngineServices): ClusterChooser {
  if (!config.clusterMatcher) throw new ConfigError(`${path}.cluster_matcher`, 'is required')
  const matcher = createMatcher(config.clusterMatcher, `${path}.cluster_matcher`, services, (action, at) => {
    const unpacked = services.registry.unpack(action.typedConfig)
    const cluster = (unpacked?.message as { cluster?: unknown } | undefined)?.cluster
    if (typeof cluster !== 'string') throw new ConfigError(at, `'${action.name}' is not a ClusterAction`)
    return cluster
  })
  return ({ headers, info }) => {
    const result = matcher.match({ connection: info.connection, info, requestHeaders: headers })
    const clusterName = result.kind === 'match' ? result.action : ''
    return {
      clusterName,
      reason: clusterName ? `the cluster matcher chose ${clusterName}` : 'the cluster matcher chose none',
    }
  }
}

/** The part of src/lua's service that is needed here. */
interface LuaClusterService {
  clusterSpecifier(
    source: Uint8Array,
    place: { name: string; now: () => number },
  ): (question: {
    headers: RouteMatchContext['headers']
    cluster(name: string): { connections: number; requests: number; pendingRequests: number } | undefined
  }) => { cluster: string; logs: string[] } | { problem: string; failure: LogLine; logs: string[] }
}

function luaChooser(config: LuaConfig, path: string, services: EngineServices): ClusterChooser {
  if (!config.sourceCode) throw new ConfigError(`${path}.source_code`, 'is required')
  const source = fromLatin1(dataSourceBytes(config.sourceCode, `${path}.source_code`, services))
  const lua = services.host.services.lua as LuaClusterService | undefined
  const { defaultCluster } = config
  if (!lua) return () => ({ clusterName: defaultCluster, reason: 'Lua is not loaded: default_cluster is used' })
  const place = { name: `${path}.source_code`, now: () => services.host.startTime + services.loop.now }
  const choose = loading(path, () => lua.clusterSpecifier(source, place))
  // Open work of other requests is not counted: one request runs at a time.
  const idle = { connections: 0, requests: 0, pendingRequests: 0 }
  return ({ headers }) => {
    const answer = choose({ headers, cluster: (name) => (services.hasCluster(name) ? idle : undefined) })
    const logs = answer.logs.length > 0 ? `; ${answer.logs.join('; ')}` : ''
    if ('problem' in answer) {
      services.scriptLog?.add({ ...answer.failure, outcome: 'default_cluster is used' })
      return { clusterName: defaultCluster, reason: `Lua failed (${answer.problem}): default_cluster is used${logs}` }
    }
    return { clusterName: answer.cluster, reason: `Lua chose ${answer.cluster}${logs}` }
  }
}

function loading<T>(path: string, load: () => T): T {
  try {
    return load()
  } catch (error) {
    throw new ConfigError(`${path}.source_code`, error instanceof Error ? error.message : String(error))
  }
}
