import type { DescField, DescMessage, Message } from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import { toByteString } from '../../engine/bytes.ts'
import type { LuaState, LuaVm } from '../vm/vm.ts'

/** Finds descriptors; the registry of src/envoy is one. */
export interface DescriptorSource {
  message(typeName: string): DescMessage | undefined
}

/**
 * Pushes a protobuf message as a table of the fields that are set, under their names in the .proto file: numbers and
 * enums as numbers, bytes as strings, wrappers and Structs as the messages they are (Envoy: ProtobufConverterUtils).
 * Nil when the type is unknown.
 */
export function pushTypedMetadata(vm: LuaVm, L: LuaState, value: unknown, types: DescriptorSource | undefined): void {
  const message = value as Message | undefined
  const descriptor = message?.$typeName ? types?.message(message.$typeName) : undefined
  if (message && descriptor) pushMessage(vm, L, reflect(descriptor, message))
  else vm.pushNil(L)
}

function pushMessage(vm: LuaVm, L: LuaState, message: ReflectMessage): void {
  vm.reserve(L, 6)
  vm.newTable(L)
  for (const field of message.fields) {
    if (!message.isSet(field)) continue
    pushField(vm, L, message, field)
    vm.setField(L, -2, field.name)
  }
}

function pushField(vm: LuaVm, L: LuaState, message: ReflectMessage, field: DescField): void {
  switch (field.fieldKind) {
    case 'list': {
      vm.newTable(L)
      let n = 0
      for (const item of message.get(field)) {
        pushSingle(vm, L, item)
        vm.setIndex(L, -2, ++n)
      }
      return
    }
    case 'map':
      vm.newTable(L)
      for (const [key, item] of message.get(field)) {
        pushSingle(vm, L, item)
        setKey(vm, L, key)
      }
      return
    default:
      pushSingle(vm, L, message.get(field))
  }
}

// Leaves the table; takes the value on top of it.
function setKey(vm: LuaVm, L: LuaState, key: unknown): void {
  if (typeof key === 'number' || typeof key === 'bigint') vm.setIndex(L, -2, Number(key))
  else vm.setField(L, -2, toByteString(String(key)))
}

function pushSingle(vm: LuaVm, L: LuaState, value: unknown): void {
  if (typeof value === 'string') vm.pushString(L, toByteString(value))
  else if (typeof value === 'number' || typeof value === 'bigint') vm.pushNumber(L, Number(value))
  else if (typeof value === 'boolean') vm.pushBoolean(L, value)
  else if (value instanceof Uint8Array) vm.pushString(L, value)
  else pushMessage(vm, L, value as ReflectMessage)
}
