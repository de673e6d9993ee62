import type { FilterCatalogue } from './catalogue.ts'
import type { EventLoop } from './event-loop.ts'
import type { Host } from './host.ts'
import type { Runtime } from './runtime.ts'
import type { ScriptLog } from './script-log.ts'
import type { JsonObject, StreamInfo } from './stream-info.ts'
import type { ClusterManager } from './upstream/cluster-manager.ts'
import type { AsyncClient } from './upstream/types.ts'

/** Decodes and unpacks Envoy's messages: what the engine needs of src/envoy's registry. */
export interface MessageRegistry {
  /** proto3 JSON (snake_case or camelCase) to a typed message with defaults. Throws with the JSON path of what is wrong. */
  decode<T>(typeName: string, json: unknown): T
  /** The message inside an Any, decoded once; TypedStruct is unwrapped to the type it names. Undefined for an unknown type. */
  unpack(any: unknown): { typeName: string; message?: unknown } | undefined
  /** A message of the type with these fields (camelCase names), as it travels in a gRPC call. */
  encode(typeName: string, fields: Record<string, unknown>): Uint8Array
  /** The message in `bytes`, as it travels. Throws when they are no such message. */
  decodeBinary<T>(typeName: string, bytes: Uint8Array): T
  /** A message as proto3 JSON with snake_case names. */
  toJson(message: unknown): unknown
}

/** The proxy's own identity: `node` of the bootstrap; empty strings when there is none. */
export interface NodeInfo {
  id: string
  cluster: string
  metadata: JsonObject
}

/** Shared by everything that runs in one simulated proxy. */
export interface EngineServices {
  readonly registry: MessageRegistry
  readonly host: Host
  readonly loop: EventLoop
  readonly runtime: Runtime
  readonly node: NodeInfo
  readonly asyncClient: AsyncClient
  readonly hasCluster: (name: string) => boolean
  readonly clusterNames: () => string[]
  /** The cluster that has an endpoint at an address (`10.0.0.1:80`), for services that are named by address. */
  readonly clusterAt?: (address: string) => string | undefined
  /** `metadata` of a cluster, for %CLUSTER_METADATA% and rate-limit descriptors; undefined for an unknown cluster. */
  readonly clusterMetadata?: (name: string) => Record<string, JsonObject> | undefined
  /**
   * Announces work that has to be over before a listener takes its first connection; the answer says that it is
   * (Envoy: Init::Manager). Undefined where nobody waits.
   */
  readonly warming?: () => () => void
  /** Throws ConfigError for a per-route message that its filter would refuse. */
  readonly checkPerRoute?: (typeName: string, message: unknown, path: string) => void
  /** A generic secret of the configuration (`static_resources.secrets`), as a byte string. */
  readonly genericSecret?: (name: string) => string | undefined
  /** Takes the errors of scripts that run outside of any filter. */
  readonly scriptLog?: ScriptLog
  /** What %HOSTNAME% and %ENVIRONMENT(...)% and `environment_variable` data sources read. */
  readonly environment?: { hostname: string; variables: Readonly<Record<string, string>> }
}

/** What the parts that build and run a proxy share beyond what filters need. */
export interface ProxyServices extends EngineServices {
  readonly catalogue: FilterCatalogue
  readonly clusters: ClusterManager
  /** A route configuration of the document by name, as `rds` asks for it (config.route.v3.RouteConfiguration). */
  readonly routeConfiguration: (name: string) => { config: unknown; path: string } | undefined
  /** Told of each HTTP stream of the proxy when it is over, where an access log would be written. */
  readonly streamEnded: (info: StreamInfo) => void
}
