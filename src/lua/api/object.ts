import type { LogLine } from '../../engine/trace.ts'
import { LuaError, type LuaObjectType, type LuaState, type LuaVm } from '../vm/vm.ts'

/**
 * A value of Envoy's that a script may hold on to longer than it is good. Envoy marks such objects dead at each yield and
 * at the end of a run, and every later use is an error (Envoy: BaseLuaObject in source/extensions/filters/common/lua/lua.h).
 */
export abstract class ApiObject {
  dead = false

  markDead(): void {
    this.dead = true
    this.onMarkDead()
  }

  markLive(): void {
    this.dead = false
  }

  /** Marks what was handed out by this object. */
  protected onMarkDead(): void {}
}

/** A method as scripts call it with a colon; arguments begin at stack index 2. Returns how many results it pushed. */
export type ApiMethod<T extends ApiObject> = (self: T, L: LuaState, machine: ApiMachine) => number

/** A kind of object: the name Envoy gives its metatable (part of error texts) and its methods. */
export interface ApiType<T extends ApiObject> {
  readonly name: string
  readonly methods: Readonly<Record<string, ApiMethod<T>>>
}

export type LogSink = (level: LogLine['level'], text: string) => void

const logLevels = {
  logTrace: 'trace',
  logDebug: 'debug',
  logInfo: 'info',
  logWarn: 'warn',
  logErr: 'error',
  logCritical: 'critical',
} as const

/** A virtual machine with Envoy's object types in it, and where the script that is running logs to. */
export class ApiMachine {
  readonly vm: LuaVm
  log: LogSink = () => {}
  /** The machine stopped where nothing of it can be used any more. */
  discarded = false
  private readonly types = new Map<ApiType<never>, LuaObjectType<ApiObject>>()
  private readonly idleClosures: Closure[] = []
  private closureTable: number | undefined

  constructor(vm: LuaVm) {
    this.vm = vm
  }

  /** Pushes a new userdata for `object`. */
  push<T extends ApiObject>(L: LuaState, type: ApiType<T>, object: T): void {
    this.vm.pushObject(L, this.typeOf(type), object)
  }

  /**
   * Pushes a function that belongs to an iterator object. Host functions cannot be freed, so those whose iterator is gone
   * (`release`) and that no script holds any more are used again for later iterators.
   */
  pushClosure(L: LuaState, object: ApiObject, step: (L: LuaState) => number): Closure {
    const { vm } = this
    const closure = this.idleClosure(L) ?? { id: -1, object, step }
    closure.object = object
    closure.step = step
    if (closure.id >= 0) vm.pushFunctionAgain(L, closure.id)
    else
      closure.id = vm.pushFunction(L, (state) => {
        if (closure.object.dead) throw new LuaError(outOfScope)
        return closure.step(state)
      })
    vm.pushRef(L, this.heldClosures())
    vm.copy(L, -2)
    vm.setIndex(L, -2, closure.id)
    vm.pop(L)
    return closure
  }

  // One that Lua has collected; a script that kept an iterator must not come to hold another one.
  private idleClosure(L: LuaState): Closure | undefined {
    for (let tries = Math.min(4, this.idleClosures.length); tries > 0; tries--) {
      const closure = this.idleClosures.shift()!
      this.vm.pushRef(L, this.heldClosures())
      this.vm.getIndex(L, -1, closure.id)
      const held = this.vm.type(L, -1) !== 'nil'
      this.vm.pop(L, 2)
      if (!held) return closure
      this.idleClosures.push(closure)
    }
    return undefined
  }

  // The functions by their number, as long as anything else refers to them.
  private heldClosures(): number {
    if (this.closureTable === undefined) {
      const L = this.vm.main
      this.vm.newTable(L)
      this.vm.newTable(L)
      this.vm.pushString(L, 'v')
      this.vm.setField(L, -2, '__mode')
      this.vm.setMetatable(L, -2)
      this.closureTable = this.vm.ref(L)
    }
    return this.closureTable
  }

  /** Lets go of a reference. */
  unref(ref: number): void {
    if (!this.discarded) this.vm.unref(ref)
  }

  /** Gives a closure back once its stream is over. */
  release(closure: Closure): void {
    closure.step = () => {
      throw new LuaError(outOfScope)
    }
    this.idleClosures.push(closure)
  }

  private typeOf<T extends ApiObject>(type: ApiType<T>): LuaObjectType<ApiObject> {
    const known = this.types.get(type as unknown as ApiType<never>)
    if (known) return known
    const methods: Record<string, (L: LuaState) => number> = {}
    const made: LuaObjectType<ApiObject> = this.vm.defineType<ApiObject>(type.name, methods, labelOf(type.name))
    this.types.set(type as unknown as ApiType<never>, made)
    const self = (L: LuaState): T => {
      const object = this.vm.checkObject(L, 1, made) as T
      if (object.dead) throw new LuaError(outOfScope)
      return object
    }
    const add = (name: string, method: ApiMethod<T>): void => {
      this.vm.pushRef(this.vm.main, made.metatable)
      this.vm.pushFunction(this.vm.main, (L) => method(self(L), L, this))
      this.vm.setField(this.vm.main, -2, name)
      this.vm.pop(this.vm.main)
    }
    for (const [name, level] of Object.entries(logLevels))
      add(name, (_, L) => {
        this.log(level, this.vm.checkString(L, 2))
        return 0
      })
    for (const [name, method] of Object.entries(type.methods)) add(name, method)
    return made
  }
}

/** The class in a mangled C++ name: `N5Envoy...16HeaderMapWrapperE` is a HeaderMap. */
function labelOf(name: string): string {
  let label = name
  let rest = name.slice(1)
  for (let length = /^\d+/.exec(rest)?.[0]; length; length = /^\d+/.exec(rest)?.[0]) {
    label = rest.slice(length.length, length.length + Number(length))
    rest = rest.slice(length.length + label.length)
  }
  return label.replace(/Wrapper$/, '')
}

const outOfScope = 'object used outside of proper scope'

export interface Closure {
  /** The host function's number. */
  id: number
  object: ApiObject
  step: (L: LuaState) => number
}

/** Keeps one object that a script asked for, so that asking again gives the same one until it is dead (LuaDeathRef). */
export class Slot<T extends ApiObject> {
  private ref = 0
  private machine: ApiMachine | undefined
  private thread: LuaState = 0
  value: T | undefined

  /**
   * Pushes the object, made by `create` when there is none. Envoy pushes a known object onto the stack of the coroutine
   * that first asked for it (LuaRef::pushStack): any other gets what it passed last instead, the receiver mostly.
   */
  push(L: LuaState, machine: ApiMachine, type: ApiType<T>, create: () => T): number {
    if (this.value && this.machine) {
      if (L === this.thread) this.machine.vm.pushRef(L, this.ref)
      else
        machine.log('warn', 'an object first asked for in another coroutine: Envoy returns the last argument instead')
      return 1
    }
    this.value = create()
    this.machine = machine
    this.thread = L
    machine.push(L, type, this.value)
    machine.vm.copy(L, -1)
    this.ref = machine.vm.ref(L)
    return 1
  }

  /** Marks the object dead and lets go of it. */
  reset(): void {
    if (!this.value || !this.machine) return
    this.value.markDead()
    this.machine.unref(this.ref)
    this.value = undefined
  }
}

/** Slots by name. */
export class SlotMap<T extends ApiObject> {
  private readonly slots = new Map<string, Slot<T>>()

  push(name: string, L: LuaState, machine: ApiMachine, type: ApiType<T>, create: () => T): number {
    const slot = this.slots.get(name) ?? new Slot<T>()
    this.slots.set(name, slot)
    return slot.push(L, machine, type, create)
  }

  reset(): void {
    for (const slot of this.slots.values()) slot.reset()
    this.slots.clear()
  }
}

/**
 * An argument as a signed 64-bit integer, as luaL_checkinteger makes it of a number: cut off, and the smallest of all for
 * what does not fit.
 */
export function checkInt64({ vm }: ApiMachine, L: LuaState, index: number): bigint {
  const number = Math.trunc(vm.checkNumber(L, index))
  return number >= -int64Limit && number < int64Limit ? BigInt(number) : -(1n << 63n)
}

const int64Limit = 2 ** 63

/** The low 32 bits of that, signed: luaL_checkint. */
export function checkInt32(machine: ApiMachine, L: LuaState, index: number): number {
  return Number(BigInt.asIntN(32, checkInt64(machine, L, index)))
}

/** The C string at a script's argument: Envoy reads many of them up to the first NUL. */
export function checkCString(machine: ApiMachine, L: LuaState, index: number): string {
  return untilNul(machine.vm.checkString(L, index))
}

/** A byte string up to its first NUL. */
export function untilNul(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}
