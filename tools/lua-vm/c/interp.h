/*
** The interpreter's own declarations.
**
** interp.c, interp_ops.h and interp_ff.h are a C rendering of LuaJIT's vm_x86.dasc, which is
** Copyright (C) 2005-2026 Mike Pall and under the MIT licence (see NOTICE.part): the same bytecode, frames and
** metamethod protocol, so that everything written in C around the original assembler runs unchanged.
*/
#ifndef INTERP_H
#define INTERP_H

#include <setjmp.h>

#include "lj_obj.h"
#include "lj_frame.h"

/* A C stack frame of the interpreter; the offsets are lj_frame.h's CFRAME_OFS_* for x86. */
typedef struct CFrame {
  uint32_t pad0[5];
  uint32_t multres; /* number of values of the last open call or vararg, plus one */
  MRef pc;          /* where an error happened, for its line */
  uint32_t pad1[5];
  MRef L;
  void *prev;
  int32_t nres; /* wanted results plus one; 0 for all */
  int32_t errf;
  TValue key; /* a key for the metamethod helpers */
  jmp_buf jump;
} CFrame;

/* How the interpreter is entered. */
enum { ENTER_CALL, ENTER_RESUME, ENTER_CPCALL, ENTER_UNWIND_FF };

/* Nested entries take native stack: the limit is PUC Lua's for C calls. */
#define MAX_DEPTH 190
extern int lx_depth;

/* Runs until the frame returns to C (0), yields (LUA_YIELD) or leaves by longjmp. */
int lx_interp(lua_State *L, CFrame *cf, int how, TValue *ra, intptr_t link);

/* The instruction budget, see budget.c. */
extern int32_t lx_fuel;
int lx_charge(uint32_t cost);
int lx_spent(void);
void lx_refuel(void);
void lx_sethooked(int on);
void lx_over(lua_State *L);
void lx_tick(lua_State *L);
extern lua_State *lx_overspender; /* the thread in which the budget ran out; NULL when it is gone */

/* The instruction at which an error ended thread L, for the host only: to scripts the thread looks as in LuaJIT. */
const BCIns *lx_failedpc(lua_State *L, int below_handler);

/* How much memory may be in use before the next collection. */
GCSize lx_gcthreshold(GCSize wanted);

#endif
