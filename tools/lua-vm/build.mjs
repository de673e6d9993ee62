#!/usr/bin/env node
/**
 * Builds src/lua/vm/lua.generated.wasm: LuaJIT from the crate luajit-src, with edits.mjs applied and its assembler replaced by
 * c/interp.c. Needs cargo, a host C compiler, clang-19 with wasm-ld and wasi-libc (Debian: clang-19 lld-19 wasi-libc
 * libclang-rt-19-dev-wasm32). The result is committed; run `node tools/lua-vm/build.mjs` after a change here.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { edits } from './edits.mjs'
import { cache, luajitSources } from './sources.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const output = fileURLToPath(new URL('../../src/lua/vm/lua.generated.wasm', import.meta.url))
const clang = process.env.CLANG ?? 'clang-19'
const hostCompiler = process.env.CC ?? 'cc'

// x86 is the 32-bit target with double numbers only, as Envoy's x64 build has them; the rest of it is never compiled.
const target = [
  '-DLUAJIT_TARGET=1',
  '-DLUAJIT_OS=0',
  '-DLUAJIT_DISABLE_JIT',
  '-DLUAJIT_DISABLE_PROFILE',
  '-DLUAJIT_DISABLE_VMEVENT',
  '-DLUAJIT_ENABLE_LUA52COMPAT',
  '-DLUAJIT_USE_SYSMALLOC',
  '-DLUAJIT_SECURITY_PRNG=0',
  '-DLJ_OS_NOJIT=1',
]

const libraries = ['base', 'math', 'bit', 'string', 'table', 'io', 'os', 'package', 'debug', 'jit', 'ffi', 'buffer']
const core =
  'alloc api bc bcread bcwrite buf carith ccall ccallback cconv cdata char clib cparse ctype debug dispatch err func gc lex lib ' +
  'load meta obj parse prng serialize state str strfmt strfmt_num strscan tab udata vmmath'

const exported = [
  ...['gettop', 'settop', 'checkstack', 'type', 'pushnil', 'pushboolean', 'pushnumber', 'pushlstring', 'pushvalue'],
  ...[
    'insert',
    'remove',
    'toboolean',
    'tolstring',
    'topointer',
    'rawequal',
    'createtable',
    'rawget',
    'rawset',
    'rawgeti',
  ],
  ...['rawseti', 'next', 'getmetatable', 'setmetatable', 'newthread', 'tothread', 'xmove', 'status', 'gc'],
].map((name) => `lua_${name}`)

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Applies the edits, each exactly where it says. */
function edit(directory) {
  for (const { file, find, replace } of edits) {
    const path = `${directory}/${file}`
    const text = readFileSync(path, 'latin1')
    const found = typeof find === 'string' ? text.split(find).length - 1 : (text.match(find) ?? []).length
    if (found === 0 || (found > 1 && !(find instanceof RegExp && find.global)))
      throw new Error(`${file}: expected one ${find}, found ${found}`)
    writeFileSync(
      path,
      typeof find === 'string' ? text.split(find).join(replace) : text.replace(find, replace),
      'latin1',
    )
  }
}

/** Runs LuaJIT's own generators: the lists of bytecodes and of library functions. */
function generate(src) {
  const build = readFileSync(`${src}/host/buildvm.c`, 'latin1')
  writeFileSync(
    `${src}/host/buildvm.c`,
    build.replace('if (sizeof(void *) != 4*LJ_32+8*LJ_64) {', 'if (0) {'),
    'latin1',
  )
  run(hostCompiler, ['-O1', '-w', '-o', 'host/minilua', 'host/minilua.c', '-lm'], src)
  run('./minilua', ['genversion.lua', '../luajit_rolling.h', '../luajit_relver.txt', '../luajit.h'], `${src}/host`)
  const dasm = ['../dynasm/dynasm.lua', '-D', 'ENDIAN_LE', '-D', 'FFI', '-D', 'FPU', '-o', 'host/buildvm_arch.h']
  run('./host/minilua', [...dasm, 'vm_x86.dasc'], src)
  const sources = readdirSync(`${src}/host`).filter((name) => /^buildvm\w*\.c$/.test(name))
  const flags = ['-O1', '-w', ...target, '-I.', '-I../dynasm', '-o', 'host/buildvm']
  run(hostCompiler, [...flags, ...sources.map((name) => `host/${name}`)], src)
  for (const kind of ['bcdef', 'ffdef', 'libdef', 'recdef'])
    run('./host/buildvm', ['-m', kind, '-o', `lj_${kind}.h`, ...libraries.map((name) => `lib_${name}.c`)], src)
}

function compile(src) {
  const common = [
    '--target=wasm32-wasi',
    '-mexception-handling',
    '-mllvm',
    '-wasm-enable-sjlj',
    '-mnontrapping-fptoint',
    '-w',
  ]
  const include = ['-isystem', `${here}c/include`, '-I.', `-I${here}c`]
  const lua = [...common, ...include, '-include', `${here}c/host.h`, ...target, '-flto']
  // setjmp's helpers are what code generation calls: they must stay out of link-time optimization.
  run(clang, [...common, ...include, '-O2', '-c', `${here}c/setjmp.c`], src)
  // The interpreter and what its instructions lean on are built for speed, the rest for size.
  const fast = ['str', 'tab', 'meta'].map((name) => `lj_${name}.c`)
  const small = [
    ...core.split(' ').map((name) => `lj_${name}.c`),
    ...['aux', 'init', ...libraries].map((name) => `lib_${name}.c`),
  ]
  const quick = ['interp.c', 'entry.c', 'budget.c']
  const ours = readdirSync(`${here}c`).filter((name) => name.endsWith('.c') && name !== 'setjmp.c')
  run(clang, [...lua, '-O2', '-c', ...quick.map((name) => `${here}c/${name}`), ...fast], src)
  const rest = ours.filter((name) => !quick.includes(name)).map((name) => `${here}c/${name}`)
  run(clang, [...lua, '-Oz', '-c', ...rest, ...small.filter((name) => !fast.includes(name))], src)
  const objects = [...fast, ...small, ...ours, 'setjmp.c'].map((name) => name.replace(/c$/, 'o'))
  const resource = execFileSync(clang, ['-print-resource-dir'], { encoding: 'utf8' }).trim()
  const link = [
    '-nostdlib',
    '-nostartfiles',
    '-fuse-ld=lld',
    '-lc',
    '-lm',
    `${resource}/lib/wasi/libclang_rt.builtins-wasm32.a`,
  ]
  const linker = [
    '-mllvm,-wasm-enable-sjlj',
    '-mllvm,-exception-model=wasm',
    '--no-entry',
    '--gc-sections',
    '--stack-first',
    '-z,stack-size=4194304',
  ]
  if (!process.env.LUA_NAMES) linker.push('--strip-all')
  // What is below __global_base is the stack: nothing of a machine at rest.
  linker.push(...['malloc', 'free', '__global_base', '__stack_pointer', ...exported].map((name) => `--export=${name}`))
  const options = linker.map((option) => `-Wl,${option}`)
  run(clang, [...common, '-O2', '-flto', ...new Set(objects), ...link, ...options, '-o', output], src)
}

const work = `${cache}/wasm`
rmSync(work, { recursive: true, force: true })
mkdirSync(work, { recursive: true })
for (const part of ['src', 'dynasm']) cpSync(`${luajitSources()}/${part}`, `${work}/${part}`, { recursive: true })
writeFileSync(`${work}/src/luajit_relver.txt`, '0')
edit(`${work}/src`)
generate(`${work}/src`)
compile(`${work}/src`)
console.log(`${statSync(output).size} bytes, ${gzipSync(readFileSync(output), { level: 9 }).length} gzip`)
