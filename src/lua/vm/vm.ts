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
 * - **Room.** A browser has address space for about a hundred instances. Machines that share a `LuaPool` take turns in a
 *   few: one that is at rest may be laid aside, its memory kept as bytes, and goes on where it was when it is used again.
 * - **Safety.** Each run spends from the instruction budget (`setBudget`); once it is used up no pcall, coroutine or
 *   pattern stops the error. Memory past the limit is Lua's `not enough memory`. If the machine itself stops, `LuaTrap`
 *   is thrown and the machine is dead: make another.
 */
import type { LuaExports, LuaImports, LuaState } from './abi.ts'
import { LuaArgumentError, LuaError, LuaTrap } from './errors.ts'
import { LuaMemory } from './memory.ts'
import { LuaPool, type Tenant } from './pool.ts'
import { LuaStack } from './stack.ts'

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
  /** The environment for os.getenv; empty unless told. */
  env?: (name: string) => string | undefined
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
  /** As error messages have it. */
  readonly name: string
  /** What people call it, where values are shown. */
  readonly label: string
  readonly metatable: number
  readonly objects: Map<number, T>
}

const yieldBase = -16
const kinds = { 2: 'runtime', 3: 'syntax', 4: 'memory', 5: 'handler', 6: 'handler' } as const

export class LuaVm extends LuaStack implements Tenant {
  readonly main: LuaState
  readonly memory: LuaMemory
  readonly imports: LuaImports
  private readonly pool: LuaPool
  private resident: LuaExports | undefined
  /** The memory while there is no instance. */
  private image: Uint8Array | undefined
  /** How many calls into the machine are going on, one inside the other. */
  private entered = 0
  private readonly functions: HostFunction[] = []
  private readonly types: LuaObjectType<unknown>[] = []
  private nextObject = 1
  private lineHook: ((L: LuaState, line: number) => void) | undefined
  private dead: unknown
  /** How many host functions are running, one inside the other. */
  private inHost = 0

  /**
   * A fresh state with the standard libraries open: in an instance of its own of lua.generated.wasm, compiled, or in one
   * of a pool's. About a millisecond.
   */
  constructor(from: WebAssembly.Module | LuaPool, options: LuaVmOptions = {}) {
    super()
    this.pool = from instanceof LuaPool ? from : new LuaPool(from, 1)
    this.imports = {
      call: (L: LuaState, id: number) => this.hostCall(L, id),
      print: (pointer: number, length: number) => options.print?.(this.memory.read(pointer, length)),
      line: (L: LuaState, line: number) => this.lineHook?.(L, line),
      now: () => options.now?.() ?? 0,
      getenv: (pointer: number, length: number) => {
        const value = options.env?.(this.memory.read(pointer, length))
        return value === undefined ? 0 : this.memory.cached(value)
      },
      refused: (pointer: number, length: number) => options.refused?.(this.memory.read(pointer, length)),
    }
    this.memory = new LuaMemory(this)
    this.main = this.pool.make(this, options.memoryLimit ?? 64 * 1024 * 1024, (exports) => {
      this.resident = exports
    })
    if (this.main === 0) throw new LuaTrap('memory', 'the memory limit is too small to start')
  }

  // Moving

  /** The instance's functions; a machine that lay aside gets an instance again. Not to be kept across calls of other machines. */
  get exports(): LuaExports {
    return this.resident ?? this.wake()
  }

  /** Whether a call into the machine is going on: it has native frames and has to stay where it is. */
  get busy(): boolean {
    return this.entered > 0
  }

  moveOut(image: Uint8Array): void {
    this.image = image
    this.resident = undefined
  }

  private wake(): LuaExports {
    const exports = this.pool.moveIn(this, this.image)
    this.resident = exports
    this.image = undefined
    return exports
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

  // Host functions and objects

  /**
   * Pushes a function scripts can call, and gives its number. Each call keeps one more of them for good: those used often
   * belong in a table or a `ref`, those that come and go are pushed by number again once Lua has collected them.
   */
  pushFunction(L: LuaState, f: HostFunction): number {
    const id = this.functions.push(f) - 1
    this.exports.lx_pushhost(L, id)
    return id
  }

  /** Pushes the function that `pushFunction` gave this number, as a new value. */
  pushFunctionAgain(L: LuaState, id: number): void {
    this.exports.lx_pushhost(L, id)
  }

  /**
   * Makes a type of objects. Its metatable holds `methods` (metamethods under their `__` names among them), has itself as
   * `__index` as Envoy's own types do, and releases collected values.
   */
  defineType<T>(name: string, methods: Record<string, HostFunction>, label = name): LuaObjectType<T> {
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
    const type = { name, label, metatable: this.ref(L), objects }
    this.types.push(type)
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

  /** The type of the userdata at `index`; undefined when it is none that `defineType` made. */
  objectType(L: LuaState, index: number): LuaObjectType<unknown> | undefined {
    return this.types.find((type) => this.toObject(L, index, type) !== undefined)
  }

  /** As luaL_checkudata: the JavaScript value of an object of `type`. */
  checkObject<T>(L: LuaState, index: number, type: LuaObjectType<T>): T {
    const value = this.toObject(L, index, type)
    if (value === undefined) throw this.typeError(L, index, type.name)
    return value
  }

  // Inside

  /** Runs something that enters the machine; turns a stop of the machine into `LuaTrap` and remembers that it is dead. */
  enter<T>(run: () => T): T {
    if (this.dead !== undefined) throw this.dead
    this.entered++
    try {
      return run()
    } catch (error) {
      // Inside a host function it may be Lua's own error on its way to a pcall further out.
      if (this.inHost > 0 && !(error instanceof Error)) throw error
      this.dead = error instanceof Error && !this.isTrap(error) ? error : this.trap(error)
      this.pool.abandon(this)
      throw this.dead
    } finally {
      this.entered--
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

  private result(L: LuaState, status: number, count: number): LuaResult {
    if (status === 0) return { status: 'done', count }
    if (status === 1) return { status: 'yield', count }
    const type = this.exports.lua_type(L, -1)
    const message = type === 3 || type === 4 ? this.toString(L, -1) : undefined
    const kind = this.exports.lx_expired() > 0 ? 'budget' : (kinds[status as keyof typeof kinds] ?? 'runtime')
    return { status: 'error', kind, message }
  }

  private hostCall(L: LuaState, id: number): number {
    this.inHost++
    try {
      return this.functions[id]!(L, this)
    } catch (error) {
      if (!(error instanceof LuaError)) throw error
      this.exports.lua_checkstack(L, 2)
      this.pushString(L, error.message)
      if (!(error instanceof LuaArgumentError)) return error.level === 0 ? -1 : -2
      this.pushNumber(L, error.argument)
      return -3
    } finally {
      this.inHost--
    }
  }
}
