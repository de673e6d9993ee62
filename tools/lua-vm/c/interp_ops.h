/* The instructions. Included in the switch of interp.c, which has the rest. */

  /* -- Comparisons: each is followed by a jump, taken when the comparison holds. -- */

#define COMPARE(name, test)                                   \
  case BC_##name:                                             \
    if (LJ_UNLIKELY(!tvisnum(A) || !tvisnum(D))) goto vmeta_comp; \
    pc++;                                                     \
    if (test) BRANCH();                                       \
    NEXT();
  COMPARE(ISLT, A->n < D->n)
  COMPARE(ISGE, !(A->n < D->n))
  COMPARE(ISLE, A->n <= D->n)
  COMPARE(ISGT, !(A->n <= D->n))
vmeta_comp:
  SAVE();
  rc = lj_meta_comp(L, A, D, (int)bc_op(ins));
  goto vmeta_compared;

  case BC_ISEQV:
  case BC_ISNEV: {
    int ne = bc_op(ins) == BC_ISNEV, equal;
    uint32_t ta = itype(A), td = itype(D);
    pc++;
    if (ta < LJ_TISNUM && td < LJ_TISNUM) {
      equal = A->n == D->n;
    } else if (LJ_UNLIKELY(ta == LJ_TCDATA || td == LJ_TCDATA)) {
      goto vmeta_equal_cd;
    } else if (ta != td) {
      equal = 0;
    } else if (td >= LJ_TISPRI || A->u32.lo == D->u32.lo) {
      equal = 1;
    } else if (td > LJ_TISTABUD) {
      equal = 0;
    } else {
      GCtab *mt = tabref(gcV(A)->gch.metatable);
      if (mt && !(mt->nomm & (1u << MM_eq))) {
        pc--;
        SAVE();
        rc = lj_meta_equal(L, gcV(A), gcV(D), ne);
        goto vmeta_compared;
      }
      equal = 0;
    }
    if (equal != ne) BRANCH();
    NEXT();
  }
vmeta_equal_cd: /* pc is behind the jump */
  pc--;
  SAVE();
  rc = lj_meta_equal_cd(L, pc[-1]);
  goto vmeta_compared;

#define EQUALK(name, test, ne)                                    \
  case BC_##name:                                                 \
    pc++;                                                         \
    if (LJ_UNLIKELY(itype(A) == LJ_TCDATA)) goto vmeta_equal_cd;  \
    if ((test) != ne) BRANCH();                                   \
    NEXT();
  EQUALK(ISEQS, tvisstr(A) && gcV(A) == KGC(bc_d(ins)), 0)
  EQUALK(ISNES, tvisstr(A) && gcV(A) == KGC(bc_d(ins)), 1)
  EQUALK(ISEQN, tvisnum(A) && A->n == KNUM(bc_d(ins))->n, 0)
  EQUALK(ISNEN, tvisnum(A) && A->n == KNUM(bc_d(ins))->n, 1)
  EQUALK(ISEQP, itype(A) == ~bc_d(ins), 0)
  EQUALK(ISNEP, itype(A) == ~bc_d(ins), 1)

  /* -- Tests and copies -- */

  case BC_ISTC:
    pc++;
    if (tvistruecond(D)) { *A = *D; BRANCH(); }
    NEXT();
  case BC_ISFC:
    pc++;
    if (!tvistruecond(D)) { *A = *D; BRANCH(); }
    NEXT();
  case BC_IST:
    pc++;
    if (tvistruecond(D)) BRANCH();
    NEXT();
  case BC_ISF:
    pc++;
    if (!tvistruecond(D)) BRANCH();
    NEXT();
  case BC_ISTYPE:
    if (bc_d(ins) + itype(A) != 0) goto vmeta_istype;
    NEXT();
  case BC_ISNUM:
    if (!tvisnum(A)) goto vmeta_istype;
    NEXT();
vmeta_istype:
  SAVE();
  lj_meta_istype(L, bc_a(ins), bc_d(ins));
  base = L->base;
  NEXT();

  /* -- Unary -- */

  case BC_MOV: *A = *D; NEXT();
  case BC_NOT: { int yes = tvistruecond(D); setboolV(A, !yes); NEXT(); }
  case BC_UNM:
    if (LJ_UNLIKELY(!tvisnum(D))) { o = k = D; goto vmeta_arith; }
    setnumV(A, -D->n);
    NEXT();
  case BC_LEN:
    if (tvisstr(D)) {
      setnumV(A, (double)strV(D)->len);
    } else if (tvistab(D)) {
      GCtab *mt;
      t = tabV(D);
      mt = tabref(t->metatable);
      if (mt && !(mt->nomm & (1u << MM_len))) goto vmeta_len;
    raw_len:
      setnumV(base + bc_a(pc[-1]), (double)lj_tab_len(t));
    } else {
    vmeta_len:
      SAVE();
      rc = lj_meta_len(L, D);
      base = L->base;
      if (rc) goto vmeta_binop;
      t = tabV(D);
      goto raw_len;
    }
    NEXT();

  /* -- Arithmetic -- */

#define ARITH(name, expression)                                                                      \
  case BC_##name##VN:                                                                                \
    o = B; k = KNUM(bc_c(ins));                                                                      \
    if (LJ_UNLIKELY(!tvisnum(o))) goto vmeta_arith;                                                  \
    { double x = o->n, y = k->n; setnumV(A, expression); }                                           \
    NEXT();                                                                                          \
  case BC_##name##NV:                                                                                \
    o = KNUM(bc_c(ins)); k = B;                                                                      \
    if (LJ_UNLIKELY(!tvisnum(k))) goto vmeta_arith;                                                  \
    { double x = o->n, y = k->n; setnumV(A, expression); }                                           \
    NEXT();                                                                                          \
  case BC_##name##VV:                                                                                \
    o = B; k = C;                                                                                    \
    if (LJ_UNLIKELY(!tvisnum(o) || !tvisnum(k))) goto vmeta_arith;                                   \
    { double x = o->n, y = k->n; setnumV(A, expression); }                                           \
    NEXT();
  ARITH(ADD, x + y)
  ARITH(SUB, x - y)
  ARITH(MUL, x * y)
  ARITH(DIV, x / y)
  ARITH(MOD, vm_mod(x, y))
  case BC_POW:
    o = B; k = C;
    if (LJ_UNLIKELY(!tvisnum(o) || !tvisnum(k))) goto vmeta_arith;
    setnumV(A, pow(o->n, k->n));
    NEXT();
  case BC_CAT:
    SAVE();
    rc = lj_meta_cat(L, C, (int)(bc_c(ins) - bc_b(ins)));
    goto cat_done;

  /* -- Constants -- */

  case BC_KSTR: setstrV(L, A, gco2str(KGC(bc_d(ins)))); NEXT();
  case BC_KCDATA: setcdataV(L, A, gco2cd(KGC(bc_d(ins)))); NEXT();
  case BC_KSHORT: setnumV(A, (double)(int16_t)bc_d(ins)); NEXT();
  case BC_KNUM: *A = *KNUM(bc_d(ins)); NEXT();
  case BC_KPRI: setpriV(A, ~bc_d(ins)); NEXT();
  case BC_KNIL: { TValue *to; for (to = A; to <= D; to++) setnilV(to); NEXT(); }

  /* -- Upvalues and functions -- */

#define UPVALUE(i) (&gcref(frame_func(base - 1)->l.uvptr[i])->uv)
  case BC_UGET: *A = *uvval(UPVALUE(bc_d(ins))); NEXT();
  case BC_USETV: {
    GCupval *uv = UPVALUE(bc_a(ins));
    TValue *v = uvval(uv);
    *v = *D;
    if (uv->closed && isblack(obj2gco(uv)) && tvisgcv(v) && iswhite(gcV(v))) lj_gc_barrieruv(g, v);
    NEXT();
  }
  case BC_USETS: {
    GCupval *uv = UPVALUE(bc_a(ins));
    TValue *v = uvval(uv);
    setstrV(L, v, gco2str(KGC(bc_d(ins))));
    if (uv->closed && isblack(obj2gco(uv)) && iswhite(gcV(v))) lj_gc_barrieruv(g, v);
    NEXT();
  }
  case BC_USETN: *uvval(UPVALUE(bc_a(ins))) = *KNUM(bc_d(ins)); NEXT();
  case BC_USETP: setpriV(uvval(UPVALUE(bc_a(ins))), ~bc_d(ins)); NEXT();
  case BC_UCLO:
    pc += bc_j(ins);
    if (gcref(L->openupval) != NULL) {
      L->base = base;
      lj_func_closeuv(L, A);
      base = L->base;
    }
    NEXT();
  case BC_FNEW:
    SAVE();
    fn = lj_func_newL_gc(L, gco2pt(KGC(bc_d(ins))), &frame_func(base - 1)->l);
    base = L->base;
    setfuncV(L, A, fn);
    NEXT();

  /* -- Tables -- */

  case BC_TNEW: {
    uint32_t asize = bc_d(ins) & 0x7ff;
    SAVE();
    if (g->gc.total >= g->gc.threshold) lj_gc_step_fixtop(L);
    t = lj_tab_new(L, asize == 0x7ff ? 0x801 : asize, bc_d(ins) >> 11);
    base = L->base;
    settabV(L, A, t);
    NEXT();
  }
  case BC_TDUP:
    SAVE();
    if (g->gc.total >= g->gc.threshold) lj_gc_step_fixtop(L);
    t = lj_tab_dup(L, gco2tab(KGC(bc_d(ins))));
    base = L->base;
    settabV(L, A, t);
    NEXT();

  case BC_GGET:
    t = tabref(frame_func(base - 1)->l.env);
    s = gco2str(KGC(bc_d(ins)));
    goto tgets;
  case BC_TGETV:
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tgetv;
    t = tabV(B);
    if (tvisnum(C)) {
      int32_t i = num2int(C->n);
      if ((double)i != C->n || (uint32_t)i >= t->asize) goto vmeta_tgetv;
      o = arrayslot(t, i);
      goto tget_slot;
    }
    if (!tvisstr(C)) goto vmeta_tgetv;
    s = strV(C);
    goto tgets;
vmeta_tgetv:
  o = B; k = C;
  goto vmeta_tget;
  case BC_TGETB:
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tgetb;
    t = tabV(B);
    if (bc_c(ins) >= t->asize) goto vmeta_tgetb;
    o = arrayslot(t, bc_c(ins));
tget_slot: /* o is the slot of the array part of t */
  if (LJ_UNLIKELY(tvisnil(o))) {
    GCtab *mt = tabref(t->metatable);
    if (mt && !(mt->nomm & (1u << MM_index))) {
      if (bc_op(ins) == BC_TGETV) goto vmeta_tgetv;
      goto vmeta_tgetb;
    }
  }
  *A = *o;
  NEXT();
vmeta_tgetb:
  setnumV(&cf->key, (double)bc_c(ins));
  o = B; k = &cf->key;
  goto vmeta_tget;
  case BC_TGETS:
    s = gco2str(KGC(bc_c(ins)));
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tgets;
    t = tabV(B);
  tgets: {
    Node *n = hashstr(t, s);
    GCtab *mt;
    do {
      if (tvisstr(&n->key) && strV(&n->key) == s) {
        if (LJ_UNLIKELY(tvisnil(&n->val))) break;
        *A = n->val;
        NEXT();
      }
    } while ((n = nextnode(n)));
    mt = tabref(t->metatable);
    if (mt && !(mt->nomm & (1u << MM_index))) goto vmeta_tgets;
    setnilV(A);
    NEXT();
  }
  case BC_TGETR: {
    int32_t i = num2int(C->n);
    t = tabV(B);
    o = (uint32_t)i < t->asize ? arrayslot(t, i) : lj_tab_getinth(t, i);
    if (o) *A = *o;
    else setnilV(A);
    NEXT();
  }

  case BC_GSET:
    t = tabref(frame_func(base - 1)->l.env);
    s = gco2str(KGC(bc_d(ins)));
    goto tsets;
  case BC_TSETV:
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tsetv;
    t = tabV(B);
    if (tvisnum(C)) {
      int32_t i = num2int(C->n);
      if ((double)i != C->n || (uint32_t)i >= t->asize) goto vmeta_tsetv;
      rc = arrayslot(t, i);
      goto tset_slot;
    }
    if (!tvisstr(C)) goto vmeta_tsetv;
    s = strV(C);
    goto tsets;
vmeta_tsetv:
  o = B; k = C;
  goto vmeta_tset;
  case BC_TSETB:
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tsetb;
    t = tabV(B);
    if (bc_c(ins) >= t->asize) goto vmeta_tsetb;
    rc = arrayslot(t, bc_c(ins));
tset_slot: /* rc is the slot of the array part of t */
  if (LJ_UNLIKELY(tvisnil(rc))) {
    GCtab *mt = tabref(t->metatable);
    if (mt && !(mt->nomm & (1u << MM_newindex))) {
      if (bc_op(ins) == BC_TSETV) goto vmeta_tsetv;
      goto vmeta_tsetb;
    }
  }
  if (isblack(obj2gco(t))) barrierback(g, t);
  *rc = *A;
  NEXT();
vmeta_tsetb:
  setnumV(&cf->key, (double)bc_c(ins));
  o = B; k = &cf->key;
  goto vmeta_tset;
  case BC_TSETS:
    s = gco2str(KGC(bc_c(ins)));
    if (LJ_UNLIKELY(!tvistab(B))) goto vmeta_tsets;
    t = tabV(B);
  tsets: {
    Node *n = hashstr(t, s);
    GCtab *mt;
    t->nomm = 0; /* forget which metamethods are missing */
    do {
      if (tvisstr(&n->key) && strV(&n->key) == s) {
        if (LJ_UNLIKELY(tvisnil(&n->val))) {
          mt = tabref(t->metatable);
          if (mt && !(mt->nomm & (1u << MM_newindex))) goto vmeta_tsets;
        }
        rc = &n->val;
        goto tsets_found;
      }
    } while ((n = nextnode(n)));
    mt = tabref(t->metatable);
    if (mt && !(mt->nomm & (1u << MM_newindex))) goto vmeta_tsets;
    SAVE();
    setstrV(L, &cf->key, s);
    rc = lj_tab_newkey(L, t, &cf->key);
    base = L->base;
  tsets_found:
    if (isblack(obj2gco(t))) barrierback(g, t);
    *rc = *A;
    NEXT();
  }
  case BC_TSETR: {
    int32_t i = num2int(C->n);
    t = tabV(B);
    if (isblack(obj2gco(t))) barrierback(g, t);
    if ((uint32_t)i < t->asize) {
      rc = arrayslot(t, i);
    } else {
      SAVE();
      rc = lj_tab_setinth(L, t, i);
      base = L->base;
    }
    *rc = *A;
    NEXT();
  }
  case BC_TSETM: {
    uint32_t first = KNUM(bc_d(ins))->u32.lo, count = cf->multres - 1, i;
    t = tabV(A - 1);
    if (count == 0) NEXT();
    if (first + count > t->asize) {
      SAVE();
      lj_tab_reasize(L, t, first + count);
      base = L->base;
    }
    if (isblack(obj2gco(t))) barrierback(g, t);
    for (i = 0; i < count; i++) *arrayslot(t, first + i) = A[i];
    NEXT();
  }

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
