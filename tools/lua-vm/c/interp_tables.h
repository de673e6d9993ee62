/* The instructions on tables. Included in the switch of interp.c, which has the rest. */

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
