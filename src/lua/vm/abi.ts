/** A `lua_State *`: the main thread or a coroutine. */
export type LuaState = number

/** What lua.generated.wasm imports under `host`. */
export interface LuaImports {
  call(L: LuaState, id: number): number
  print(pointer: number, length: number): void
  line(L: LuaState, line: number): void
  now(): number
  getenv(pointer: number, length: number): number
  refused(pointer: number, length: number): void
}

/** What lua.generated.wasm exports; the `lx_` functions are defined in tools/lua-vm, the others are Lua's own C API. */
export interface LuaExports {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /** Where data begins; the stack is below. */
  __global_base: { readonly value: number }
  __stack_pointer: { readonly value: number }
  _initialize?: () => void
  malloc(size: number): number
  free(pointer: number): void
  lua_gettop(L: LuaState): number
  lua_settop(L: LuaState, index: number): void
  lua_checkstack(L: LuaState, extra: number): number
  lua_type(L: LuaState, index: number): number
  lua_pushnil(L: LuaState): void
  lua_pushboolean(L: LuaState, value: number): void
  lua_pushnumber(L: LuaState, value: number): void
  lua_pushlstring(L: LuaState, pointer: number, length: number): void
  lua_pushvalue(L: LuaState, index: number): void
  lua_insert(L: LuaState, index: number): void
  lua_remove(L: LuaState, index: number): void
  lua_toboolean(L: LuaState, index: number): number
  lua_tolstring(L: LuaState, index: number, lengthPointer: number): number
  lua_topointer(L: LuaState, index: number): number
  lua_rawequal(L: LuaState, a: number, b: number): number
  lua_createtable(L: LuaState, array: number, hash: number): void
  lua_rawget(L: LuaState, index: number): void
  lua_rawset(L: LuaState, index: number): void
  lua_rawgeti(L: LuaState, index: number, n: number): void
  lua_rawseti(L: LuaState, index: number, n: number): void
  lua_next(L: LuaState, index: number): number
  lua_getmetatable(L: LuaState, index: number): number
  lua_setmetatable(L: LuaState, index: number): number
  lua_newthread(L: LuaState): LuaState
  lua_tothread(L: LuaState, index: number): LuaState
  lua_xmove(from: LuaState, to: LuaState, count: number): void
  lua_status(L: LuaState): number
  lua_gc(L: LuaState, what: number, data: number): number
  lx_new(memoryLimit: number): LuaState
  lx_copied(): void
  lx_end(): number
  lx_budget(instructions: number): void
  lx_left(): number
  lx_expired(): number
  lx_used(): number
  lx_lines(L: LuaState, on: number): void
  lx_load(L: LuaState, source: number, length: number, chunkName: number): number
  lx_resume(L: LuaState, args: number): number
  lx_pcall(L: LuaState, args: number, results: number): number
  lx_pushhost(L: LuaState, id: number): void
  lx_tonumber(L: LuaState, index: number): number
  lx_isnumber(L: LuaState, index: number): number
  lx_rawlen(L: LuaState, index: number): number
  lx_globals(L: LuaState): void
  lx_ref(L: LuaState): number
  lx_unref(L: LuaState, ref: number): void
  lx_getref(L: LuaState, ref: number): void
  lx_newobject(L: LuaState, id: number, metatable: number): void
  lx_object(L: LuaState, index: number, metatable: number): number
  lx_tostring(L: LuaState, index: number, lengthPointer: number): number
  lx_traceback(L: LuaState, of: LuaState, level: number): void
  lx_frame(L: LuaState, level: number): number
  lx_frame_text(field: number): number
  lx_frame_line(field: number): number
  lx_local(L: LuaState, level: number, n: number): number
  lx_upvalue(L: LuaState, level: number, n: number): number
  lx_thrower(L: LuaState): LuaState
  lx_chunk(L: LuaState): number
}

/** Lua's type tags (lua.h), by number. LuaJIT's `proto` and `cdata` follow 5.1's nine. */
export const typeNames = [
  'nil',
  'boolean',
  'userdata',
  'number',
  'string',
  'table',
  'function',
  'userdata',
  'thread',
  'proto',
  'cdata',
] as const

export type LuaType = (typeof typeNames)[number] | 'no value'
