import { fromLatin1, textOf, toByteString } from '../../engine/bytes.ts'
import { type ConnectionInfo, formatAddress, type JsonObject, type StreamInfo } from '../../engine/stream-info.ts'
import { LuaError, type LuaState } from '../vm/vm.ts'
import { FilterStateApi, filterStateType } from './filter-state.ts'
import {
  connectionDynamicMetadataType,
  DynamicMetadataObject,
  dynamicMetadataType,
  MetadataObject,
  metadataType,
} from './metadata.ts'
import { type ApiMachine, type ApiMethod, ApiObject, type ApiType, type Closure, Slot, SlotMap } from './object.ts'
import { SslObject, sslType } from './ssl.ts'
import { type DescriptorSource, pushTypedMetadata } from './typed-metadata.ts'

/** What the objects made for one stream have in common. */
export interface StreamScope {
  readonly info: StreamInfo
  readonly closures: Closure[]
  readonly types: DescriptorSource | undefined
  /** Configured name of the filter: the key of its metadata. */
  readonly filterName: string
  note(text: string): void
}

class ScopedObject extends ApiObject {
  readonly scope: StreamScope

  constructor(scope: StreamScope) {
    super()
    this.scope = scope
  }
}

/** streamInfo() (Envoy: StreamInfoWrapper in source/extensions/filters/http/lua/wrappers.cc). */
export class StreamInfoObject extends ScopedObject {
  readonly dynamicMetadata = new Slot<DynamicMetadataObject>()
  readonly filterState = new Slot<FilterStateApi>()
  readonly ssl = new Slot<SslObject>()

  protected override onMarkDead(): void {
    this.dynamicMetadata.reset()
    this.filterState.reset()
    this.ssl.reset()
  }
}

const text =
  (read: (info: StreamInfo) => string): ApiMethod<StreamInfoObject> =>
  (self, L, { vm }) => {
    vm.pushString(L, toByteString(read(self.scope.info)))
    return 1
  }

export const streamInfoType: ApiType<StreamInfoObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua17StreamInfoWrapperE',
  methods: {
    protocol(self, L, { vm }) {
      const { protocol } = self.scope.info
      if (protocol === undefined) throw new LuaError('the protocol of this stream is not known')
      vm.pushString(L, protocol)
      return 1
    },
    dynamicMetadata(self, L, machine) {
      const { info, closures } = self.scope
      const create = () => new DynamicMetadataObject(info.dynamicMetadata, closures)
      return self.dynamicMetadata.push(L, machine, dynamicMetadataType, create)
    },
    dynamicTypedMetadata(self, L, machine) {
      return pushTyped(self.scope.info.typedMetadata, self.scope, L, machine)
    },
    filterState(self, L, machine) {
      return self.filterState.push(L, machine, filterStateType, () => new FilterStateApi(self.scope.info.filterState))
    },
    downstreamLocalAddress: text((info) => formatAddress(info.connection.local)),
    downstreamDirectLocalAddress: text((info) => formatAddress(info.connection.directLocal)),
    downstreamRemoteAddress: text((info) => formatAddress(info.remote)),
    downstreamDirectRemoteAddress: text((info) => formatAddress(info.connection.directRemote)),
    downstreamSslConnection(self, L, machine) {
      return pushSsl(self.ssl, self.scope.info.connection, L, machine)
    },
    requestedServerName: text((info) => info.connection.requestedServerName),
    routeName: text((info) => info.route?.name ?? ''),
    virtualClusterName: text((info) => info.virtualClusterName ?? ''),
    drainConnectionUponCompletion(self) {
      self.scope.note('the connection is closed once this stream is over')
      return 0
    },
  },
}

/** connectionStreamInfo(): the connection's metadata, read only (Envoy: ConnectionStreamInfoWrapper). */
export class ConnectionStreamInfoObject extends ScopedObject {
  readonly dynamicMetadata = new Slot<DynamicMetadataObject>()

  protected override onMarkDead(): void {
    this.dynamicMetadata.reset()
  }
}

export const connectionStreamInfoType: ApiType<ConnectionStreamInfoObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua27ConnectionStreamInfoWrapperE',
  methods: {
    dynamicMetadata(self, L, machine) {
      const { info, closures } = self.scope
      const create = () => new DynamicMetadataObject(info.connection.dynamicMetadata, closures)
      return self.dynamicMetadata.push(L, machine, connectionDynamicMetadataType, create)
    },
    dynamicTypedMetadata(self, L, machine) {
      return pushTyped(self.scope.info.connection.typedMetadata, self.scope, L, machine)
    },
  },
}

/** connection() (Envoy: ConnectionWrapper). */
export class ConnectionObject extends ScopedObject {
  readonly sslObject = new Slot<SslObject>()

  protected override onMarkDead(): void {
    this.sslObject.reset()
  }
}

export const connectionType: ApiType<ConnectionObject> = {
  name: 'N5Envoy10Extensions7Filters6Common3Lua17ConnectionWrapperE',
  methods: {
    ssl(self, L, machine) {
      return pushSsl(self.sslObject, self.scope.info.connection, L, machine)
    },
  },
}

/** route() or virtualHost(): `read` gives the filter_metadata of the one it stands for. */
export class RouteScopeObject extends ScopedObject {
  readonly metadata = new SlotMap<MetadataObject>()
  readonly read: (info: StreamInfo) => Record<string, JsonObject> | undefined

  constructor(scope: StreamScope, read: (info: StreamInfo) => Record<string, JsonObject> | undefined) {
    super(scope)
    this.read = read
  }

  protected override onMarkDead(): void {
    this.metadata.reset()
  }
}

/** The optional argument of metadata(): a filter's name, empty for this one. */
export function metadataName({ vm }: ApiMachine, L: LuaState): string {
  return vm.isNoneOrNil(L, 2) ? '' : textOf(fromLatin1(vm.checkString(L, 2)))
}

// Unlike handle:metadata() these do not fall back to the filter's canonical name.
function pushMetadata(self: RouteScopeObject, name: string, L: LuaState, machine: ApiMachine): number {
  const all = self.read(self.scope.info) ?? {}
  const key = name || self.scope.filterName
  const struct = Object.hasOwn(all, key) ? all[key]! : {}
  return self.metadata.push(name, L, machine, metadataType, () => new MetadataObject(struct, self.scope.closures))
}

export const routeType: ApiType<RouteScopeObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua12RouteWrapperE',
  methods: { metadata: (self, L, machine) => pushMetadata(self, metadataName(machine, L), L, machine) },
}

export const virtualHostType: ApiType<RouteScopeObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua18VirtualHostWrapperE',
  methods: { metadata: (self, L, machine) => pushMetadata(self, '', L, machine) },
}

function pushSsl(slot: Slot<SslObject>, connection: ConnectionInfo, L: LuaState, machine: ApiMachine): number {
  const { tls } = connection
  if (tls) return slot.push(L, machine, sslType, () => new SslObject(tls))
  machine.vm.pushNil(L)
  return 1
}

function pushTyped(
  all: ReadonlyMap<string, { value: unknown }>,
  { types }: StreamScope,
  L: LuaState,
  { vm }: ApiMachine,
): number {
  const entry = all.get(vm.checkString(L, 2))
  if (entry) pushTypedMetadata(vm, L, entry.value, types)
  else vm.pushNil(L)
  return 1
}
