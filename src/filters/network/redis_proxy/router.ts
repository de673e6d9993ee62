import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { type Formatter, parseFormat } from '../../../engine/format/index.ts'
import type { NetworkFactoryContext } from '../../../engine/network/types.ts'
import type { ConnectionInfo } from '../../../engine/stream-info.ts'
import { StreamInfo } from '../../../engine/stream-info.ts'
import type {
  RedisProxy_PrefixRoutes,
  RedisProxy_PrefixRoutes_Route,
} from '../../../envoy/types/envoy/extensions/filters/network/redis_proxy/v3/redis_proxy_pb.d.ts'
import { isRead } from './commands.ts'
import type { RedisPool } from './pool.ts'

type MirrorPolicy = RedisProxy_PrefixRoutes_Route['requestMirrorPolicy'][number]

/** Where commands on keys of a prefix go. */
export interface RedisRoute {
  /** The pool for a command, by its name in any case. */
  upstream(command: string): RedisPool
  /** Pools that get a copy; undefined stands for a mirror that leaves this command out. */
  mirrors(command: string): (RedisPool | undefined)[]
  readonly prefix: string
}

interface Entry extends RedisRoute {
  removePrefix: boolean
  formatter: Formatter | undefined
}

/** Chooses a route by a key's longest prefix. Envoy: source/extensions/filters/network/redis_proxy/router_impl.cc. */
export class RedisRouter {
  private readonly entries: readonly Entry[]
  private readonly catchAll: Entry | undefined
  private readonly caseInsensitive: boolean

  constructor(
    config: RedisProxy_PrefixRoutes | undefined,
    pool: (cluster: string) => RedisPool,
    context: NetworkFactoryContext,
  ) {
    this.caseInsensitive = config?.caseInsensitive ?? false
    const seen = new Set<string>()
    this.entries = (config?.routes ?? []).map((route, i) => {
      const path = `${context.path}.prefix_routes.routes[${i}]`
      const entry = createEntry(route, path, pool, context)
      const prefix = this.fold(entry.prefix)
      if (seen.has(prefix)) throw new ConfigError(`${path}.prefix`, `the prefix '${route.prefix}' has a route already`)
      seen.add(prefix)
      return entry
    })
    const rest = config?.catchAllRoute
    this.catchAll = rest && createEntry(rest, `${context.path}.prefix_routes.catch_all_route`, pool, context)
  }

  /** The route of a key, and the key as the server is to see it. Undefined: there is none. */
  route(key: string, info: ConnectionInfo, now: number): { route: RedisRoute; key: string } | undefined {
    const folded = this.fold(key)
    let found: Entry | undefined
    for (const entry of this.entries)
      if (folded.startsWith(this.fold(entry.prefix)) && entry.prefix.length >= (found?.prefix.length ?? 0))
        found = entry
    found ??= this.catchAll
    if (!found) return undefined
    const rest = found.removePrefix ? key.slice(found.prefix.length) : key
    return { route: found, key: this.format(found, rest, info, now) }
  }

  private format({ formatter }: Entry, key: string, info: ConnectionInfo, now: number): string {
    if (!formatter) return key
    const text = formatter.format({ info: new StreamInfo(info, now) })
    return text === '' ? key : text.replaceAll(KEY_PLACEHOLDER, () => key)
  }

  private fold(text: string): string {
    return this.caseInsensitive ? text.replace(/[A-Z]/g, (char) => char.toLowerCase()) : text
  }
}

// Stands for the key while the rest of a key_formatter is written, since a key may hold percent signs of its own.
const KEY_PLACEHOLDER = '~REPLACED_KEY~'

function createEntry(
  config: RedisProxy_PrefixRoutes_Route,
  path: string,
  pool: (cluster: string) => RedisPool,
  context: NetworkFactoryContext,
): Entry {
  const { services } = context
  const upstream = pool(config.cluster)
  const readCluster = config.readCommandPolicy?.cluster
  const reads = readCluster === undefined ? undefined : pool(readCluster)
  const mirrors = config.requestMirrorPolicy.map((policy) => ({ policy, pool: pool(policy.cluster) }))
  const format = config.keyFormatter.replaceAll('%KEY%', KEY_PLACEHOLDER)
  return {
    prefix: toByteString(config.prefix),
    removePrefix: config.removePrefix,
    formatter:
      format === '' ? undefined : parseFormat(format, { path: `${path}.key_formatter`, services, omitEmpty: true }),
    upstream: (command) => (reads && isRead(command) ? reads : upstream),
    mirrors: (command) =>
      mirrors.map((each) => (mirrored(each.policy, command, services.runtime) ? each.pool : undefined)),
  }
}

function mirrored(
  policy: MirrorPolicy,
  command: string,
  runtime: NetworkFactoryContext['services']['runtime'],
): boolean {
  if (policy.excludeReadCommands && isRead(command)) return false
  const fraction = policy.runtimeFraction
  if (!fraction) return true
  const share = fraction.defaultValue
  const of = [100, 10_000, 1_000_000][share?.denominator ?? 0] ?? 100
  return runtime.fraction(fraction.runtimeKey, share?.numerator ?? 0, of)
}
