import { type LuaExports, type LuaState, type LuaType, typeNames } from './abi.ts'
import { LuaArgumentError, LuaError } from './errors.ts'
import type { LuaMemory } from './memory.ts'

/** The values on the stacks of threads: pushing, reading, checking arguments, tables and references. */
export abstract class LuaStack {
  /** The main thread: for globals and for `load`; scripts run in threads of their own. */
  abstract readonly main: LuaState
  abstract readonly memory: LuaMemory
  abstract readonly exports: LuaExports

  /** Runs something that enters the machine; a stop of the machine becomes `LuaTrap`. */
  abstract enter<T>(run: () => T): T

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

  /** As `toString`, but no more than the first `most` bytes of it; with the length of the whole. */
  toExcerpt(L: LuaState, index: number, most: number): { text: string; length: number } | undefined {
    const pointer = this.exports.lua_tolstring(L, index, this.memory.lengthPointer)
    if (pointer === 0) return undefined
    const length = this.memory.length()
    return { text: this.memory.read(pointer, Math.min(length, most)), length }
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

  /** Pops a table and makes it the metatable of the value at `index`. */
  setMetatable(L: LuaState, index: number): void {
    this.exports.lua_setmetatable(L, index)
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

  private absolute(L: LuaState, index: number): number {
    return index > 0 || index <= -10_000 ? index : this.top(L) + index + 1
  }
}
