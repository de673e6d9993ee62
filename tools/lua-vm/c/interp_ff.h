/* The fast functions: library functions with a short way for the common case, everything else left to their C
** handlers. Included in the switch of interp.c. base is new, rd = arguments + 1, base[-1] holds function and link. */

#define NARGS (rd - 1)
#define NEED(n) if (LJ_UNLIKELY(NARGS < (n))) goto fff_fallback
#define NUMBER(i) if (LJ_UNLIKELY(!tvisnum(base + (i)))) goto fff_fallback

/* A step of the collector, for functions that allocate. */
#define GCCHECK()                          \
  if (g->gc.total >= g->gc.threshold) {    \
    L->top = base + NARGS;                 \
    SAVE();                                \
    lj_gc_step(L);                         \
    base = L->base;                        \
    rd = (int32_t)(L->top - base) + 1;     \
  }

fff_fallback: { /* call the C handler: it throws, returns results + 1, 0 to try again or -1 for a tail call */
  int32_t n;
  link = LINK(base);
  setmref(cf->pc, (void *)link);
  L->base = base;
  L->top = base + NARGS;
  fn = frame_func(base - 1);
  if (L->top + LUA_MINSTACK > mref(L->maxstack, TValue)) {
    lj_state_growstack(L, LUA_MINSTACK);
    n = 0;
  } else {
    n = fn->c.f(L);
  }
  base = L->base;
  if (n > 0) {
    rd = n;
    goto fff_res;
  }
  rd = (int32_t)(L->top - base) + 1;
  if (n != 0) goto vm_call_tail;
  goto ins_callt;
}

fff_res0:
  rd = 1 + 0;
  goto fff_res;
fff_res2:
  rd = 1 + 2;
  goto fff_res;
fff_res1:
  rd = 1 + 1;
fff_res: /* results are at base-1, rd = their number + 1, link was read before they were stored */
  cf->multres = (uint32_t)rd;
  ra = base - 1;
  if (link & FRAME_TYPE) goto vm_return;
  pc = (const BCIns *)link;
  for (; (int32_t)bc_b(pc[-1]) > rd; rd++) setnilV(base + rd - 2);
  base -= 1 + bc_a(pc[-1]);
  kbase = kbase_of(base);
  NEXT();

fff_num: /* the result is the number in cf->key */
  link = LINK(base);
  setnumV(base - 1, cf->key.n);
  goto fff_res1;
fff_str: /* the result is the string s */
  base = L->base;
  link = LINK(base);
  setstrV(L, base - 1, s);
  goto fff_res1;

#define RETURN_NUMBER(x) { cf->key.n = (x); goto fff_num; }

  /* -- Base library -- */

  case FFA_assert: {
    int32_t i;
    NEED(1);
    if (!tvistruecond(base)) goto fff_fallback;
    link = LINK(base);
    for (i = 0; i < NARGS; i++) base[i - 1] = base[i];
    goto fff_res;
  }
  case FFA_type: {
    uint32_t i;
    NEED(1);
    i = tvisnum(base) ? ~LJ_TNUMX : ~itype(base);
    s = strV(&funcV(base - 1)->c.upvalue[i]);
    L->base = base;
    goto fff_str;
  }
  case FFA_getmetatable: {
    GCtab *mt;
    NEED(1);
    if (tvistab(base)) mt = tabref(tabV(base)->metatable);
    else if (tvisudata(base)) mt = tabref(udataV(base)->metatable);
    else mt = tabref(basemt_obj(g, base));
    link = LINK(base);
    if (mt == NULL) {
      setnilV(base - 1);
    } else {
      o = lj_tab_getstr(mt, mmname_str(g, MM_metatable));
      if (o && !tvisnil(o)) base[-1] = *o;
      else settabV(L, base - 1, mt);
    }
    goto fff_res1;
  }
  case FFA_setmetatable:
    NEED(2);
    if (!tvistab(base) || tabref(tabV(base)->metatable) != NULL || !tvistab(base + 1)) goto fff_fallback;
    t = tabV(base);
    setgcref(t->metatable, obj2gco(tabV(base + 1)));
    link = LINK(base);
    settabV(L, base - 1, t);
    if (isblack(obj2gco(t))) barrierback(g, t);
    goto fff_res1;
  case FFA_rawget:
    NEED(2);
    if (!tvistab(base)) goto fff_fallback;
    o = lj_tab_get(L, tabV(base), base + 1);
    link = LINK(base);
    base[-1] = *o;
    goto fff_res1;
  case FFA_tonumber:
    if (NARGS != 1 || !tvisnum(base)) goto fff_fallback;
    RETURN_NUMBER(base->n);
  case FFA_tostring:
    NEED(1);
    L->base = base;
    if (tvisstr(base)) {
      s = strV(base);
      goto fff_str;
    }
    if (!tvisnum(base) || gcref(g->gcroot[GCROOT_BASEMT_NUM]) != NULL) goto fff_fallback;
    GCCHECK();
    L->top = base + NARGS;
    SAVE();
    s = lj_strfmt_num(L, (const lua_Number *)base);
    goto fff_str;
  case FFA_next: {
    int found;
    NEED(1);
    if (NARGS == 1) setnilV(base + 1);
    if (!tvistab(base)) goto fff_fallback;
    link = LINK(base);
    {
      TValue pair[2];
      found = lj_tab_next(tabV(base), base + 1, pair);
      if (found > 0) {
        base[-1] = pair[0];
        base[0] = pair[1];
        goto fff_res2;
      }
    }
    if (found < 0) {
      rd = 1 + 2;
      goto fff_fallback;
    }
    setnilV(base - 1);
    goto fff_res1;
  }
  case FFA_pairs:
  case FFA_ipairs: {
    int isnext = bc_op(ins) == FFA_pairs;
    GCfunc *iterator;
    NEED(1);
    if (!tvistab(base) || tabref(tabV(base)->metatable) != NULL) goto fff_fallback;
    iterator = funcV(&funcV(base - 1)->c.upvalue[0]);
    link = LINK(base);
    setfuncV(L, base - 1, iterator);
    if (isnext) setnilV(base + 1);
    else setnumV(base + 1, 0.0);
    rd = 1 + 3;
    goto fff_res;
  }
  case FFA_ipairs_aux: {
    int32_t i;
    NEED(2);
    if (!tvistab(base) || !tvisnum(base + 1)) goto fff_fallback;
    t = tabV(base);
    i = (int32_t)((uint32_t)num2int(base[1].n) + 1u);
    link = LINK(base);
    if ((uint32_t)i < t->asize) o = arrayslot(t, i);
    else if (t->hmask == 0) goto fff_res0;
    else o = lj_tab_getinth(t, i);
    if (o == NULL || tvisnil(o)) goto fff_res0;
    setnumV(base - 1, (double)i);
    base[0] = *o;
    goto fff_res2;
  }
  case FFA_pcall:
    NEED(1);
    if (base + rd > mref(L->maxstack, TValue)) goto fff_fallback;
    ra = base + 1;
    rd -= 1;
    link = 8 + FRAME_PCALL;
    goto ff_pcall;
  case FFA_xpcall: {
    TValue f;
    NEED(2);
    if (base + rd > mref(L->maxstack, TValue) || !tvisfunc(base + 1)) goto fff_fallback;
    f = base[0]; /* the handler goes below the function */
    base[0] = base[1];
    base[1] = f;
    ra = base + 2;
    rd -= 2;
    link = 16 + FRAME_PCALL;
  ff_pcall:
    link += (g->hookmask >> HOOK_ACTIVE_SHIFT) & 1;
    tail = 0;
    goto dispatch_call;
  }

  /* -- Coroutines -- */

  case FFA_coroutine_resume:
  case FFA_coroutine_wrap_aux: {
    int wrap = bc_op(ins) == FFA_coroutine_wrap_aux, status, n, i;
    lua_State *co;
    TValue *to;
    if (wrap) {
      co = threadV(&funcV(base - 1)->c.upvalue[0]);
    } else {
      NEED(1);
      if (!tvisthread(base)) goto fff_fallback;
      co = threadV(base);
    }
    link = LINK(base);
    setmref(cf->pc, (void *)link);
    n = wrap ? NARGS : NARGS - 1;
    if (co->cframe != NULL || co->status > LUA_YIELD || (co->status == 0 && co->top == co->base) ||
        co->top + n > mref(co->maxstack, TValue))
      goto fff_fallback;
    L->base = base;
    if (lx_depth >= MAX_DEPTH) {
      L->top = base + NARGS;
      lj_err_msg(L, LJ_ERR_STKOV);
    }
    L->top = wrap ? base : base + 1; /* keeps the thread alive */
    ra = co->top;
    for (i = 0, to = ra; i < n; i++) *to++ = L->top[i];
    co->top = to;
    status = lj_vm_resume(co, ra, 0, 0);
    base = L->base;
    setgcref(g->cur_L, obj2gco(L));
    g->vmstate = ~LJ_VMST_INTERP;
    if (status > LUA_YIELD) {
      if (wrap) lj_ffh_coroutine_wrap_err(L, co); /* throws */
      setboolV(base - 1, 0);
      base[0] = *--co->top;
      rd = 1 + 2;
    } else {
      n = (int)(co->top - co->base);
      if (n > 0 && base + n > mref(L->maxstack, TValue)) {
        lj_state_growstack(L, (MSize)n);
        base = L->base;
      }
      for (i = 0; i < n; i++) base[i] = co->base[i];
      co->top = co->base;
      if (!wrap) setboolV(base - 1, 1);
      rd = n + (wrap ? 1 : 2);
    }
    ra = wrap ? base : base - 1;
    link = (intptr_t)mref(cf->pc, void);
    cf->multres = (uint32_t)rd;
    if ((link & FRAME_TYPE) == 0) goto return_lua;
    goto vm_return;
  }
  case FFA_coroutine_yield:
    if (!cframe_canyield(L->cframe)) goto fff_fallback;
    L->base = base;
    L->top = base + NARGS;
    L->cframe = NULL;
    L->status = LUA_YIELD;
    g->vmstate = ~LJ_VMST_C;
    return LUA_YIELD;
