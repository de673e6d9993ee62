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
