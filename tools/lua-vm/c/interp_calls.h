/* Calls, returns, loops and function headers. Included in the switch of interp.c, which has the rest. */

  /* -- Calls and variable arguments -- */

  case BC_CALLM:
    rd = (int32_t)(bc_c(ins) + cf->multres);
    goto call;
  case BC_CALL:
    rd = (int32_t)bc_c(ins);
  call:
    ra = A + 1;
    link = (intptr_t)pc;
    tail = 0;
    goto dispatch_call;
  case BC_CALLMT:
    rd = (int32_t)(bc_d(ins) + cf->multres);
    goto callt;
  case BC_CALLT:
    rd = (int32_t)bc_d(ins);
  callt:
    ra = A + 1;
    if (!tvisfunc(ra - 1)) {
      tail = 1;
      link = (intptr_t)pc;
      goto vmeta_call;
    }
  call_tail: {
    TValue *to;
    int32_t n;
    tail = 0;
    link = LINK(base);
    if ((link & FRAME_TYPE) && ((link - FRAME_VARG) & FRAME_TYPEP) == 0) { /* out of a vararg function */
      base = ADDBYTES(base, -(link - FRAME_VARG));
    }
    base[-1].fr.func = ra[-1].fr.func;
    for (to = base, n = rd; n > 1; n--) *to++ = *ra++;
    link = LINK(base);
    if ((link & FRAME_TYPE) == 0) kbase = kbase_of(base - 1 - bc_a(((const BCIns *)link)[-1]));
    goto ins_callt;
  }
  case BC_ITERC:
    ra = A + 1;
    ra[0] = ra[-3];
    ra[1] = ra[-2];
    ra[-1] = ra[-4];
    rd = 2 + 1;
    link = (intptr_t)pc;
    tail = 0;
    goto dispatch_call;
  case BC_ITERN: {
    uint32_t i = A[-1].u32.lo, start = i, skipped;
    t = tabV(A - 2);
    pc++;
    for (; i < t->asize; i++) {
      o = arrayslot(t, i);
      if (tvisnil(o)) continue;
      setnumV(A, (double)i);
      A[1] = *o;
      A[-1].u32.lo = i + 1;
      BRANCH();
      goto itern_done;
    }
    for (i -= t->asize; i <= t->hmask; i++) {
      Node *n = &noderef(t->node)[i];
      if (tvisnil(&n->val)) continue;
      A[0] = n->key;
      A[1] = n->val;
      A[-1].u32.lo = i + t->asize + 1;
      BRANCH();
      break;
    }
    i += t->asize;
  itern_done:
    skipped = i - start;
    if (LJ_UNLIKELY(skipped > 8)) lx_charge(skipped >> 2);
    NEXT();
  }
  case BC_ISNEXT:
    if (tvisfunc(A - 3) && funcV(A - 3)->c.ffid == FF_next && tvistab(A - 2) && tvisnil(A - 1)) {
      A[-1].u32.lo = 0;
      A[-1].u32.hi = LJ_KEYINDEX;
      pc += bc_j(ins);
    } else { /* not the plain pairs(): use the general instruction from now on */
      setbc_op((BCIns *)pc - 1, BC_JMP);
      pc += bc_j(ins);
      setbc_op((BCIns *)pc, BC_ITERC);
    }
    NEXT();
  case BC_VARG: {
    const TValue *from = ADDBYTES(base, -(LINK(base) - FRAME_VARG)) + bc_c(ins);
    TValue *to = A;
    if (bc_b(ins) != 0) {
      TValue *end = to + bc_b(ins) - 1;
      while (to < end) {
        if (from < base - 1) *to++ = *from++;
        else setnilV(to++);
      }
    } else {
      ptrdiff_t n = base - 1 - from;
      cf->multres = 1;
      if (n > 0) {
        cf->multres = (uint32_t)n + 1;
        if (n > 16) lx_charge((uint32_t)n >> 2);
        if (to + n > mref(L->maxstack, TValue)) {
          ptrdiff_t delta = from - base;
          L->top = to;
          SAVE();
          lj_state_growstack(L, (MSize)n);
          base = L->base;
          to = L->top;
          from = base + delta;
        }
        while (n-- > 0) *to++ = *from++;
      }
    }
    NEXT();
  }

  /* -- Returns -- */

  case BC_RETM:
    rd = (int32_t)(bc_d(ins) + cf->multres);
    goto ret;
  case BC_RET:
  case BC_RET0:
  case BC_RET1:
    rd = (int32_t)bc_d(ins);
  ret:
    ra = A;
    link = LINK(base);
    cf->multres = (uint32_t)rd;
    if (link & FRAME_TYPE) {
      if ((link - FRAME_VARG) & FRAME_TYPEP) goto vm_return;
      base = ADDBYTES(base, -(link - FRAME_VARG)); /* out of a vararg function */
      link = LINK(base);
      if (link & FRAME_TYPE) goto vm_return;
    }
    goto return_lua;

  /* -- Loops and jumps -- */

  case BC_FORI: {
    ra = A;
    while (!tvisnum(ra) || !tvisnum(ra + 1) || !tvisnum(ra + 2)) {
      SAVE();
      lj_meta_for(L, ra);
      base = L->base;
      ra = A;
    }
    setnumV(ra + 3, ra->n);
    if (!((int32_t)ra[2].u32.hi < 0 ? ra->n >= ra[1].n : ra[1].n >= ra->n)) pc += bc_j(ins);
    NEXT();
  }
  case BC_FORL:
  case BC_IFORL: {
    double i = A->n + A[2].n;
    ra = A;
    setnumV(ra, i);
    setnumV(ra + 3, i);
    if ((int32_t)ra[2].u32.hi < 0 ? i >= ra[1].n : ra[1].n >= i) pc += bc_j(ins);
    NEXT();
  }
  case BC_ITERL:
  case BC_IITERL:
    if (!tvisnil(A)) {
      pc += bc_j(ins);
      A[-1] = A[0];
    }
    NEXT();
  case BC_LOOP:
  case BC_ILOOP: NEXT();
  case BC_JMP: pc += bc_j(ins); NEXT();

  /* -- Function headers: base is new, rd = arguments + 1, fn is set -- */

  case BC_FUNCF:
  case BC_IFUNCF: {
    GCproto *pt = funcproto(fn);
    if (LJ_UNLIKELY(base + bc_a(ins) > mref(L->maxstack, TValue))) {
      L->top = base + rd - 1;
    grow_lua:
      pc++; /* behind the first real instruction */
      SAVE();
      lj_state_growstack(L, pt->framesize);
      base = L->base;
      rd = (int32_t)(L->top - base) + 1;
      goto ins_callt;
    }
    kbase = (TValue *)mref(pt->k, void);
    for (; rd <= pt->numparams; rd++) setnilV(base + rd - 1);
    NEXT();
  case BC_FUNCV:
  case BC_IFUNCV: {
    TValue *newbase = base + rd;
    int32_t i;
    pt = funcproto(fn);
    setgcref(newbase[-1].fr.func, obj2gco(fn));
    newbase[-1].fr.tp.ftsz = (int32_t)(rd * (int32_t)sizeof(TValue)) + FRAME_VARG;
    if (LJ_UNLIKELY(newbase + bc_a(ins) > mref(L->maxstack, TValue))) {
      L->top = newbase - 1;
      goto grow_lua;
    }
    for (i = 0; i < pt->numparams; i++) {
      if (i < rd - 1) {
        newbase[i] = base[i];
        setnilV(base + i);
      } else {
        setnilV(newbase + i);
      }
    }
    base = newbase;
    kbase = (TValue *)mref(pt->k, void);
    NEXT();
  }
  }
  case BC_FUNCC:
  case BC_FUNCCW:
    L->base = base;
    L->top = base + rd - 1;
    if (LJ_UNLIKELY(L->top + LUA_MINSTACK > mref(L->maxstack, TValue))) {
      lj_state_growstack(L, LUA_MINSTACK);
      base = L->base;
      rd = (int32_t)(L->top - base) + 1;
      goto ins_callt;
    }
    g->vmstate = ~LJ_VMST_C;
    rd = bc_op(ins) == BC_FUNCC ? fn->c.f(L) : ((int (*)(lua_State *, lua_CFunction))g->wrapf)(L, fn->c.f);
    base = L->base;
    setgcref(g->cur_L, obj2gco(L));
    g->vmstate = ~LJ_VMST_INTERP;
    ra = L->top - rd;
    link = LINK(base);
    goto vm_returnc;
