/* LuaJIT's bytecode interpreter in C. See interp.h. */
#define lj_interp_c
#define LUA_CORE

#include <math.h>

#include "interp.h"
#include "lj_bc.h"
#include "lj_buf.h"
#include "lj_dispatch.h"
#include "lj_err.h"
#include "lj_ff.h"
#include "lj_func.h"
#include "lj_gc.h"
#include "lj_meta.h"
#include "lj_state.h"
#include "lj_str.h"
#include "lj_strfmt.h"
#include "lj_tab.h"
#include "lj_vm.h"

extern void lj_ffh_coroutine_wrap_err(lua_State *L, lua_State *co);
extern TValue *lj_meta_equal_cd(lua_State *L, BCIns ins);

/* Continuations are told apart by address only. */
char lj_cont_cat[1], lj_cont_ra[1], lj_cont_nop[1], lj_cont_condt[1], lj_cont_condf[1], lj_cont_hook[1],
    lj_cont_stitch[1];

/* The fast functions in the order of their LJLIB_ASM declarations. */
enum {
  FFA_assert = BC__MAX, FFA_type, FFA_next, FFA_pairs, FFA_ipairs_aux, FFA_ipairs, FFA_getmetatable,
  FFA_setmetatable, FFA_rawget, FFA_tonumber, FFA_tostring, FFA_pcall, FFA_xpcall, FFA_coroutine_yield,
  FFA_coroutine_resume, FFA_coroutine_wrap_aux, FFA_math_abs, FFA_math_floor, FFA_math_ceil, FFA_math_sqrt,
  FFA_math_log10, FFA_math_exp, FFA_math_sin, FFA_math_cos, FFA_math_tan, FFA_math_asin, FFA_math_acos,
  FFA_math_atan, FFA_math_sinh, FFA_math_cosh, FFA_math_tanh, FFA_math_frexp, FFA_math_modf, FFA_math_log,
  FFA_math_atan2, FFA_math_pow, FFA_math_fmod, FFA_math_ldexp, FFA_math_min, FFA_math_max, FFA_bit_tobit,
  FFA_bit_bnot, FFA_bit_bswap, FFA_bit_lshift, FFA_bit_rshift, FFA_bit_arshift, FFA_bit_rol, FFA_bit_ror,
  FFA_bit_band, FFA_bit_bor, FFA_bit_bxor, FFA_string_byte, FFA_string_char, FFA_string_sub,
  FFA_string_reverse, FFA_string_lower, FFA_string_upper, FFA__MAX
};
LJ_STATIC_ASSERT(FFA__MAX - BC__MAX == FF_NUM_ASMFUNC);

#define BYTES(a, b) ((intptr_t)((char *)(a) - (char *)(b)))
#define ADDBYTES(p, n) ((TValue *)((char *)(p) + (intptr_t)(n)))
#define LINK(b) ((intptr_t)(b)[-1].fr.tp.ftsz)

static TValue *kbase_of(TValue *base) {
  return (TValue *)mref(funcproto(frame_func(base - 1))->k, void);
}

/* Moves the write barrier of a table back. */
static void barrierback(global_State *g, GCtab *t) {
  black2gray(obj2gco(t));
  setgcrefr(t->gclist, g->gc.grayagain);
  setgcref(g->gc.grayagain, obj2gco(t));
}

#define num2int lj_num2int

static double vm_mod(double x, double y) {
  return x - floor(x / y) * y;
}

/* Runs until the frame returns to C (0), yields (LUA_YIELD) or leaves by longjmp. */
int lx_interp(lua_State *L, CFrame *cf, int how, TValue *ra, intptr_t link) {
  global_State *g = G(L);
  TValue *base = L->base;
  const BCIns *pc = NULL;
  TValue *kbase = NULL;
  TValue *rc;
  const TValue *o, *k;
  GCfunc *fn;
  GCtab *t;
  GCstr *s;
  BCIns ins;
  int tail = 0; /* a call that replaces its frame */
  int32_t rd;   /* arguments or results plus one */

#define A (base + bc_a(ins))
#define B (base + bc_b(ins))
#define C (base + bc_c(ins))
#define D (base + bc_d(ins))
#define KNUM(i) (kbase + (i))
#define KGC(i) gcref(((GCRef *)kbase)[-(int32_t)(i)-1])
#define SAVE() (L->base = base, setmref(cf->pc, pc))
#define BRANCH() (pc += bc_j(pc[-1]))
#define NEXT() goto next

  g->vmstate = ~LJ_VMST_INTERP;
  setgcref(g->cur_L, obj2gco(L));
  switch (how) {
  case ENTER_RESUME:
    L->status = 0;
    rd = (int32_t)(L->top - ra) + 1;
    link = LINK(base);
    cf->multres = rd;
    if ((link & FRAME_TYPE) == 0) goto return_lua;
    goto vm_return;
  case ENTER_UNWIND_FF:
    link = LINK(base);
    ra = base - 1;
    setboolV(ra, 0);
    rd = 1 + 1;
    goto vm_returnc;
  default:
    link += BYTES(ra, base);
    rd = (int32_t)(L->top - ra) + 1;
    goto dispatch_call;
  }

  /* -- Calls ---------------------------------------------------------------- */

dispatch_call: /* ra = new base, rd = arguments + 1, link = how to come back */
  if (!tvisfunc(ra - 1)) {
  vmeta_call: /* resolve __call; base is the caller's */
    L->base = base;
    setmref(cf->pc, (void *)link);
    lj_meta_call(L, ra - 1, ra - 1 + rd);
    base = L->base;
    rd++;
    if (tail) goto call_tail;
  }
dispatch_call_f:
  base = ra;
ins_call:
  base[-1].fr.tp.ftsz = (int32_t)link;
ins_callt:
  fn = frame_func(base - 1);
  pc = mref(fn->c.pc, BCIns);
  ins = *pc++;
  if (LJ_UNLIKELY(--lx_fuel < 0)) {
    lx_refuel();
    if (lx_spent()) { /* a C function may call others without ever running an instruction */
      L->top = base + rd - 1;
      SAVE();
      lx_over(L);
    }
  }
  goto dispatch;

vm_call_tail: /* call base[-1] again in place of its frame, link = its PC or delta */
  ra = base;
  if ((link & FRAME_TYPE) == 0)
    base -= 1 + bc_a(((const BCIns *)link)[-1]);
  else
    base = ADDBYTES(base, -(link & ~7));
  goto dispatch_call;

  /* -- Returns -------------------------------------------------------------- */

vm_returnp:
  if (!(link & FRAME_P)) goto cont_dispatch;
  base = ADDBYTES(base, -(link & ~7)); /* from pcall or xpcall: true goes before the results */
  ra -= 1;
  link = LINK(base);
  setboolV(ra, 1);
vm_returnc: /* ra = results, rd = their number, link = frame link of base */
  rd++;
  if (rd == 0) { /* lua_yield */
    g->vmstate = ~LJ_VMST_C;
    return LUA_YIELD;
  }
  cf->multres = rd;
  if ((link & FRAME_TYPE) == 0) goto return_lua;
vm_return: /* rd = results + 1 */
  link ^= FRAME_C;
  if (link & FRAME_TYPE) goto vm_returnp;
  {
    TValue *top = base - 1;
    int32_t n;
    g->vmstate = ~LJ_VMST_C;
    if (rd > 16) lx_charge((uint32_t)rd >> 2);
    for (n = rd; n > 1; n--) *top++ = *ra++;
    L->base = ADDBYTES(base, -(link & ~7));
    if (cf->nres != 0 && cf->nres < rd) top -= rd - cf->nres;
    for (; rd < cf->nres; rd++) {
      if (top + 1 > mref(L->maxstack, TValue)) {
        L->top = top;
        lj_state_growstack(L, (MSize)(cf->nres - rd));
        top = L->top;
      }
      setnilV(top++);
    }
    L->top = top;
    L->cframe = cf->prev;
    return 0;
  }

return_lua: /* ra = results, rd = results + 1, link = PC of the Lua caller */
  pc = (const BCIns *)link;
  {
    TValue *to = base - 1;
    int32_t n, want = (int32_t)bc_b(pc[-1]);
    if (rd > 16) lx_charge((uint32_t)rd >> 2);
    for (n = rd; n > 1; n--) *to++ = *ra++;
    for (; want > rd; rd++) setnilV(to++);
  }
  base -= 1 + bc_a(pc[-1]);
  kbase = kbase_of(base);
  NEXT();

  /* -- Metamethods ---------------------------------------------------------- */

cont_dispatch: /* a metamethod returned: go on with what its caller had in mind */
{
  TValue *mbase = base;
  const void *cont = (const void *)(uintptr_t)mbase[-2].u32.lo;
  base = ADDBYTES(base, -(link & ~7));
  setnilV(ra + rd - 1); /* there is at least one result */
  rc = ra;
  pc = mref(mbase[-2].fr.tp.pcr, BCIns);
  if ((uintptr_t)cont == LJ_CONT_TAILCALL) {
    rd = (int32_t)(mbase - base) - 1;
    link = (intptr_t)pc;
    goto vm_call_tail;
  }
  kbase = kbase_of(base);
  if (cont == lj_cont_ra) {
  cont_ra:
    base[bc_a(pc[-1])] = *rc;
  } else if (cont == lj_cont_condt) {
    pc++;
    if (tvistruecond(rc)) BRANCH();
  } else if (cont == lj_cont_condf) {
    pc++;
    if (!tvistruecond(rc)) BRANCH();
  } else if (cont == lj_cont_cat) {
    TValue *mb = mbase - 2;
    ptrdiff_t left = mb - (base + bc_b(pc[-1]));
    if (left == 0) goto cont_ra;
    *mb = *rc;
    SAVE();
    rc = lj_meta_cat(L, mb, (int)left);
    goto cat_done;
  }
  NEXT(); /* lj_cont_nop */
}

cat_done:
  base = L->base;
  if (rc) goto vmeta_binop;
  base[bc_a(pc[-1])] = base[bc_b(pc[-1])];
  NEXT();

vmeta_binop: /* rc = new base, the stack holds continuation, function and operands */
  ra = rc;
  setmref(ra[-2].fr.tp.pcr, pc);
  link = BYTES(ra, base) + FRAME_CONT;
  rd = 2 + 1;
  goto dispatch_call;

vmeta_compared: /* rc = 0, 1 or the new base for a metamethod; pc is before the jump */
  base = L->base;
  if ((uintptr_t)rc > 1) goto vmeta_binop;
  pc++;
  if (rc) BRANCH();
  NEXT();

vmeta_tget: /* o[k] */
  SAVE();
  rc = (TValue *)lj_meta_tget(L, o, k);
  base = L->base;
  if (rc) goto cont_ra;
  ra = L->top;
  setmref(ra[-2].fr.tp.pcr, pc);
  link = BYTES(ra, base) + FRAME_CONT;
  rd = 2 + 1;
  goto dispatch_call_f;

vmeta_tset: /* o[k] = A */
  SAVE();
  rc = lj_meta_tset(L, o, k);
  base = L->base;
  if (rc) { /* lj_meta_tset made sure that the table is not black */
    *rc = base[bc_a(pc[-1])];
    NEXT();
  }
  ra = L->top;
  setmref(ra[-2].fr.tp.pcr, pc);
  ra[2] = base[bc_a(pc[-1])];
  link = BYTES(ra, base) + FRAME_CONT;
  rd = 3 + 1;
  goto dispatch_call_f;

vmeta_tgets: /* t[s], or the global s */
  setstrV(L, &cf->key, s);
  k = &cf->key;
  if (bc_op(pc[-1]) == BC_GGET) {
    settabV(L, &g->tmptv, t);
    o = &g->tmptv;
  } else {
    o = base + bc_b(pc[-1]);
  }
  goto vmeta_tget;

vmeta_tsets:
  setstrV(L, &cf->key, s);
  k = &cf->key;
  if (bc_op(pc[-1]) == BC_GSET) {
    settabV(L, &g->tmptv, t);
    o = &g->tmptv;
  } else {
    o = base + bc_b(pc[-1]);
  }
  goto vmeta_tset;

vmeta_arith: /* o and k are the operands */
  SAVE();
  rc = lj_meta_arith(L, base + bc_a(pc[-1]), o, k, bc_op(pc[-1]));
  base = L->base;
  if (rc) goto vmeta_binop;
  NEXT();

  /* -- Instructions --------------------------------------------------------- */

slow: /* the budget is used up, or a hook wants to see the instruction */
  lx_refuel();
  if (bc_op(ins) < BC_FUNCF) {
    if (!lx_spent()) {
      if (hook_active(g) || !(g->hookmask & (LUA_MASKLINE | LUA_MASKCOUNT | LUA_MASKRET))) goto dispatch;
      if (g->hookmask & LUA_MASKCOUNT) g->hookcount--;
    }
    L->base = base;
    lj_dispatch_ins(L, pc);
    base = L->base;
  }
  goto dispatch;

next:
  ins = *pc++;
  if (LJ_UNLIKELY(--lx_fuel < 0)) goto slow;
dispatch:
  switch (bc_op(ins)) {
#include "interp_ops.h"
#include "interp_tables.h"
#include "interp_calls.h"
#include "interp_ff.h"
#include "interp_lib.h"
  default:
    __builtin_unreachable();
  }
}
