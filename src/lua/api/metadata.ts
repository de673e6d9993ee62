import { fromLatin1, textOf, toByteString } from '../../engine/bytes.ts'
import type { DynamicMetadata, JsonObject } from '../../engine/stream-info.ts'
import { LuaError, type LuaState } from '../vm/vm.ts'
import { type ApiMachine, type ApiMethod, ApiObject, type ApiType, type Closure, checkCString } from './object.ts'
import { loadValue, pushStruct, pushValue } from './values.ts'

class MapIterator extends ApiObject {
  at = 0
}

abstract class IterableMap extends ApiObject {
  readonly closures: Closure[]
  iterator: MapIterator | undefined

  constructor(closures: Closure[]) {
    super()
    this.closures = closures
  }

  abstract keys(): string[]
  /** Pushes the value of a key. */
  abstract pushEntry(key: string, L: LuaState, machine: ApiMachine): void

  protected override onMarkDead(): void {
    this.iterator?.markDead()
    this.iterator = undefined
  }
}

const pairsMethod: ApiMethod<IterableMap> = (self, L, machine) => {
  if (self.iterator) throw new LuaError('cannot create a second iterator before completing the first')
  const iterator = new MapIterator()
  self.iterator = iterator
  const keys = self.keys()
  const step = (state: LuaState): number => {
    const key = keys[iterator.at++]
    if (key === undefined) {
      iterator.markDead()
      self.iterator = undefined
      return 0
    }
    machine.vm.pushString(state, toByteString(key))
    self.pushEntry(key, state, machine)
    return 2
  }
  self.closures.push(machine.pushClosure(L, iterator, step))
  return 1
}

/** Metadata from the configuration, and filterContext(): read only (Envoy: MetadataMapWrapper). */
export class MetadataObject extends IterableMap {
  readonly struct: JsonObject

  constructor(struct: JsonObject, closures: Closure[]) {
    super(closures)
    this.struct = struct
  }

  keys(): string[] {
    return Object.keys(this.struct)
  }

  pushEntry(key: string, L: LuaState, { vm }: ApiMachine): void {
    pushValue(vm, L, this.struct[key]!)
  }
}

export const metadataType: ApiType<MetadataObject> = {
  name: 'N5Envoy10Extensions7Filters6Common3Lua18MetadataMapWrapperE',
  methods: {
    get(self, L, machine) {
      const key = keyArgument(machine, L, 2)
      if (!Object.hasOwn(self.struct, key)) return 0
      self.pushEntry(key, L, machine)
      return 1
    },
    __pairs: pairsMethod,
  },
}

/** Dynamic metadata of the stream or, read only, of the connection, by namespace (Envoy: DynamicMetadataMapWrapper). */
export class DynamicMetadataObject extends IterableMap {
  readonly metadata: DynamicMetadata

  constructor(metadata: DynamicMetadata, closures: Closure[]) {
    super(closures)
    this.metadata = metadata
  }

  keys(): string[] {
    return [...this.metadata.namespaces.keys()]
  }

  pushEntry(key: string, L: LuaState, { vm }: ApiMachine): void {
    pushStruct(vm, L, this.metadata.get(key) ?? {})
  }
}

const get: ApiMethod<DynamicMetadataObject> = (self, L, machine) => {
  const namespace = keyArgument(machine, L, 2)
  if (!self.metadata.get(namespace)) return 0
  self.pushEntry(namespace, L, machine)
  return 1
}

export const dynamicMetadataType: ApiType<DynamicMetadataObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua25DynamicMetadataMapWrapperE',
  methods: {
    get,
    // One key is set; what the namespace has beside it stays. A table replaces what was there, it is not merged into it.
    set(self, L, machine) {
      if (self.iterator) throw new LuaError('dynamic metadata map cannot be modified while iterating')
      const namespace = keyArgument(machine, L, 2)
      const key = keyArgument(machine, L, 3)
      if (machine.vm.top(L) < 4) machine.vm.pushNil(L)
      else machine.vm.copy(L, 4)
      const value = loadValue(machine.vm, L)
      machine.vm.pop(L)
      self.metadata.replace(namespace, { ...self.metadata.get(namespace), [key]: value })
      return 0
    },
    __pairs: pairsMethod,
  },
}

export const connectionDynamicMetadataType: ApiType<DynamicMetadataObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua35ConnectionDynamicMetadataMapWrapperE',
  methods: { get, __pairs: pairsMethod },
}

function keyArgument(machine: ApiMachine, L: LuaState, index: number): string {
  return textOf(fromLatin1(checkCString(machine, L, index)))
}
