import type {
  WeightedCluster_ClusterWeight as WeightConfig,
  WeightedCluster,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { asciiLower } from '../match/ascii.ts'
import { xxHash64 } from '../match/xxhash.ts'
import { type JsonObject, mergeStruct } from '../stream-info.ts'
import type { RouteSettings } from './base.ts'
import type { ClusterSpecifier } from './cluster-specifier.ts'
import { type ClusterChoice, ForwardingRoute, type ForwardSettings } from './forward.ts'
import type { RouteMatchContext } from './match-context.ts'
import { createPerFilterConfigs } from './per-filter-config.ts'
import { createLevelHeaders, filterMetadata } from './scope.ts'

const MAX_TOTAL = 0xffff_ffff

/**
 * weighted_clusters: the stream's random number, a header's value, or a hash decides (Envoy:
 * source/common/router/weighted_cluster_specifier.cc). One cluster of weight 0 beside others is never chosen.
 */
export function createWeightedClusters(
  config: WeightedCluster,
  settings: RouteSettings,
  forward: ForwardSettings,
): ClusterSpecifier {
  const path = `${settings.path}.route.weighted_clusters`
  const { services } = settings.host.table
  const entries = config.clusters.map((cluster, i) => createEntry(cluster, `${path}.clusters[${i}]`, settings, forward))
  const configuredTotal = entries.reduce((sum, entry) => sum + entry.weight, 0)
  if (configuredTotal === 0) throw new ConfigError(path, 'the weights have to sum to more than 0')
  if (configuredTotal > MAX_TOTAL)
    throw new ConfigError(path, `the weights sum to ${configuredTotal}, more than ${MAX_TOTAL}`)
  const prefix = config.runtimeKeyPrefix
  const weightOf = prefix
    ? (entry: Entry) => services.runtime.number(`${prefix}.${entry.name}`, entry.weight)
    : (entry: Entry) => entry.weight
  const draw = createDraw(config, forward)
  return (context) => {
    const total = prefix ? entries.reduce((sum, entry) => sum + weightOf(entry), 0) : configuredTotal
    if (total === 0) return entries[0]!.route(context, 'the weights in runtime sum to 0')
    const value = draw(context, total)
    let upTo = 0
    for (const entry of entries) {
      const weight = weightOf(entry)
      if (value < upTo + weight)
        return entry.route(context, `drew ${value} of ${total}: ${entry.name} has ${upTo} to ${upTo + weight - 1}`)
      upTo += weight
    }
    return entries.at(-1)!.route(context, `drew ${value} of ${total}`)
  }
}

/** A number from 0 to total - 1. */
type Draw = (context: RouteMatchContext, total: number) => number

function createDraw(config: WeightedCluster, forward: ForwardSettings): Draw {
  const byChance: Draw = (context, total) => Math.floor(context.random * total)
  const { randomValueSpecifier: specifier } = config
  if (specifier.case === 'headerName') {
    const name = asciiLower(toByteString(specifier.value))
    return (context, total) => {
      const text = context.headers.get(name)
      if (text === undefined || !/^\d{1,20}$/.test(text)) return byChance(context, total)
      const value = BigInt(text)
      return value > 0xffff_ffff_ffff_ffffn ? byChance(context, total) : Number(value % BigInt(total))
    }
  }
  if (specifier.case === 'useHashPolicy' && isTrue(specifier.value)) {
    return (context, total) => {
      for (const policy of forward.hashPolicies) {
        const input = policy.input(context.headers, context.info)
        if (input !== undefined) return Number(xxHash64(input) % BigInt(total))
      }
      return byChance(context, total)
    }
  }
  return byChance
}

function isTrue(value: unknown): boolean {
  return (
    value === true || (typeof value === 'object' && value !== null && (value as { value?: boolean }).value === true)
  )
}

interface Entry {
  name: string
  weight: number
  route(context: RouteMatchContext, reason: string): ForwardingRoute
}

function createEntry(config: WeightConfig, path: string, settings: RouteSettings, forward: ForwardSettings): Entry {
  if (config.name !== '' && config.clusterHeader !== '')
    throw new ConfigError(path, 'name and cluster_header exclude each other')
  if (config.name === '' && config.clusterHeader === '') throw new ConfigError(path, 'needs name or cluster_header')
  const { table } = settings.host
  table.checkCluster(config.name, `${path}.name`)
  const own = filterMetadata(config.metadataMatch)
  const shared: Omit<ClusterChoice, 'clusterName'> = {
    headers: createLevelHeaders(config, path, table.services),
    perFilter: createPerFilterConfigs(config.typedPerFilterConfig, path, table.services),
    metadataMatch: Object.keys(own).length > 0 ? overlay(forward.metadataMatch, own) : undefined,
    hostRewrite: config.hostRewriteSpecifier.value ? toByteString(config.hostRewriteSpecifier.value) : undefined,
  }
  const weight = config.weight ?? 0
  if (config.name !== '') {
    const route = new ForwardingRoute(settings, forward, { ...shared, clusterName: config.name })
    return {
      name: config.name,
      weight,
      route(_, reason) {
        route.choice.reason = reason
        return route
      },
    }
  }
  const header = asciiLower(toByteString(config.clusterHeader))
  return {
    name: `header ${config.clusterHeader}`,
    weight,
    route: (context, reason) =>
      new ForwardingRoute(settings, forward, { ...shared, clusterName: context.headers.get(header) ?? '', reason }),
  }
}

function overlay(under: Record<string, JsonObject>, over: Record<string, JsonObject>): Record<string, JsonObject> {
  return mergeStruct(under as JsonObject, over as JsonObject) as Record<string, JsonObject>
}
