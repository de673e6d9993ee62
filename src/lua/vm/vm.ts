/**
 * Lua as Envoy runs it (LuaJIT 2.1 with 5.2 compatibility), in WebAssembly.
 *
 * One `LuaVm` is one Envoy worker's Lua state: globals live as long as it does. It knows nothing of Envoy; `src/lua/api`
 * binds the stream handle to it. In short:
 *
 * - **Stack.** As in Lua's C API values are pushed on the stack of a thread (`LuaState`), addressed by index (1 from the
 *   bottom, -1 from the top). Strings are bytes: a JavaScript string holds one byte a char (latin1).
 * - **Running.** `load` leaves a function on the stack; `call` runs it to the end; `resume` runs a thread from
 *   `newThread` until it ends, yields or fails. All answer a `LuaResult`, never throw for a Lua error. After a failed
 *   `resume` the thread's frames are still there for `frames` and `traceback` (see frames.ts).
 * - **Host functions.** `pushFunction(L, f)`; `f(L)` finds its arguments at 1..top(L), pushes results and returns their
 *   count. It raises a Lua error by throwing `LuaError` or `LuaArgumentError`, and yields with `return vm.yield(n)`;
 *   the next `resume(L, k)` makes the call return the `k` values pushed meanwhile. Any other exception is a bug in the
 *   host: it goes through to whoever called `resume` and the machine is dead. Host functions must not catch exceptions
 *   they did not throw: Lua's own unwinding passes through them.
 * - **Objects.** `defineType` makes a metatable with methods; `pushObject` wraps a JavaScript value in a userdata of that
 *   type, `toObject` gets it back. The value is released when Lua collects the userdata. Whether an object may still be
 *   used is the host's own affair.
 * - **Safety.** Each run spends from the instruction budget (`setBudget`); once it is used up no pcall, coroutine or
 *   pattern stops the error. Memory past the limit is Lua's `not enough memory`. If the machine itself stops, `LuaTrap`
 *   is thrown and the machine is dead: make another.
 */
import { type LuaExports, type LuaState, type LuaType, typeNames } from './abi.ts'
import { LuaArgumentError, LuaError, LuaTrap } from './errors.ts'
import { LuaMemory } from './memory.ts'

export type { LuaState, LuaType } from './abi.ts'
export { LuaArgumentError, LuaError, LuaTrap, type LuaTrapReason } from './errors.ts'

/** A function the host lends to scripts: returns how many results it pushed, or `vm.yield(n)`. */
export type HostFunction = (L: LuaState, vm: LuaVm) => number

export interface LuaVmOptions {
  /** Bytes of Lua memory; 64 MiB unless told. */
  memoryLimit?: number
  /** Where `print` and `io.write` go, one call for each; nowhere unless told. */
  print?: (text: string) => void
  /** Milliseconds since 1970 for os.time, os.date and os.clock; 0 unless told. */
  now?: () => number
  /** Told when a script wanted `files` or `processes`, which it does not get: the call failed as Lua's own would. */
  refused?: (what: string) => void
}

/**
 * How a run ended. `done` and `yield`: `count` values are on the thread's stack. `error`: the error value is on top of the
 * stack and `message` is its text, as lua_tostring gives it (undefined for an error value that is neither string nor number).
 */
export type LuaResult =
  | { status: 'done' | 'yield'; count: number }
  | { status: 'error'; kind: 'runtime' | 'syntax' | 'memory' | 'handler' | 'budget'; message: string | undefined }

/** A type made by `defineType`. */
export interface LuaObjectType<T> {
  readonly name: string
  readonly metatable: number
  readonly objects: Map<number, T>
}

const yieldBase = -16
const kinds = { 2: 'runtime', 3: 'syntax', 4: 'memory', 5: 'handler', 6: 'handler' } as const

export class LuaVm {
  /** The main thread: for globals and for `load`; scripts run in threads of their own. */
  readonly main: LuaState
  readonly memory: LuaMemory
  readonly exports: LuaExports
  private readonly functions: HostFunction[] = []
  private nextObject = 1
  private lineHook: ((L: LuaState, line: number) => void) | undefined
  private dead: unknown

  /** A fresh state with the standard libraries open. `module` is lua.generated.wasm, compiled. About a millisecond. */
  constructor(module: WebAssembly.Module, options: LuaVmOptions = {}) {
    const host = {
      call: (L: LuaState, id: number) => this.hostCall(L, id),
      print: (pointer: number, length: number) => options.print?.(this.memory.read(pointer, length)),
      line: (L: LuaState, line: number) => this.lineHook?.(L, line),
      now: () => options.now?.() ?? 0,
      refused: (pointer: number, length: number) => options.refused?.(this.memory.read(pointer, length)),
    }
    const imports: Record<string, Record<string, (...args: number[]) => unknown>> = { host }
    const missing = () => 8 // EBADF: libc is linked, nothing of the outside is given
    for (const entry of WebAssembly.Module.imports(module)) {
      imports[entry.module] ??= {}
      imports[entry.module]![entry.name] ??= missing
    }
    this.exports = new WebAssembly.Instance(module, imports).exports as unknown as LuaExports
    this.exports._initialize?.()
    this.memory = new LuaMemory(this.exports)
    this.main = this.exports.lx_new(options.memoryLimit ?? 64 * 1024 * 1024)
    if (this.main === 0) throw new LuaTrap('memory', 'the memory limit is too small to start')
  }

  // Running

  /** Compiles `source` (bytes, or UTF-8 encoded text) and leaves the function on the stack. The chunk name is the source
   * itself unless given, as luaL_loadstring has it: errors show `[string "first line..."]:3:`. */
  load(L: LuaState, source: string | Uint8Array, chunkName?: string): LuaResult {
    const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source
    let status = 0
    this.enter(() =>
      this.memory.lend(bytes, (pointer, length) => {
        const name = chunkName === undefined ? pointer : this.memory.cached(chunkName)
        status = this.exports.lx_load(L, pointer, length, name)
      }),
    )
    return this.result(L, status, 1)
  }

  /** Calls the function below its `args` arguments to the end; it may not yield. Results are left on the stack. */
  call(L: LuaState, args = 0): LuaResult {
    const base = this.top(L) - args - 1
    const status = this.enter(() => this.exports.lx_pcall(L, args, -1))
    return this.result(L, status, this.top(L) - base)
  }

  /** Starts or continues thread `L` with the `args` values on top of its stack (to start: on top of the function). */
  resume(L: LuaState, args = 0): LuaResult {
    const status = this.enter(() => this.exports.lx_resume(L, args))
    return this.result(L, status, this.top(L))
  }

  /** What a host function returns to suspend the thread that called it, handing `count` values to `resume`'s caller. */
  yield(count = 0): number {
    return yieldBase - count
  }

  /** Gives the next runs `instructions` to spend together. */
  setBudget(instructions: number): void {
    this.exports.lx_budget(instructions)
  }

  /** Instructions left of the budget; negative when it is used up. */
  budgetLeft(): number {
    return this.exports.lx_left()
  }

  /** Bytes Lua holds now. */
  memoryUsed(): number {
    return this.exports.lx_used()
  }

  /** Runs a full garbage collection. */
  collectGarbage(): void {
    this.enter(() => this.exports.lua_gc(this.main, 2, 0))
  }

  /** Calls `hook` before each new line of a script, with the thread and the line; `undefined` takes it away. Slow. */
  setLineHook(hook: ((L: LuaState, line: number) => void) | undefined): void {
    this.lineHook = hook
    this.exports.lx_lines(this.main, hook ? 1 : 0)
  }

  /** A new thread (coroutine), pushed on the stack of `L`; it lives as long as Lua can reach it (see `ref`). */
  newThread(L: LuaState = this.main): LuaState {
    return this.enter(() => this.exports.lua_newthread(L))
  }

  // The stack

  top(L: LuaState): number {
    return this.exports.lua_gettop(L)
  }

  setTop(L: LuaState, index: number): void {
    this.exports.lua_settop(L, index)
  }

  pop(L: LuaState, count = 1): void {
    this.exports.lua_settop(L, -count - 1)
  }

  /** Makes room for `count` more values; a host function has 20 to begin with. */
  reserve(L: LuaState, count: number): void {
    if (this.exports.lua_checkstack(L, count) === 0) throw new LuaError('stack overflow')
  }

  copy(L: LuaState, index: number): void {
    this.exports.lua_pushvalue(L, index)
  }

  /** Moves the top value to `index`, shifting up the ones above. */
  insert(L: LuaState, index: number): void {
    this.exports.lua_insert(L, index)
  }

  remove(L: LuaState, index: number): void {
    this.exports.lua_remove(L, index)
  }

  /** Moves the top `count` values of `from` to `to`. */
  move(from: LuaState, to: LuaState, count = 1): void {
    this.exports.lua_xmove(from, to, count)
  }

  type(L: LuaState, index: number): LuaType {
    return typeNames[this.exports.lua_type(L, index)] ?? 'no value'
  }

  isNil(L: LuaState, index: number): boolean {
    return this.exports.lua_type(L, index) === 0
  }

  isNoneOrNil(L: LuaState, index: number): boolean {
    return this.exports.lua_type(L, index) <= 0
  }

  pushNil(L: LuaState): void {
    this.exports.lua_pushnil(L)
  }

  pushBoolean(L: LuaState, value: boolean): void {
    this.exports.lua_pushboolean(L, value ? 1 : 0)
  }

  pushNumber(L: LuaState, value: number): void {
    this.exports.lua_pushnumber(L, value)
  }

  /** Pushes bytes: a byte string (one char a byte) or the bytes themselves. */
  pushString(L: LuaState, value: string | Uint8Array): void {
    this.memory.lend(value, (pointer, length) => this.exports.lua_pushlstring(L, pointer, length))
  }

  /** Pushes a function scripts can call. Each call makes a new one: keep those used often in a table or a `ref`. */
  pushFunction(L: LuaState, f: HostFunction): void {
    this.exports.lx_pushhost(L, this.functions.push(f) - 1)
  }

  toBoolean(L: LuaState, index: number): boolean {
    return this.exports.lua_toboolean(L, index) !== 0
  }

  /** The number at `index`, a numeric string converted; undefined for anything else. */
  toNumber(L: LuaState, index: number): number | undefined {
    return this.exports.lx_isnumber(L, index) !== 0 ? this.exports.lx_tonumber(L, index) : undefined
  }

  /** The string at `index` as a byte string, a number converted in place; undefined for anything else. */
  toString(L: LuaState, index: number): string | undefined {
    const pointer = this.exports.lua_tolstring(L, index, this.memory.lengthPointer)
    return pointer === 0 ? undefined : this.memory.read(pointer, this.memory.length())
  }

  /** As `toString`, but a copy of the bytes. */
  toBytes(L: LuaState, index: number): Uint8Array | undefined {
    const pointer = this.exports.lua_tolstring(L, index, this.memory.lengthPointer)
    return pointer === 0 ? undefined : this.memory.bytes().slice(pointer, pointer + this.memory.length())
  }

  // Arguments of host functions

  /** The type name of argument `index` for messages: `no value` past the last argument. */
  typeError(L: LuaState, index: number, expected: string): LuaArgumentError {
    return new LuaArgumentError(index, `${expected} expected, got ${this.type(L, index)}`)
  }

  /** As luaL_checkstring: throws `bad argument` unless a string or number. */
  checkString(L: LuaState, index: number): string {
    const value = this.toString(L, index)
    if (value === undefined) throw this.typeError(L, index, 'string')
    return value
  }

  /** As luaL_checknumber. */
  checkNumber(L: LuaState, index: number): number {
    const value = this.toNumber(L, index)
    if (value === undefined) throw this.typeError(L, index, 'number')
    return value
  }

  /** As luaL_checkint: the fraction is cut off. */
  checkInteger(L: LuaState, index: number): number {
    return Math.trunc(this.checkNumber(L, index))
  }

  /** As luaL_checktype. */
  checkType(L: LuaState, index: number, type: LuaType): void {
    if (this.type(L, index) !== type) throw this.typeError(L, index, type)
  }

  /** As luaL_checkudata: the JavaScript value of an object of `type`. */
  checkObject<T>(L: LuaState, index: number, type: LuaObjectType<T>): T {
    const value = this.toObject(L, index, type)
    if (value === undefined) throw this.typeError(L, index, type.name)
    return value
  }

  // Tables, globals, references

  newTable(L: LuaState, array = 0, hash = 0): void {
    this.exports.lua_createtable(L, array, hash)
  }

  /** Pushes `table[key]` without metamethods. */
  getField(L: LuaState, index: number, key: string): void {
    const at = this.absolute(L, index)
    this.pushString(L, key)
    this.exports.lua_rawget(L, at)
  }

  /** `table[key] = top value`, popped, without metamethods. */
  setField(L: LuaState, index: number, key: string): void {
    const at = this.absolute(L, index)
    this.pushString(L, key)
    this.exports.lua_insert(L, -2)
    this.exports.lua_rawset(L, at)
  }

  getIndex(L: LuaState, index: number, n: number): void {
    this.exports.lua_rawgeti(L, index, n)
  }

  setIndex(L: LuaState, index: number, n: number): void {
    this.exports.lua_rawseti(L, index, n)
  }

  /** The length of a table's sequence or of a string, without metamethods. */
  rawLength(L: LuaState, index: number): number {
    return this.exports.lx_rawlen(L, index)
  }

  /** As lua_next: pops a key, pushes the next key and value and returns true; pushes nothing at the end. Start with nil. */
  next(L: LuaState, index: number): boolean {
    return this.enter(() => this.exports.lua_next(L, index)) !== 0
  }

  getGlobal(L: LuaState, name: string): void {
    this.exports.lx_globals(L)
    this.getField(L, -1, name)
    this.exports.lua_remove(L, -2)
  }

  /** Sets a global to the top value, popped. */
  setGlobal(L: LuaState, name: string): void {
    this.exports.lx_globals(L)
    this.exports.lua_insert(L, -2)
    this.setField(L, -2, name)
    this.pop(L)
  }

  /** Pops a value and keeps it alive; the number gets it back with `pushRef` until `unref`. */
  ref(L: LuaState): number {
    return this.exports.lx_ref(L)
  }

  pushRef(L: LuaState, ref: number): void {
    this.exports.lx_getref(L, ref)
  }

  unref(ref: number): void {
    this.exports.lx_unref(this.main, ref)
  }

  /** Identifies a table, function, thread or userdata; 0 for other values. */
  pointer(L: LuaState, index: number): number {
    return this.exports.lua_topointer(L, index)
  }

  // Objects

  /**
   * Makes a type of objects. Its metatable holds `methods` (metamethods under their `__` names among them), has itself as
   * `__index` as Envoy's own types do, and releases collected values.
   */
  defineType<T>(name: string, methods: Record<string, HostFunction>): LuaObjectType<T> {
    const L = this.main
    const objects = new Map<number, T>()
    this.newTable(L, 0, Object.keys(methods).length + 2)
    this.copy(L, -1)
    this.setField(L, -2, '__index')
    for (const [key, method] of Object.entries(methods)) {
      this.pushFunction(L, method)
      this.setField(L, -2, key)
    }
    this.pushFunction(L, (thread) => {
      objects.delete(this.exports.lx_object(thread, 1, type.metatable))
      return 0
    })
    this.setField(L, -2, '__gc')
    const type = { name, metatable: this.ref(L), objects }
    return type
  }

  /** Pushes a new userdata of `type` for `value`. */
  pushObject<T>(L: LuaState, type: LuaObjectType<T>, value: T): void {
    const id = this.nextObject++
    type.objects.set(id, value)
    this.exports.lx_newobject(L, id, type.metatable)
  }

  /** The value of the userdata at `index`; undefined when it is not of `type`. */
  toObject<T>(L: LuaState, index: number, type: LuaObjectType<T>): T | undefined {
    const id = this.exports.lx_object(L, index, type.metatable)
    return id === 0 ? undefined : type.objects.get(id)
  }

  // Inside

  /** Runs something that enters the machine; turns a stop of the machine into `LuaTrap` and remembers that it is dead. */
  enter<T>(run: () => T): T {
    if (this.dead !== undefined) throw this.dead
    try {
      return run()
    } catch (error) {
      this.dead = error instanceof Error && !this.isTrap(error) ? error : this.trap(error)
      throw this.dead
    }
  }

  private isTrap(error: Error): boolean {
    return error instanceof WebAssembly.RuntimeError || error instanceof RangeError
  }

  private trap(error: unknown): LuaTrap {
    if (this.exports.lx_expired() > 0) return new LuaTrap('budget', 'the script went on after its instruction budget')
    if (error instanceof RangeError) return new LuaTrap('stack', error.message)
    return new LuaTrap('internal', error instanceof Error ? error.message : 'an error outside any protected call')
  }

  private absolute(L: LuaState, index: number): number {
    return index > 0 || index <= -10_000 ? index : this.top(L) + index + 1
  }

  private result(L: LuaState, status: number, count: number): LuaResult {
    if (status === 0) return { status: 'done', count }
    if (status === 1) return { status: 'yield', count }
    const type = this.exports.lua_type(L, -1)
    const message = type === 3 || type === 4 ? this.toString(L, -1) : undefined
    const kind = this.exports.lx_expired() > 0 ? 'budget' : (kinds[status as keyof typeof kinds] ?? 'runtime')
    return { status: 'error', kind, message }
  }

  private hostCall(L: LuaState, id: number): number {
    try {
      return this.functions[id]!(L, this)
    } catch (error) {
      if (!(error instanceof LuaError)) throw error
      this.exports.lua_checkstack(L, 2)
      this.pushString(L, error.message)
      if (!(error instanceof LuaArgumentError)) return error.level === 0 ? -1 : -2
      this.pushNumber(L, error.argument)
      return -3
    }
  }
}
