/* What the host calls: see src/lua/vm/abi.ts. Host functions answer a code, they never unwind through JavaScript. */
#define LUA_CORE

#include "interp.h"
#include "lj_debug.h"
#include "lj_err.h"
#include "lj_ff.h"
#include "lj_gc.h"
#include "lj_state.h"
#include "lj_str.h"
#include "lj_dispatch.h"
#include "lauxlib.h"
#include "lualib.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("host"), import_name(#name)))
IMPORT(call) int host_call(lua_State *L, int id);
IMPORT(line) void host_line(lua_State *L, int line);

extern void lx_setbudget(double n), lx_setlimit(double bytes), lx_flush(void), lx_start(void);
extern double lx_getbudget(void), lx_usedbytes(void);
extern int lx_getexpired(void);
extern uint32_t lx_memoryend(void);
extern void *lx_alloc(void *ud, void *block, size_t osize, size_t nsize);
extern void __wasm_call_ctors(void);

EXPORT(_initialize) void lx_initialize(void) { __wasm_call_ctors(); }

/* A host function: upvalue 1 is its number. The host answers how many results it pushed, or one of these. */
enum { HOST_RAISE = -1, HOST_ERROR = -2, HOST_ARGUMENT = -3, HOST_YIELD = -16 };

static int call_host(lua_State *L) {
  int n = host_call(L, (int)lua_tointeger(L, lua_upvalueindex(1)));
  if (n >= 0) return n;
  switch (n) {
  case HOST_RAISE:
    return lua_error(L);
  case HOST_ERROR:
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
  case HOST_ARGUMENT:
    return luaL_argerror(L, (int)lua_tointeger(L, -1), lua_tostring(L, -2));
  default:
    return lua_yield(L, HOST_YIELD - n);
  }
}

static int panic(lua_State *L) {
  (void)L;
  __builtin_trap();
}

/* The libraries in the order of luaL_openlibs, and jit.opt, which only a build with the compiler has. */
static int boot(lua_State *L) {
  luaL_openlibs(L);
  if (luaL_dostring(L, "jit.opt = { start = function() end } package.loaded['jit.opt'] = jit.opt")) lua_error(L);
  return 0;
}

EXPORT(lx_new) lua_State *lx_new(double limit) {
  lua_State *L;
  lx_setlimit(limit);
  lx_setbudget(1e9);
  lx_start();
  L = lua_newstate(lx_alloc, NULL);
  if (L == NULL) return NULL;
  lua_atpanic(L, panic);
  lua_pushcfunction(L, boot);
  if (lua_pcall(L, 0, 0, 0)) return NULL;
  return L;
}

/* For a state that was copied from another one, which has just been made. */
EXPORT(lx_copied) void lx_copied(void) { lx_start(); }

/* Where the machine's memory ends. */
EXPORT(lx_end) uint32_t lx_end(void) { return lx_memoryend(); }

EXPORT(lx_budget) void lx_budget(double n) { lx_setbudget(n); }
EXPORT(lx_left) double lx_left(void) { return lx_getbudget(); }
EXPORT(lx_expired) int lx_expired(void) { return lx_spent() ? lx_getexpired() + 1 : lx_getexpired(); }
EXPORT(lx_used) double lx_used(void) { return lx_usedbytes(); }

static void line_hook(lua_State *L, lua_Debug *ar) { host_line(L, ar->currentline); }
EXPORT(lx_lines) void lx_lines(lua_State *L, int on) { lua_sethook(L, on ? line_hook : NULL, on ? LUA_MASKLINE : 0, 0); }

EXPORT(lx_load) int lx_load(lua_State *L, const char *source, int length, const char *name) {
  return luaL_loadbufferx(L, source, (size_t)length, name, "t");
}
EXPORT(lx_resume) int lx_resume(lua_State *L, int args) {
  int status = lua_resume(L, args);
  lx_flush();
  return status;
}
EXPORT(lx_pcall) int lx_pcall(lua_State *L, int args, int results) {
  int status = lua_pcall(L, args, results, 0);
  lx_flush();
  return status;
}

EXPORT(lx_pushhost) void lx_pushhost(lua_State *L, int id) {
  lua_pushinteger(L, id);
  lua_pushcclosure(L, call_host, 1);
}
EXPORT(lx_tonumber) double lx_tonumber(lua_State *L, int i) { return lua_tonumber(L, i); }
EXPORT(lx_isnumber) int lx_isnumber(lua_State *L, int i) { return lua_isnumber(L, i); }
EXPORT(lx_rawlen) int lx_rawlen(lua_State *L, int i) { return (int)lua_objlen(L, i); }
EXPORT(lx_globals) void lx_globals(lua_State *L) { lua_pushvalue(L, LUA_GLOBALSINDEX); }
EXPORT(lx_ref) int lx_ref(lua_State *L) { return luaL_ref(L, LUA_REGISTRYINDEX); }
EXPORT(lx_unref) void lx_unref(lua_State *L, int ref) { luaL_unref(L, LUA_REGISTRYINDEX, ref); }
EXPORT(lx_getref) void lx_getref(lua_State *L, int ref) { lua_rawgeti(L, LUA_REGISTRYINDEX, ref); }

/* The userdata of a host object holds its number and the reference of its metatable; scripts cannot make one. */
typedef struct Object {
  int id, metatable;
} Object;
EXPORT(lx_newobject) void lx_newobject(lua_State *L, int id, int metatable) {
  Object *object = lua_newuserdata(L, sizeof(Object));
  object->id = id;
  object->metatable = metatable;
  lua_rawgeti(L, LUA_REGISTRYINDEX, metatable);
  lua_setmetatable(L, -2);
}
EXPORT(lx_object) int lx_object(lua_State *L, int i, int metatable) {
  const Object *object = lua_touserdata(L, i);
  if (lua_type(L, i) != LUA_TUSERDATA || lua_objlen(L, i) != sizeof(Object)) return 0;
  return object->metatable == metatable ? object->id : 0;
}

/*
** Frames, as the host sees them. A thread that an error ended still shows where it was, which LuaJIT does not tell: while
** `looking` is set, lj_debug.c takes the instruction that was kept when the thread ended (see edits.mjs).
*/
static int looking;
const BCIns *lx_failedpc(lua_State *L, int below_handler) {
  if (!looking || L->status <= LUA_YIELD) return NULL;
  return below_handler ? mref(L->handledpc, const BCIns) : mref(L->failedpc, const BCIns);
}

EXPORT(lx_traceback) void lx_traceback(lua_State *L, lua_State *of, int level) {
  looking = 1;
  luaL_traceback(L, of, NULL, level);
  looking = 0;
}

/* The fields of the last frame asked for are read one by one. */
static lua_Debug frame;
EXPORT(lx_frame) int lx_frame(lua_State *L, int level) {
  int found;
  if (!lua_getstack(L, level, &frame)) return 0;
  looking = 1;
  found = lua_getinfo(L, "nSl", &frame);
  looking = 0;
  return found;
}
EXPORT(lx_frame_text) const char *lx_frame_text(int field) {
  switch (field) {
  case 0: return frame.name;
  case 1: return frame.namewhat;
  case 2: return frame.what;
  case 3: return frame.source;
  default: return frame.short_src;
  }
}
EXPORT(lx_frame_line) int lx_frame_line(int field) {
  return field == 0 ? frame.currentline : field == 1 ? frame.linedefined : frame.lastlinedefined;
}
EXPORT(lx_local) const char *lx_local(lua_State *L, int level, int n) {
  lua_Debug ar;
  const char *name;
  if (!lua_getstack(L, level, &ar)) return NULL;
  looking = 1;
  name = lua_getlocal(L, &ar, n);
  looking = 0;
  return name;
}
EXPORT(lx_upvalue) const char *lx_upvalue(lua_State *L, int level, int n) {
  lua_Debug ar;
  const char *name;
  if (!lua_getstack(L, level, &ar)) return NULL;
  lua_getinfo(L, "f", &ar);
  name = lua_getupvalue(L, -1, n);
  if (name == NULL) {
    lua_settop(L, -2);
    return NULL;
  }
  lua_remove(L, -2);
  return name;
}

/*
** The coroutine that has the innermost frames of the error that ended L: its own error went on to L through
** coroutine.wrap, or the budget ran out in it and ended L as well.
*/
EXPORT(lx_thrower) lua_State *lx_thrower(lua_State *L) {
  const GCfunc *fn = frame_func(L->base - 1);
  lua_State *co = lx_overspender;
  if (L->status <= LUA_YIELD) return NULL;
  if (fn->c.gct == ~LJ_TFUNC && fn->c.ffid == FF_coroutine_wrap_aux) co = threadV(&fn->c.upvalue[0]);
  return co != NULL && co != L && co->status > LUA_YIELD ? co : NULL;
}

/* How errors name the chunk of the function on top of the stack. */
EXPORT(lx_chunk) const char *lx_chunk(lua_State *L) {
  lua_pushvalue(L, -1);
  return lua_getinfo(L, ">S", &frame) ? frame.short_src : NULL;
}
