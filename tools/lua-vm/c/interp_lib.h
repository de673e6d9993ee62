/* The fast functions of the math, bit and string libraries. See interp_ff.h. */

  /* -- Math -- */

#define MATH1(name, expression)                            \
  case FFA_math_##name: {                                  \
    double x;                                              \
    NEED(1); NUMBER(0);                                    \
    x = base->n;                                           \
    RETURN_NUMBER(expression);                             \
  }
  MATH1(abs, fabs(x))
  MATH1(floor, floor(x))
  MATH1(ceil, ceil(x))
  MATH1(sqrt, sqrt(x))
  MATH1(log10, log10(x))
  MATH1(exp, exp(x))
  MATH1(sin, sin(x))
  MATH1(cos, cos(x))
  MATH1(tan, tan(x))
  MATH1(asin, asin(x))
  MATH1(acos, acos(x))
  MATH1(atan, atan(x))
  MATH1(sinh, sinh(x))
  MATH1(cosh, cosh(x))
  MATH1(tanh, tanh(x))
#define MATH2(name, expression)                            \
  case FFA_math_##name: {                                  \
    double x, y;                                           \
    NEED(2); NUMBER(0); NUMBER(1);                         \
    x = base->n;                                           \
    y = base[1].n;                                         \
    RETURN_NUMBER(expression);                             \
  }
  MATH2(atan2, atan2(x, y))
  MATH2(pow, pow(x, y))
  MATH2(fmod, fmod(x, y))
  MATH2(ldexp, y > 9999 ? ldexp(x, 9999) : y < -9999 ? ldexp(x, -9999) : y != y ? y : ldexp(x, (int)y))
  case FFA_math_log:
    if (NARGS != 1) goto fff_fallback;
    NUMBER(0);
    RETURN_NUMBER(log(base->n));
  case FFA_math_frexp: {
    double x;
    int e = 0;
    NEED(1); NUMBER(0);
    x = base->n;
    link = LINK(base);
    setnumV(base - 1, isfinite(x) ? frexp(x, &e) : x);
    setnumV(base, (double)e);
    goto fff_res2;
  }
  case FFA_math_modf: {
    double x, whole;
    NEED(1); NUMBER(0);
    x = base->n;
    link = LINK(base);
    whole = trunc(x);
    setnumV(base - 1, whole);
    setnumV(base, copysign(isinf(x) ? 0.0 : x - whole, x));
    goto fff_res2;
  }
  case FFA_math_min:
  case FFA_math_max: {
    double x;
    int32_t i, max = bc_op(ins) == FFA_math_max;
    NEED(1);
    for (i = 0; i < NARGS; i++) NUMBER(i);
    x = base->n;
    for (i = 1; i < NARGS; i++) {
      double y = base[i].n;
      x = (max ? x > y : x < y) ? x : y; /* as minsd and maxsd: the second operand when unordered */
    }
    RETURN_NUMBER(x);
  }

  /* -- Bits -- */

#define BIT1(name, expression)                             \
  case FFA_bit_##name: {                                   \
    uint32_t x;                                            \
    NEED(1); NUMBER(0);                                    \
    x = (uint32_t)lj_num2bit(base->n);                     \
    RETURN_NUMBER((double)(int32_t)(expression));          \
  }
  BIT1(tobit, x)
  BIT1(bnot, ~x)
  BIT1(bswap, lj_bswap(x))
#define SHIFT(name, expression)                            \
  case FFA_bit_##name: {                                   \
    uint32_t x, n;                                         \
    NEED(2); NUMBER(0); NUMBER(1);                         \
    x = (uint32_t)lj_num2bit(base->n);                     \
    n = (uint32_t)lj_num2bit(base[1].n) & 31;              \
    RETURN_NUMBER((double)(int32_t)(expression));          \
  }
  SHIFT(lshift, x << n)
  SHIFT(rshift, x >> n)
  SHIFT(arshift, (int32_t)x >> n)
  SHIFT(rol, lj_rol(x, n))
  SHIFT(ror, lj_ror(x, n))
#define BITN(name, op)                                     \
  case FFA_bit_##name: {                                   \
    uint32_t x;                                            \
    int32_t i;                                             \
    NEED(1);                                               \
    for (i = 0; i < NARGS; i++) NUMBER(i);                 \
    x = (uint32_t)lj_num2bit(base->n);                     \
    for (i = 1; i < NARGS; i++) x op (uint32_t)lj_num2bit(base[i].n); \
    RETURN_NUMBER((double)(int32_t)x);                     \
  }
  BITN(band, &=)
  BITN(bor, |=)
  BITN(bxor, ^=)

  /* -- Strings -- */

  case FFA_string_byte:
    if (NARGS != 1 || !tvisstr(base)) goto fff_fallback;
    s = strV(base);
    link = LINK(base);
    if (s->len < 1) goto fff_res0;
    RETURN_NUMBER((double)(uint8_t)strdata(s)[0]);
  case FFA_string_char: {
    char c;
    GCCHECK();
    if (NARGS != 1 || !tvisnum(base) || (uint32_t)num2int(base->n) > 255) goto fff_fallback;
    c = (char)num2int(base->n);
    L->top = base + NARGS;
    SAVE();
    s = lj_str_new(L, &c, 1);
    goto fff_str;
  }
  case FFA_string_sub: {
    int32_t start, end = -1, len;
    GCCHECK();
    NEED(2);
    if (NARGS > 2) {
      NUMBER(2);
      end = num2int(base[2].n);
    }
    if (!tvisstr(base)) goto fff_fallback;
    NUMBER(1);
    s = strV(base);
    len = (int32_t)s->len;
    start = num2int(base[1].n);
    if (end < 0) end += len + 1;
    else if (end > len) end = len;
    if (start < 0) start += len + 1;
    if (start < 1) start = 1;
    L->top = base + NARGS;
    SAVE();
    s = lj_str_new(L, strdata(s) + start - 1, end >= start ? (size_t)(end - start + 1) : 0);
    goto fff_str;
  }
  case FFA_string_reverse:
  case FFA_string_lower:
  case FFA_string_upper: {
    SBuf *sb;
    NEED(1);
    GCCHECK();
    if (!tvisstr(base)) goto fff_fallback;
    L->top = base + NARGS;
    SAVE();
    sb = lj_buf_tmp_(L);
    s = strV(base);
    sb = bc_op(ins) == FFA_string_reverse ? lj_buf_putstr_reverse(sb, s)
         : bc_op(ins) == FFA_string_lower ? lj_buf_putstr_lower(sb, s)
                                          : lj_buf_putstr_upper(sb, s);
    s = lj_buf_tostr(sb);
    goto fff_str;
  }
