/*
** The instruction budget and the memory limit. Each instruction takes one unit of fuel; work done in C (copying,
** searching, collecting) is charged in proportion. When the budget is used up every further instruction raises an error,
** and no pcall catches it: see the patch of lj_err.c.
*/
#define LUA_CORE

#include <stdlib.h>

#include "interp.h"
#include "lj_err.h"
#include "lauxlib.h"

#define CHUNK 100000000 /* fuel is handed out in portions so that it fits 32 bits */
#define SPENT_ERRORS 1000 /* how many errors in a row are raised before the machine stops */

int32_t lx_fuel;
lua_State *lx_overspender;
static int64_t budget; /* not counting lx_fuel */
static int expired, hooked;
static size_t used, limit;

/* Moves a portion of the budget to the fuel; none while a hook wants to see every instruction. */
static void portion(void) {
  int64_t n = hooked || budget <= 0 ? 0 : budget < CHUNK ? budget : CHUNK;
  lx_fuel = (int32_t)n;
  budget -= n;
}

void lx_setbudget(double n) {
  budget = (int64_t)n;
  expired = 0;
  lx_overspender = NULL;
  portion();
}

double lx_getbudget(void) {
  return (double)budget + lx_fuel;
}

int lx_getexpired(void) {
  return expired;
}

/* Charges work done in C; answers whether the budget is used up. */
int lx_charge(uint32_t cost) {
  if ((uint32_t)(lx_fuel > 0 ? lx_fuel : 0) >= cost) {
    lx_fuel -= (int32_t)cost;
    return 0;
  }
  budget += lx_fuel - (int64_t)cost;
  lx_fuel = 0;
  portion();
  return budget + lx_fuel <= 0;
}

int lx_spent(void) {
  return budget + lx_fuel < 0;
}

/* Called when the fuel is below zero: fetches more, or leaves it at zero so that the next instruction asks again. */
void lx_refuel(void) {
  budget += lx_fuel;
  lx_fuel = 0;
  portion();
}

void lx_over(lua_State *L) {
  if (expired == 0) lx_overspender = L;
  if (expired++ > SPENT_ERRORS) __builtin_trap();
  luaL_error(L, "script exceeded its instruction budget");
}

/* Charges one step of a loop in C that can throw. */
void lx_tick(lua_State *L) {
  if (--lx_fuel < 0) {
    lx_refuel();
    if (lx_spent()) lx_over(L);
  }
}

/*
** malloc's memory. Its end is a number of the machine's own: the instance may be larger, when another machine was in it
** before, and what is behind the end is none of this one's business.
*/
#define PAGE 65536
extern char __heap_end;
static uintptr_t end;

void *sbrk(intptr_t more) {
  uintptr_t from, size = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end == 0) end = (uintptr_t)&__heap_end;
  from = end;
  if (more < 0 || (uintptr_t)more > (uintptr_t)0 - from - PAGE) {
    errno = ENOMEM;
    return (void *)-1;
  }
  if (from + (uintptr_t)more > size) {
    if (__builtin_wasm_memory_grow(0, (from + (uintptr_t)more - size + PAGE - 1) / PAGE) == SIZE_MAX) {
      errno = ENOMEM;
      return (void *)-1;
    }
  }
  if (from < size) memset((void *)from, 0, from + (uintptr_t)more < size ? (size_t)more : size - from);
  end = from + (uintptr_t)more;
  return (void *)from;
}

uint32_t lx_memoryend(void) {
  return (uint32_t)(uintptr_t)sbrk(0);
}

void lx_setlimit(double bytes) {
  limit = (size_t)bytes;
}

GCSize lx_gcthreshold(GCSize wanted) {
  size_t most = limit - limit / 8;
  return limit != 0 && wanted > most ? (GCSize)most : wanted;
}

double lx_usedbytes(void) {
  return (double)used;
}

/* LuaJIT's allocator function. Big blocks cost fuel: they are about to be filled. */
void *lx_alloc(void *ud, void *block, size_t osize, size_t nsize) {
  void *p;
  (void)ud;
  if (nsize == 0) {
    used -= osize;
    free(block);
    return NULL;
  }
  if (nsize > osize) {
    /* The limit is for scripts: what the host pushes between runs could not be refused with a Lua error. */
    if (limit != 0 && lx_depth > 0 && used + (nsize - osize) > limit) return NULL;
    if (nsize >= 1024) lx_charge((uint32_t)(nsize >> 6));
  }
  p = realloc(block, nsize);
  if (p != NULL) used += nsize - osize;
  return p;
}

/* Told whether hooks are set: then the fuel stays at zero, and every instruction looks. */
void lx_sethooked(int on) {
  hooked = on;
  lx_refuel();
}
