import type { LuaState } from './abi.ts'
import type { LuaVm } from './vm.ts'

/** A local variable or upvalue and its value, written out for people (never longer than a line). */
export interface LuaVariable {
  name: string
  value: string
}

/** One level of a thread's stack, innermost first. */
export interface LuaFrame {
  level: number
  /** The function's name as its caller knows it; '' when it has none. */
  name: string
  /** How the caller knows it: global, local, method, field, upvalue or ''. */
  nameWhat: string
  /** Lua, C or main. */
  what: string
  /** The chunk as errors name it: `[string "..."]`. */
  chunk: string
  /** The line being run, from 1; -1 in host functions. */
  line: number
  lineDefined: number
  locals: LuaVariable[]
  /** Variables of enclosing functions that this one uses. */
  upvalues: LuaVariable[]
}

export interface FrameOptions {
  /** How many levels at most; 20 unless told. */
  maxFrames?: number
  /** How many variables a level at most; 50 unless told; 0 for none. */
  maxLocals?: number
}

/**
 * The frames of thread `L` with their locals: inside a host function or line hook those of the running script, after a
 * failed `resume` those at the error. Temporaries (names in parentheses) are left out. Of a stack of more than
 * `maxFrames` levels the outermost third is kept and the middle left out: `level` has a gap there.
 */
export function frames(vm: LuaVm, L: LuaState, options: FrameOptions = {}): LuaFrame[] {
  const { maxFrames = 20, maxLocals = 50 } = options
  const depth = depthOf(vm, L)
  const skipped = Math.max(0, depth - maxFrames)
  const inner = Math.min(depth, maxFrames - (skipped > 0 ? Math.floor(maxFrames / 3) : 0))
  const found: LuaFrame[] = []
  for (let level = 0; level < depth; level = level === inner - 1 ? inner + skipped : level + 1) {
    const frame = frameAt(vm, L, level, maxLocals)
    if (frame) found.push(frame)
  }
  return found
}

/** How many functions are open on thread `L`. */
export function depthOf(vm: LuaVm, L: LuaState): number {
  const open = (level: number) => vm.exports.lx_frame(L, level) !== 0
  let above = 1
  while (open(above - 1)) above *= 2
  let below = above >> 1
  while (above - below > 1) {
    const middle = (below + above) >> 1
    if (open(middle - 1)) below = middle
    else above = middle
  }
  return below
}

/**
 * The threads an error went through, the one that raised it first and `L`, which it ended, last: a coroutine's error
 * goes on to its caller through coroutine.wrap.
 */
export function failedThreads(vm: LuaVm, L: LuaState): LuaState[] {
  const threads = [L]
  for (let inner = vm.exports.lx_thrower(L); inner !== 0 && threads.length < 8; inner = vm.exports.lx_thrower(inner))
    threads.unshift(inner)
  return threads
}

/** How errors and frames name the chunk of the function on top of the stack: `[string "..."]`. */
export function chunkOf(vm: LuaVm, L: LuaState): string {
  return vm.memory.readC(vm.exports.lx_chunk(L))
}

/** One level of `L` (0 is the running function), or undefined past the bottom. */
export function frameAt(vm: LuaVm, L: LuaState, level: number, maxLocals = 50): LuaFrame | undefined {
  const x = vm.exports
  x.lua_checkstack(L, 6)
  if (x.lx_frame(L, level) === 0) return undefined
  const text = (field: number) => vm.memory.readC(x.lx_frame_text(field))
  const frame = {
    level,
    name: text(0),
    nameWhat: text(1),
    what: text(2),
    chunk: text(4),
    line: x.lx_frame_line(0),
    lineDefined: x.lx_frame_line(1),
  }
  return { ...frame, locals: locals(vm, L, level, maxLocals), upvalues: upvalues(vm, L, level, maxLocals) }
}

/** The live locals of one level, in the order they were declared; a shadowed name appears again. */
export function locals(vm: LuaVm, L: LuaState, level: number, max = 50): LuaVariable[] {
  return variables(vm, L, max, (n) => vm.exports.lx_local(L, level, n))
}

/** The upvalues of the function running at `level`; those of C functions have no names and are left out. */
export function upvalues(vm: LuaVm, L: LuaState, level: number, max = 50): LuaVariable[] {
  return variables(vm, L, max, (n) => vm.exports.lx_upvalue(L, level, n))
}

/** Lua's own traceback of thread `L` from `level`, `stack traceback:` first. */
export function traceback(vm: LuaVm, L: LuaState, level = 0): string {
  return vm.enter(() => {
    vm.exports.lx_traceback(vm.main, L, level)
    const text = vm.toString(vm.main, -1) ?? ''
    vm.pop(vm.main)
    return text
  })
}

function variables(vm: LuaVm, L: LuaState, max: number, get: (n: number) => number): LuaVariable[] {
  const found: LuaVariable[] = []
  for (let n = 1; found.length < max && n < 256; n++) {
    const pointer = get(n)
    if (pointer === 0) break
    const name = vm.memory.readC(pointer)
    if (name !== '' && !name.startsWith('(')) found.push({ name, value: preview(vm, L, -1) })
    vm.pop(L)
  }
  return found
}

const maxText = 120

/** The value at `index` as a person would write it in Lua; long strings and tables are cut. Runs no metamethod. */
export function preview(vm: LuaVm, L: LuaState, index: number, depth = 1): string {
  switch (vm.type(L, index)) {
    case 'nil':
    case 'no value':
      return 'nil'
    case 'boolean':
      return String(vm.toBoolean(L, index))
    case 'number':
    case 'string':
      return scalar(vm, L, index)
    case 'table':
      return depth < 0 ? '{...}' : table(vm, L, index, depth)
    default:
      return `${vm.type(L, index)}: ${vm.objectType(L, index)?.label ?? address(vm.pointer(L, index))}`
  }
}

function address(pointer: number): string {
  return `0x${pointer.toString(16).padStart(8, '0')}`
}

function scalar(vm: LuaVm, L: LuaState, index: number): string {
  const quoted = vm.type(L, index) === 'string'
  vm.copy(L, index) // lua_tolstring turns a number into a string in place
  const { text, length } = vm.toExcerpt(L, -1, maxText) ?? { text: '', length: 0 }
  vm.pop(L)
  if (!quoted) return text
  const escaped = text.replace(/[\x00-\x1f\x7f"\\]/g, (char) => escapes[char] ?? `\\${char.charCodeAt(0)}`)
  return text.length < length ? `"${escaped}"... (${length} bytes)` : `"${escaped}"`
}

const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }

function table(vm: LuaVm, L: LuaState, index: number, depth: number): string {
  const at = index > 0 ? index : vm.top(L) + index + 1
  const parts: string[] = []
  let length = 0
  let expected = 1
  vm.exports.lua_checkstack(L, 8)
  vm.pushNil(L)
  while (vm.next(L, at)) {
    const value = preview(vm, L, -1, depth - 1)
    vm.pop(L)
    const isName = vm.type(L, -1) === 'string' && /^[A-Za-z_]\w*$/.test(vm.toExcerpt(L, -1, maxText)?.text ?? '')
    const key = isName ? (vm.toExcerpt(L, -1, maxText)?.text ?? '') : `[${preview(vm, L, -1, -1)}]`
    const part = key === `[${expected}]` ? value : `${key} = ${value}`
    if (key === `[${expected}]`) expected++
    length += part.length
    if (length > maxText) {
      parts.push('...')
      vm.pop(L)
      break
    }
    parts.push(part)
  }
  return `{${parts.join(', ')}}`
}
