/* How C enters the interpreter, and how errors leave it. See interp.h. */
#define LUA_CORE

#include <math.h>

#include "interp.h"
#include "lj_err.h"
#include "lj_state.h"
#include "lj_vm.h"

LJ_STATIC_ASSERT(offsetof(CFrame, multres) == CFRAME_OFS_MULTRES);
LJ_STATIC_ASSERT(offsetof(CFrame, pc) == CFRAME_OFS_PC);
LJ_STATIC_ASSERT(offsetof(CFrame, L) == CFRAME_OFS_L);
LJ_STATIC_ASSERT(offsetof(CFrame, prev) == CFRAME_OFS_PREV);
LJ_STATIC_ASSERT(offsetof(CFrame, nres) == CFRAME_OFS_NRES);
LJ_STATIC_ASSERT(offsetof(CFrame, errf) == CFRAME_OFS_ERRF);

#define JUMP_FF 256 /* longjmp value for "return from a pcall with an error"; others are error codes */

int lx_depth;

static int enter(lua_State *L, CFrame *cf, int how, TValue *ra, intptr_t link, lua_CFunction func, void *ud,
                 lua_CPFunction cp) {
  int status, level = lx_depth;
  setmref(cf->L, L);
  setmref(cf->pc, NULL);
  if (level >= MAX_DEPTH) lj_err_msg(L, LJ_ERR_STKOV); /* in the frame of the caller */
  lx_depth++;
  status = setjmp(cf->jump);
  lx_depth = level + 1;
  if (status == 0) {
    L->cframe = how == ENTER_RESUME || cf->prev == cf ? (char *)cf + CFRAME_RESUME : (char *)cf;
    if (cf->prev == cf) cf->prev = NULL;
    if (how == ENTER_CPCALL) {
      setgcref(G(L)->cur_L, obj2gco(L));
      ra = cp(L, func, ud);
      if (ra == NULL) {
        L->cframe = cf->prev;
        lx_depth = level;
        return 0;
      }
    }
    status = lx_interp(L, cf, how, ra, link);
  } else if (status == JUMP_FF) {
    status = lx_interp(L, cf, ENTER_UNWIND_FF, NULL, 0);
  } else {
    G(L)->vmstate = ~LJ_VMST_C;
  }
  lx_depth = level;
  return status;
}

void lj_vm_call(lua_State *L, TValue *base, int nres1) {
  CFrame cf;
  cf.prev = L->cframe;
  cf.nres = nres1;
  cf.errf = 0;
  enter(L, &cf, ENTER_CALL, base, FRAME_C, NULL, NULL, NULL);
}

int lj_vm_pcall(lua_State *L, TValue *base, int nres1, ptrdiff_t ef) {
  CFrame cf;
  cf.prev = L->cframe;
  cf.nres = nres1;
  cf.errf = (int32_t)ef;
  return enter(L, &cf, ENTER_CALL, base, FRAME_CP, NULL, NULL, NULL);
}

int lj_vm_cpcall(lua_State *L, lua_CFunction func, void *ud, lua_CPFunction cp) {
  CFrame cf;
  cf.prev = L->cframe;
  cf.nres = (int32_t)-savestack(L, L->top); /* negative: a C frame without a Lua frame */
  cf.errf = 0;
  return enter(L, &cf, ENTER_CPCALL, NULL, FRAME_CP, func, ud, cp);
}

int lj_vm_resume(lua_State *L, TValue *base, int nres1, ptrdiff_t ef) {
  CFrame cf;
  cf.prev = &cf; /* marks a resume that starts like a call */
  cf.nres = nres1;
  cf.errf = (int32_t)ef;
  return enter(L, &cf, L->status == 0 ? ENTER_CALL : ENTER_RESUME, base, FRAME_CP, NULL, NULL, NULL);
}

void lj_vm_unwind_c(void *cframe, int errcode) {
  longjmp(((CFrame *)cframe)->jump, errcode);
}

void lj_vm_unwind_ff(void *cframe) {
  longjmp(((CFrame *)cframe)->jump, JUMP_FF);
}

/* -- Helpers the C parts of LuaJIT expect from the assembler --------------------- */

double lj_vm_floor(double x) { return floor(x); }
double lj_vm_ceil(double x) { return ceil(x); }

int lj_vm_cpuid(uint32_t f, uint32_t res[4]) {
  (void)f;
  (void)res;
  return 0;
}
