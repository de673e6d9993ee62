/**
 * What is changed in LuaJIT's C sources: each edit replaces one passage, found exactly once, by another.
 * The assembler part (vm_x86.dasc) is replaced as a whole by c/interp.c.
 */
export const edits = [
  // The interpreter is C, not assembler.
  {
    file: 'lj_vm.h',
    why: 'continuations are told apart by address only, and a function index may be 0 or 1, which have a meaning of their own',
    find: /LJ_ASMF void (lj_cont_\w+)\(void\);/g,
    replace: 'extern char $1[1];',
  },
  {
    file: 'lj_dispatch.c',
    why: 'there is no table of machine code addresses',
    find: / {2}ASMFunction \*disp = GG->dispatch;\n {2}for \(i = 0; i < GG_LEN_SDISP[\s\S]*?disp\[BC_FUNCV\] = disp\[BC_IFUNCV\];\n/,
    replace: '',
  },
  {
    file: 'lj_dispatch.c',
    why: 'hooks are seen by taking the interpreter its fuel',
    find: / {2}uint8_t oldmode = g->dispatchmode;\n {2}uint8_t mode = 0;[\s\S]*?\n}\n/,
    replace: '  lx_sethooked((g->hookmask & (LUA_MASKLINE|LUA_MASKCOUNT|LUA_MASKRET)) != 0);\n}\n',
  },
  {
    file: 'lj_dispatch.c',
    why: 'call hooks are not offered',
    find: /\/\* Initialize call\. Ensure stack space[\s\S]*?#if LJ_HASJIT\n\/\* Stitch/,
    replace: '#if LJ_HASJIT\n/* Stitch',
  },
  {
    file: 'lj_dispatch.c',
    find: '#include "luajit.h"\n',
    replace: '#include "luajit.h"\n#include "interp.h"\n',
  },
  {
    file: 'lj_dispatch.c',
    why: 'an instruction over the budget raises an error',
    find: '  L->top = L->base + slots;  /* Fix top. */\n#if LJ_HASJIT',
    replace: '  L->top = L->base + slots;  /* Fix top. */\n  if (lx_spent()) lx_over(L);\n#if LJ_HASJIT',
  },
  {
    file: 'lj_obj.h',
    why: 'numbers out of range become the smallest integer as on x64; WebAssembly would take the nearest',
    find: '#define lj_num2int(n)   ((int32_t)(n))',
    replace:
      'static LJ_AINLINE int32_t lj_num2int(double n)\n{ return n > -2147483649.0 && n < 2147483648.0 ? (int32_t)n : INT32_MIN; }\nstatic LJ_AINLINE int64_t lx_num2i64(double n)\n{ return n >= -9223372036854775808.0 && n < 9223372036854775808.0 ? (int64_t)n : INT64_MIN; }',
  },
  {
    file: 'lj_obj.h',
    find: '  int64_t i = (int64_t)n;\n  if (i < 0) i = (int64_t)(n - 18446744073709551616.0);',
    replace: '  int64_t i = lx_num2i64(n);\n  if (i < 0) i = lx_num2i64(n - 18446744073709551616.0);',
  },
  { file: 'lj_strfmt.c', find: '  int64_t k = (int64_t)n;', replace: '  int64_t k = lx_num2i64(n);' },
  { file: 'lj_strfmt.c', find: '    k = (int64_t)n;', replace: '    k = lx_num2i64(n);' },
  { file: 'lj_cconv.c', find: '      int32_t i = (int32_t)n;', replace: '      int32_t i = lj_num2int(n);' },
  { file: 'lj_cconv.c', find: '= (uint32_t)n;', replace: '= (uint32_t)lx_num2i64(n);' },
  { file: 'lj_cconv.c', find: '= (int64_t)n;', replace: '= lx_num2i64(n);' },
  { file: 'lj_lib.c', find: '(int32_t)numV(o);', replace: 'lj_num2int(numV(o));' },

  // The budget.
  {
    file: 'lj_err.c',
    why: 'no pcall catches the end of the budget',
    find: 'if (errcode == LUA_YIELD) {',
    replace: 'if (errcode == LUA_YIELD || lx_spent()) {',
  },
  {
    file: 'lj_err.c',
    why: 'no handler runs after the end of the budget',
    find: '  ptrdiff_t ef = (LJ_HASJIT && tvref(G(L)->jit_base)) ? 0 : finderrfunc(L);\n  if (ef) {',
    replace: '  ptrdiff_t ef = (LJ_HASJIT && tvref(G(L)->jit_base)) ? 0 : finderrfunc(L);\n  if (ef && !lx_spent()) {',
  },
  { file: 'lj_err.c', find: '#include "lj_vm.h"\n', replace: '#include "lj_vm.h"\n#include "interp.h"\n' },

  {
    file: 'lj_state.c',
    why: 'the thread in which the budget ran out is remembered, see budget.c',
    find: '  if (obj2gco(L) == gcref(g->cur_L))\n    setgcrefnull(g->cur_L);\n',
    replace:
      '  if (obj2gco(L) == gcref(g->cur_L))\n    setgcrefnull(g->cur_L);\n  if (L == lx_overspender) lx_overspender = NULL;\n',
  },

  // What a failed thread looked like. LuaJIT forgets where it was; the host, not the script, is told (see state.c).
  {
    file: 'lj_obj.h',
    find: '  MSize stacksize;	/* True stack size (incl. LJ_STACK_EXTRA). */\n};',
    replace:
      '  MSize stacksize;	/* True stack size (incl. LJ_STACK_EXTRA). */\n  MRef failedpc;	/* Instruction of the innermost function when an error ended the thread. */\n  MRef handledpc;	/* Instruction of the function below an error handler. */\n};',
  },
  {
    file: 'lj_state.c',
    find: '  L1->stacksize = 0;\n',
    replace: '  L1->stacksize = 0;\n  setmref(L1->failedpc, NULL);\n  setmref(L1->handledpc, NULL);\n',
  },
  {
    file: 'lj_err.c',
    why: 'the frames stay as they are, but the instruction is known to the C frame only',
    find: '	  L->cframe = NULL;\n	  L->status = (uint8_t)errcode;',
    replace:
      '	  setmrefr(L->failedpc, ((CFrame *)cframe_raw(L->cframe))->pc);\n	  L->cframe = NULL;\n	  L->status = (uint8_t)errcode;',
  },
  {
    file: 'lj_err.c',
    find: '    L->status = LUA_ERRERR;\n',
    replace: '    setmrefr(L->handledpc, ((CFrame *)cframe_raw(L->cframe))->pc);\n    L->status = LUA_ERRERR;\n',
  },
  {
    file: 'lj_debug.c',
    find: '    if (cf == NULL || (char *)cframe_pc(cf) == (char *)cframe_L(cf))\n      return NO_BCPOS;\n    ins = cframe_pc(cf);  /* Only happens during error/hook handling. */\n',
    replace:
      '    if (cf == NULL) ins = lx_failedpc(L, 0);\n    else if ((char *)cframe_pc(cf) == (char *)cframe_L(cf))\n      return NO_BCPOS;\n    else ins = cframe_pc(cf);  /* Only happens during error/hook handling. */\n',
  },
  {
    file: 'lj_debug.c',
    find: '      for (;;) {\n	if (cf == NULL)\n	  return NO_BCPOS;\n',
    replace:
      '      if (cf == NULL) {\n	pt = funcproto(fn);\n	ins = lx_failedpc(L, 1);\n	return ins > proto_bc(pt) && ins <= proto_bc(pt) + pt->sizebc ? proto_bcpos(pt, ins) - 1 : NO_BCPOS;\n      }\n      for (;;) {\n	if (cf == NULL)\n	  return NO_BCPOS;\n',
  },
  {
    file: 'lib_string.c',
    why: 'each step of a pattern costs',
    find: "  init: /* using goto's to optimize tail recursion */",
    replace: "  init: /* using goto's to optimize tail recursion */\n  lx_tick(ms->L);",
  },
  {
    file: 'lib_string.c',
    find: '  /* keeps trying to match with the maximum repetitions */',
    replace: '  if (i > 16) lx_charge((uint32_t)i >> 2);\n  /* keeps trying to match with the maximum repetitions */',
  },
  {
    file: 'lib_string.c',
    find: '    int cont = 1;\n',
    replace: '    int cont = 1;\n    lx_charge((uint32_t)(ms->src_end - s) >> 4);\n',
  },
  {
    file: 'lib_string.c',
    find: '  len = (size_t)ms->capture[l].len;\n  if (',
    replace: '  len = (size_t)ms->capture[l].len;\n  lx_charge((uint32_t)len >> 6);\n  if (',
  },
  { file: 'lib_string.c', find: '#include "lj_lib.h"\n', replace: '#include "lj_lib.h"\n#include "interp.h"\n' },
  {
    file: 'lj_str.c',
    why: 'plain searches and comparisons cost in proportion',
    find: '	if (memcmp(q+1, p, plen) == 0) return q;',
    replace:
      '	if (lx_charge(1 + ((MSize)(q-s) >> 4) + (plen >> 6))) return NULL;\n	if (memcmp(q+1, p, plen) == 0) return q;',
  },
  {
    file: 'lj_str.c',
    find: '  MSize i, n = a->len > b->len ? b->len : a->len;\n',
    replace: '  MSize i, n = a->len > b->len ? b->len : a->len;\n  if (n > 64) lx_charge(n >> 4);\n',
  },
  {
    file: 'lj_str.c',
    why: 'interning reads the whole string',
    find: 'GCstr *lj_str_new(lua_State *L, const char *str, size_t lenx)\n{\n',
    replace:
      'GCstr *lj_str_new(lua_State *L, const char *str, size_t lenx)\n{\n  if (lenx > 256) lx_charge((uint32_t)lenx >> 6);\n',
  },
  { file: 'lj_str.c', find: '#include "lj_char.h"\n', replace: '#include "lj_char.h"\n#include "interp.h"\n' },
  {
    file: 'lj_tab.c',
    why: 'skipping empty slots costs',
    find: '  uint32_t idx = lj_tab_keyindex(t, key);  /* Find successor index of key. */\n',
    replace: '  uint32_t idx = lj_tab_keyindex(t, key);  /* Find successor index of key. */\n  uint32_t skipped = 0;\n',
  },
  {
    file: 'lj_tab.c',
    find: '      setintV(o, idx);\n      o[1] = *a;\n      return 1;\n    }\n',
    replace:
      '      setintV(o, idx);\n      o[1] = *a;\n      return 1;\n    }\n    if ((++skipped & 7) == 0) lx_charge(2);\n',
  },
  {
    file: 'lj_tab.c',
    find: '      o[0] = n->key;\n      o[1] = n->val;\n      return 1;\n    }\n',
    replace:
      '      o[0] = n->key;\n      o[1] = n->val;\n      return 1;\n    }\n    if ((++skipped & 7) == 0) lx_charge(2);\n',
  },
  { file: 'lj_tab.c', find: '#include "lj_tab.h"\n', replace: '#include "lj_tab.h"\n#include "interp.h"\n' },
  {
    file: 'lib_table.c',
    find: '    for (n = lj_lib_checkint(L, 2); i > n; i--) {\n',
    replace: '    for (n = lj_lib_checkint(L, 2); i > n; i--) {\n      lx_tick(L);\n',
  },
  {
    file: 'lib_table.c',
    why: 'each comparison costs',
    find: 'static int sort_comp(lua_State *L, int a, int b)\n{\n',
    replace: 'static int sort_comp(lua_State *L, int a, int b)\n{\n  lx_tick(L);\n',
  },
  { file: 'lib_table.c', find: '#include "lj_lib.h"\n', replace: '#include "lj_lib.h"\n#include "interp.h"\n' },
  {
    file: 'lj_gc.c',
    why: 'a full collection visits every object',
    find: 'void lj_gc_fullgc(lua_State *L)\n{\n',
    replace: 'void lj_gc_fullgc(lua_State *L)\n{\n  lx_charge((uint32_t)(G(L)->gc.total >> 5));\n',
  },
  {
    file: 'lj_gc.c',
    why: 'a cycle starts before the memory limit is reached, or garbage would count against it',
    find: /g->gc\.threshold = \(g->gc\.estimate\/100\) \* g->gc\.pause;/g,
    replace: 'g->gc.threshold = lx_gcthreshold((g->gc.estimate/100) * g->gc.pause);',
  },
  {
    file: 'lj_gc.c',
    find: '  lim = (GCSTEPSIZE/100) * g->gc.stepmul;\n',
    replace: '  lx_charge(16);\n  lim = (GCSTEPSIZE/100) * g->gc.stepmul;\n',
  },
  { file: 'lj_gc.c', find: '#include "lj_gc.h"\n', replace: '#include "lj_gc.h"\n#include "interp.h"\n' },
  {
    file: 'lj_api.c',
    find: '    GCSize a = (GCSize)data << 10;\n',
    replace: '    GCSize a = (GCSize)data << 10;\n    lx_charge(data == 0 ? 64 : (uint32_t)(g->gc.total >> 5));\n',
  },
  { file: 'lj_api.c', find: '#include "lj_vm.h"\n', replace: '#include "lj_vm.h"\n#include "interp.h"\n' },
  {
    file: 'lib_base.c',
    why: 'copying many values costs',
    find: '  n = (int32_t)(nu+1);\n',
    replace: '  n = (int32_t)(nu+1);\n  if (n > 8) lx_charge((uint32_t)n >> 2);\n',
  },
  { file: 'lib_base.c', find: '#include "lj_lib.h"\n', replace: '#include "lj_lib.h"\n#include "interp.h"\n' },
  {
    file: 'lj_debug.c',
    find: '    nextframe = frame;\n    if (frame_islua(frame)) {\n      frame = frame_prevl(frame);\n    } else {\n      if (frame_isvarg(frame))\n	level++;',
    replace:
      '    nextframe = frame;\n    if ((level & 7) == 7) lx_charge(2);\n    if (frame_islua(frame)) {\n      frame = frame_prevl(frame);\n    } else {\n      if (frame_isvarg(frame))\n	level++;',
  },
  { file: 'lj_debug.c', find: '#include "lj_debug.h"\n', replace: '#include "lj_debug.h"\n#include "interp.h"\n' },
  {
    file: 'lj_strscan.c',
    find: '  int32_t neg = 0;\n  const uint8_t *pe = p + len;\n',
    replace: '  int32_t neg = 0;\n  const uint8_t *pe = p + len;\n  if (len > 64) lx_charge(len >> 4);\n',
  },
  {
    file: 'lj_strscan.c',
    find: '#include "lj_strscan.h"\n',
    replace: '#include "lj_strscan.h"\n#include "interp.h"\n',
  },
  {
    file: 'lj_load.c',
    why: 'reading source text costs',
    find: '  status = lj_vm_cpcall(L, NULL, &ls, cpparser);\n',
    replace:
      '  if (data && reader == reader_string) lx_charge((uint32_t)((StringReaderCtx *)data)->size >> 2);\n  status = lj_vm_cpcall(L, NULL, &ls, cpparser);\n',
  },
  {
    file: 'lj_load.c',
    find: '#include "lj_vm.h"\n',
    replace:
      '#include "lj_vm.h"\n#include "interp.h"\n\nstatic const char *reader_string(lua_State *L, void *ud, size_t *size);\ntypedef struct StringReaderCtx {\n  const char *str;\n  size_t size;\n} StringReaderCtx;\n',
  },
  {
    file: 'lj_load.c',
    find: /\ntypedef struct StringReaderCtx \{\n {2}const char \*str;\n {2}size_t size;\n\} StringReaderCtx;\n\nstatic const char \*reader_string/,
    replace: '\nstatic const char *reader_string',
  },

  // The host.
  {
    file: 'lib_os.c',
    find: 'setnumV(L->top++, ((lua_Number)clock())*(1.0/(lua_Number)CLOCKS_PER_SEC));',
    replace: 'setnumV(L->top++, lx_cpu());',
  },
  { file: 'lib_os.c', find: 'setlocale(opt, str)', replace: 'lx_setlocale(opt, str)' },
  {
    file: 'lib_os.c',
    why: 'a script cannot end the process that Envoy would end with it',
    find: '  exit(status);\n  return 0;  /* Unreachable. */',
    replace:
      '  (void)status;\n  lx_refused("processes");\n  return luaL_error(L, "os.exit is not available to scripts here: in Envoy it would end the whole proxy");',
  },
  { file: 'lib_os.c', find: 'stm = gmtime(&t);', replace: 'stm = lx_gmtime(&t);' },
  { file: 'lib_os.c', find: 'stm = localtime(&t);', replace: 'stm = lx_localtime(&t);' },
  { file: 'lib_os.c', find: 'strftime(buf,', replace: 'lx_strftime(buf,' },
  { file: 'lib_io.c', find: '#include <stdio.h>\n', replace: '' },
  {
    file: 'lib_jit.c',
    why: 'there is no compiler to switch: only what a script can tell is kept, whether it is on',
    find: '  if (luaJIT_setmode(L, idx, mode) != 1) {',
    replace:
      '  if ((mode & LUAJIT_MODE_MASK) == LUAJIT_MODE_ENGINE && !(mode & LUAJIT_MODE_FLUSH)) lx_jit = (mode & LUAJIT_MODE_ON) != 0;\n  if (0) {',
  },
  { file: 'lib_jit.c', find: 'static int setjitmode(', replace: 'static int lx_jit = 1;\n\nstatic int setjitmode(' },
  {
    file: 'lib_jit.c',
    find: / {2}setboolV\(L->top\+\+, 0\);\n {2}return 1;\n#endif/,
    replace:
      '  static const char *const flags[] = {"SSE3", "SSE4.1", "BMI2", "fold", "cse", "dce", "fwd", "dse", "narrow", "loop", "abc", "sink", "fuse"};\n  uint32_t i;\n  setboolV(L->top++, lx_jit);\n  for (i = 0; i < sizeof(flags)/sizeof(flags[0]); i++) lua_pushstring(L, flags[i]);\n  return (int)i + 1;\n#endif',
  },
  {
    file: 'lib_jit.c',
    find: /#if LJ_HASJIT\n {2}if \(L->base < L->top && tvisnumber\(L->base\)\) \{\n {4}int traceno[\s\S]*?#endif/,
    replace: '  if (L->base < L->top && tvisnumber(L->base)) return 0;',
  },
  {
    file: 'lib_jit.c',
    find: 'lua_pushliteral(L, LUAJIT_VERSION);',
    replace: 'lua_pushliteral(L, "LuaJIT 2.1.ROLLING");',
  },
  { file: 'lj_arch.h', find: '#define LJ_OS_NAME	"Other"', replace: '#define LJ_OS_NAME	"Linux"' },
  { file: 'lj_arch.h', find: '#define LJ_ARCH_NAME		"x86"', replace: '#define LJ_ARCH_NAME		"x64"' },
  {
    file: 'lib_io.c',
    find: '#if LJ_TARGET_POSIX || (LJ_TARGET_WINDOWS && !LJ_TARGET_XBOXONE && !LJ_TARGET_UWP)\n  const char *fname',
    replace: '#if 1\n  const char *fname',
  },
  { file: 'lib_io.c', find: '  iof->fp = _popen(fname, mode);', replace: '  iof->fp = popen(fname, mode);' },
  {
    file: 'lj_clib.c',
    find: 'lj_strfmt_pushf(L, fmt, name, "no support for this OS")',
    replace: 'lj_strfmt_pushf(L, fmt, name, "native code is not available to scripts here")',
  },
  {
    file: 'lj_clib.c',
    find: '"no support for loading dynamic libraries for this OS"',
    replace: '"native code is not available to scripts here"',
  },
  {
    file: 'lj_errmsg.h',
    find: '"no support for callbacks on this OS"',
    replace: '"callbacks from native code are not available to scripts here"',
  },
  {
    file: 'lj_cparse.c',
    why: 'fields are aligned as on x64',
    find: '#if (LJ_TARGET_X86 && !LJ_ABI_WIN) || (LJ_TARGET_ARM && __APPLE__)',
    replace: '#if 0',
  },
  {
    file: 'lj_state.c',
    why: 'compiled code, which any runaway recursion ends up in, names the line where the stack overflows',
    find: '	L->top = L->base;\n	setframe_gc(L->base - 1 - LJ_FR2, obj2gco(L), LJ_TTHREAD);\n      }\n    }\n',
    replace: '	L->top = L->base;\n	violates = 1;\n      }\n    }\n',
  },
  {
    file: 'lj_state.c',
    find: '      lj_err_stkov(L);  /* May invoke an error handler. */',
    replace:
      '      if (violates) {\n	lj_debug_addloc(L, err2msg(LJ_ERR_STKOV), L->base-1, NULL);\n	setframe_gc(L->base - 1 - LJ_FR2, obj2gco(L), LJ_TTHREAD);\n	lj_err_run(L);\n      }\n      lj_err_stkov(L);  /* May invoke an error handler. */',
  },
  {
    file: 'lj_state.c',
    find: '      GCstr *em = lj_err_str(L, LJ_ERR_STKOV);  /* Might OOM. */\n',
    replace:
      '      GCstr *em;\n      if (violates) setframe_gc(L->base - 1 - LJ_FR2, obj2gco(L), LJ_TTHREAD);\n      em = lj_err_str(L, LJ_ERR_STKOV);  /* Might OOM. */\n',
  },
  {
    file: 'lj_state.c',
    find: '  MSize n = L->stacksize + need;\n',
    replace: '  MSize n = L->stacksize + need;\n  int violates = 0;\n',
  },
  {
    file: 'lj_state.c',
    find: '#include "lj_vm.h"\n',
    replace: '#include "lj_vm.h"\n#include "lj_debug.h"\n#include "interp.h"\n',
  },
  {
    file: 'lj_ccall.c',
    why: 'there is no native code to call',
    find: '    lj_vm_ffi_call(&cc);',
    replace: '    lj_err_callermsg(L, "ffi: native functions are not available to scripts here");',
  },
]
