import type { Bootstrap } from '../envoy/types/envoy/config/bootstrap/v3/bootstrap_pb.d.ts'
import type { Cluster as ClusterConfig } from '../envoy/types/envoy/config/cluster/v3/cluster_pb.d.ts'
import type { DataSource } from '../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { Listener as ListenerConfig } from '../envoy/types/envoy/config/listener/v3/listener_pb.d.ts'
import type { RouteConfiguration } from '../envoy/types/envoy/config/route/v3/route_pb.d.ts'
import type { Secret } from '../envoy/types/envoy/extensions/transport_sockets/tls/v3/secret_pb.d.ts'
import { ConfigError, type FilterCatalogue } from './catalogue.ts'
import { EventLoop } from './event-loop.ts'
import { dataSourceBytes } from './format/data-source.ts'
import type { Host } from './host.ts'
import { LOCAL_ADDRESS } from './http/conn-manager-config.ts'
import { configureFilters } from './http/filter-chain.ts'
import { AcceptedConnection } from './listener/accept.ts'
import type { ClientSocket } from './listener/client-socket.ts'
import { Listener } from './listener/listener.ts'
import { createShadows } from './route/policies.ts'
import { createRetryPolicy } from './route/retry-policy.ts'
import { UPSTREAM_CODEC } from './router/upstream-chain.ts'
import { Runtime } from './runtime.ts'
import { ScriptLog } from './script-log.ts'
import type { MessageRegistry, ProxyServices } from './services.ts'
import type { JsonObject, StreamInfo } from './stream-info.ts'
import type { Trace } from './trace.ts'
import { StubAsyncClient } from './upstream/async-client.ts'
import { Cluster } from './upstream/cluster.ts'
import { ClusterManager } from './upstream/cluster-manager.ts'
import { type StubScript, StubServer, type UpstreamRecord } from './upstream/stub.ts'

/** How long listeners wait at most for what has to be there first, such as keys that are fetched ahead of time. */
const WARMING_MS = 20_000

/** What a proxy is built with. */
export interface ProxyDependencies {
  registry: MessageRegistry
  catalogue: FilterCatalogue
  host: Host
  /**
   * Servers behind clusters with a TLS transport socket answer TLS. Without it they speak plain text, like the servers
   * that cases are recorded with, and connections to them time out.
   */
  serversSpeakTls?: boolean
}

/** Envoy's configuration as JSON: `static_resources` or the lists themselves, and what istiod sends beside them. */
export interface ProxyConfig {
  static_resources?: unknown
  listeners?: unknown
  clusters?: unknown
  routes?: unknown
  layered_runtime?: unknown
  node?: unknown
}

/** A whole simulated proxy: built once, then any number of connections. */
export class SimProxy {
  readonly loop = new EventLoop()
  readonly services: ProxyServices
  readonly listeners: readonly Listener[]
  /** Everything that reached a server, in order. */
  readonly upstreamLog: UpstreamRecord[] = []
  /** The HTTP streams that are over, in order of their end. */
  readonly endedStreams: StreamInfo[] = []
  private connections = 0
  private warming = 0

  /** Throws ConfigError with the document path of what Envoy would refuse. */
  constructor(config: ProxyConfig, upstreams: Record<string, StubScript>, deps: ProxyDependencies) {
    const { registry, host } = deps
    const resources = (config.static_resources ?? config) as {
      listeners?: unknown[]
      clusters?: unknown[]
      secrets?: unknown[]
    }
    const prefix = config.static_resources ? 'static_resources.' : ''
    const runtime = createRuntime(config, registry, host)
    const clusters = new ClusterManager()
    const routes = new Map(
      asList(config.routes, 'routes').map((json, i) => {
        const path = `routes[${i}]`
        const message = decode<RouteConfiguration>(registry, 'envoy.config.route.v3.RouteConfiguration', json, path)
        return [message.name, { config: message, path }]
      }),
    )
    clusters.asyncClient = new StubAsyncClient({ loop: this.loop, host, clusters, localAddress: LOCAL_ADDRESS })
    const node = (config.node ?? {}) as { id?: string; cluster?: string; metadata?: JsonObject }
    this.services = {
      registry,
      host,
      loop: this.loop,
      runtime,
      node: { id: node.id ?? '', cluster: node.cluster ?? '', metadata: node.metadata ?? {} },
      asyncClient: clusters.asyncClient,
      hasCluster: (name) => clusters.get(name) !== undefined,
      clusterNames: () => clusters.names(),
      clusterAt: (address) => clusters.at(address),
      clusterMetadata: (name) => clusters.get(name)?.metadata,
      scriptLog: new ScriptLog(),
      catalogue: deps.catalogue,
      clusters,
      routeConfiguration: (name) => routes.get(name),
      checkPerRoute: (typeName, message, path) =>
        deps.catalogue.perRoute?.(typeName)?.checkPerRoute?.(message, path, this.services),
      genericSecret: secretsOf(resources.secrets, `${prefix}secrets`, registry, () => this.services),
      warming: () => {
        this.warming++
        return () => void this.warming--
      },
      streamEnded: (info) => {
        this.endedStreams.push(info)
        if (this.endedStreams.length > 1000) this.endedStreams.splice(0, 500)
      },
    }
    asList(resources.clusters, `${prefix}clusters`).forEach((json, i) => {
      const path = `${prefix}clusters[${i}]`
      const message = decode<ClusterConfig>(registry, 'envoy.config.cluster.v3.Cluster', json, path)
      clusters.add(
        new Cluster({
          config: message,
          path,
          registry,
          stub: new StubServer(message.name, upstreams[message.name], this.upstreamLog, this.loop),
          port: 20000 + i,
          serversSpeakTls: deps.serversSpeakTls ?? false,
          policies: (options, at) => ({
            retry: options.retryPolicy && createRetryPolicy(options.retryPolicy, `${at}.retry_policy`, this.services),
            shadows: createShadows(options.requestMirrorPolicies, `${at}.request_mirror_policies`, this.services),
          }),
          filters: (options, at) =>
            configureFilters(options.httpFilters, `${at}.http_filters`, this.services).filter(
              (filter) => !isUpstreamCodec(filter.name, options.httpFilters, registry),
            ),
        }),
      )
    })
    this.listeners = asList(resources.listeners, `${prefix}listeners`).map((json, i) => {
      const path = `${prefix}listeners[${i}]`
      const message = decode<ListenerConfig>(registry, 'envoy.config.listener.v3.Listener', json, path)
      return new Listener(message, path, this.services)
    })
  }

  /** The listener of that name, or the first that is bound to a port. */
  listener(name: string | undefined): Listener | undefined {
    return this.listeners.find((each) => each.bound && (name === undefined || each.name === name))
  }

  /** Lets what filters do as soon as they are loaded run its course, as listeners wait for it before they open. */
  async warm(): Promise<void> {
    const { loop } = this
    await loop.run(() => this.warming === 0, loop.now + WARMING_MS)
    await loop.run(() => false, loop.now)
  }

  /** Accepts a client, whose first bytes are `prefix` (PROXY protocol); its listener filters run at once. */
  connect(listener: Listener, client: ClientSocket, trace: Trace, prefix: Uint8Array): AcceptedConnection {
    const accepted = new AcceptedConnection({
      listener,
      client,
      services: this.services,
      trace,
      id: ++this.connections,
    })
    accepted.start(prefix)
    return accepted
  }
}

/** Finds generic secrets by name; their bytes are read when somebody asks. */
function secretsOf(
  list: unknown,
  path: string,
  registry: MessageRegistry,
  services: () => ProxyServices,
): (name: string) => string | undefined {
  const sources = new Map<string, { source: DataSource | undefined; path: string }>()
  asList(list, path).forEach((json, i) => {
    const at = `${path}[${i}]`
    const secret = decode<Secret>(registry, 'envoy.extensions.transport_sockets.tls.v3.Secret', json, at)
    if (secret.type.case === 'genericSecret')
      sources.set(secret.name, { source: secret.type.value.secret, path: `${at}.generic_secret.secret` })
  })
  return (name) => {
    const found = sources.get(name)
    return found && (found.source ? dataSourceBytes(found.source, found.path, services()) : '')
  }
}

function isUpstreamCodec(
  name: string,
  filters: readonly { name: string; configType: { case?: string | undefined; value?: unknown } }[],
  registry: MessageRegistry,
): boolean {
  const filter = filters.find((each) => each.name === name)
  return registry.unpack(filter?.configType.value)?.typeName === UPSTREAM_CODEC
}

function decode<T>(registry: MessageRegistry, typeName: string, json: unknown, path: string): T {
  try {
    return registry.decode<T>(typeName, json)
  } catch (error) {
    throw new ConfigError(path, error instanceof Error ? error.message : String(error))
  }
}

function asList(value: unknown, path: string): unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new ConfigError(path, 'expected a list')
  return value
}

function createRuntime(config: ProxyConfig, registry: MessageRegistry, host: Host): Runtime {
  if (!config.layered_runtime) return new Runtime([], () => host.random())
  const bootstrap = decode<Bootstrap>(
    registry,
    'envoy.config.bootstrap.v3.Bootstrap',
    { layered_runtime: config.layered_runtime },
    'layered_runtime',
  )
  const layers = bootstrap.layeredRuntime?.layers ?? []
  const structs = layers.flatMap((layer) =>
    layer.layerSpecifier.case === 'staticLayer' ? [layer.layerSpecifier.value as Record<string, unknown>] : [],
  )
  return new Runtime(structs, () => host.random())
}
