import { fromLatin1, textOf, toByteString } from '../../engine/bytes.ts'
import type { JsonObject, JsonValue } from '../../engine/stream-info.ts'
import { LuaError, type LuaState, type LuaVm } from '../vm/vm.ts'
import { untilNul } from './object.ts'

/** Pushes a protobuf Value: strings as UTF-8 bytes, lists as sequences, structs as tables (MetadataMapHelper::setValue). */
export function pushValue(vm: LuaVm, L: LuaState, value: JsonValue): void {
  if (value === null) vm.pushNil(L)
  else if (typeof value === 'number') vm.pushNumber(L, value)
  else if (typeof value === 'boolean') vm.pushBoolean(L, value)
  else if (typeof value === 'string') vm.pushString(L, toByteString(value))
  else if (Array.isArray(value)) pushList(vm, L, value)
  else pushStruct(vm, L, value)
}

export function pushStruct(vm: LuaVm, L: LuaState, struct: JsonObject): void {
  vm.reserve(L, 4)
  vm.newTable(L)
  for (const [key, value] of Object.entries(struct)) {
    pushValue(vm, L, value)
    vm.setField(L, -2, toByteString(key))
  }
}

function pushList(vm: LuaVm, L: LuaState, list: JsonValue[]): void {
  vm.reserve(L, 4)
  vm.newTable(L, list.length)
  list.forEach((value, i) => {
    pushValue(vm, L, value)
    vm.setIndex(L, -2, i + 1)
  })
}

/** Pushes a sequence of strings. */
export function pushStrings(vm: LuaVm, L: LuaState, list: readonly string[]): void {
  pushList(vm, L, [...list])
}

/**
 * The value on top of the stack as a protobuf Value (MetadataMapHelper::loadValue). A table whose keys are all positive
 * whole numbers is a list as long as its largest key; any other table is a struct and may have string keys only. Strings
 * end at their first NUL.
 */
export function loadValue(vm: LuaVm, L: LuaState, depth = 0): JsonValue {
  if (depth > maxDepth) throw new LuaError(`a table in dynamicMetadata is nested more than ${maxDepth} levels deep`)
  vm.reserve(L, 6)
  const type = vm.type(L, -1)
  switch (type) {
    case 'nil':
      return null
    case 'number':
      return vm.toNumber(L, -1)!
    case 'boolean':
      return vm.toBoolean(L, -1)
    case 'string':
      return text(vm.toString(L, -1)!)
    case 'table': {
      const length = listLength(vm, L)
      return length > 0 ? loadList(vm, L, length, depth) : loadStruct(vm, L, depth)
    }
    default:
      throw new LuaError(`unexpected type '${type}' in dynamicMetadata`)
  }
}

// Envoy follows a table that contains itself until its stack is gone; a run here has to end in an error instead.
const maxDepth = 100

function listLength(vm: LuaVm, L: LuaState): number {
  let max = 0
  vm.pushNil(L)
  while (vm.next(L, -2)) {
    const key = vm.type(L, -2) === 'number' ? vm.toNumber(L, -2)! : 0
    if (!(Math.floor(key) === key && key >= 1)) {
      vm.pop(L, 2)
      return -1
    }
    max = Math.max(max, key)
    vm.pop(L)
  }
  return max
}

function loadList(vm: LuaVm, L: LuaState, length: number, depth: number): JsonValue[] {
  const list: JsonValue[] = []
  if (length > maxList) throw new LuaError(`a list of ${length} values is too long for dynamicMetadata here`)
  for (let i = 1; i <= length; i++) {
    vm.getIndex(L, -1, i)
    list.push(loadValue(vm, L, depth + 1))
    vm.pop(L)
  }
  return list
}

// A sparse table such as {[2^30] = 1} would become a list of that length in Envoy's memory.
const maxList = 1_000_000

function loadStruct(vm: LuaVm, L: LuaState, depth: number): JsonObject {
  const struct: JsonObject = {}
  vm.pushNil(L)
  while (vm.next(L, -2)) {
    const type = vm.type(L, -2)
    if (type !== 'string') throw new LuaError(`unexpected type ${type} in table key (only string keys are supported)`)
    const key = text(vm.toString(L, -2)!)
    Object.defineProperty(struct, key, {
      value: loadValue(vm, L, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    })
    vm.pop(L)
  }
  return struct
}

function text(bytes: string): string {
  return textOf(fromLatin1(untilNul(bytes)))
}
