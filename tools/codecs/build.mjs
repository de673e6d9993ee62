#!/usr/bin/env node
/**
 * Builds src/filters/common/compression/codecs.generated.wasm: zlib-ng, brotli and zstd of the releases whose output is Envoy 1.40's, from
 * the crates that pack them. Needs cargo, clang-19 with wasm-ld and wasi-libc (Debian: clang-19 lld-19 wasi-libc
 * libclang-rt-19-dev-wasm32). The result is committed; run `node tools/codecs/build.mjs` after a change here.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'

const crates = { 'libz-ng-sys': '=1.1.32', 'compu-brotli-sys': '=1.2.1', 'zstd-sys': '=2.1.3' }

const here = fileURLToPath(new URL('.', import.meta.url))
const output = fileURLToPath(new URL('../../src/filters/common/compression/codecs.generated.wasm', import.meta.url))
const cache = `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/chainwright-codecs`
const clang = process.env.CLANG ?? 'clang-19'

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
}

function fetchSources() {
  if (existsSync(`${cache}/vendor`)) return
  mkdirSync(`${cache}/src`, { recursive: true })
  writeFileSync(`${cache}/src/lib.rs`, '')
  const dependencies = Object.entries(crates).map(([name, version]) => `${name} = "${version}"`)
  const head = '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n'
  writeFileSync(`${cache}/Cargo.toml`, `${head}${dependencies.join('\n')}\n`)
  execFileSync('cargo', ['vendor', 'vendor'], { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** What zlib-ng's configure script makes of its headers. */
function configureZlib(zlib) {
  for (const name of ['zlib-ng.h', 'zlib_name_mangling-ng.h'])
    writeFileSync(`${zlib}/${name}`, readFileSync(`${zlib}/${name}.in`, 'utf8').replaceAll('@ZLIB_SYMBOL_PREFIX@', ''))
  cpSync(`${zlib}/zconf-ng.h.in`, `${zlib}/zconf-ng.h`)
  rmSync(`${zlib}/zlib_name_mangling-ng.h`)
  cpSync(`${zlib}/zlib_name_mangling.h.empty`, `${zlib}/zlib_name_mangling-ng.h`)
  writeFileSync(`${zlib}/gzread_mangle.h`, '')
}

const sourcesIn = (folder, skip = /^$/) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c') && !skip.test(name))
    .map((name) => `${folder}/${name}`)

fetchSources()
const work = `${cache}/work`
rmSync(work, { recursive: true, force: true })
mkdirSync(work, { recursive: true })
const zlib = `${work}/zlib`
const brotli = `${work}/brotli`
const zstd = `${work}/zstd`
cpSync(`${cache}/vendor/libz-ng-sys/src/zlib-ng`, zlib, { recursive: true })
cpSync(`${cache}/vendor/compu-brotli-sys/brotli/c`, brotli, { recursive: true })
cpSync(`${cache}/vendor/zstd-sys/zstd/lib`, zstd, { recursive: true })
configureZlib(zlib)

const files = [
  `${here}c/codecs.c`,
  ...sourcesIn(zlib, /^(gz|compress|uncompr|infback|cpu_features)/),
  ...sourcesIn(`${zlib}/arch/generic`),
  ...['common', 'enc', 'dec'].flatMap((part) => sourcesIn(`${brotli}/${part}`)),
  ...['common', 'compress', 'decompress'].flatMap((part) =>
    sourcesIn(`${zstd}/${part}`, /^(zstdmt|pool|threading|debug)/),
  ),
]
const resource = execFileSync(clang, ['-print-resource-dir'], { encoding: 'utf8' }).trim()
run(
  clang,
  [
    '--target=wasm32-wasi',
    ...['-Oz', '-flto', '-w', '-DNDEBUG', '-DDISABLE_RUNTIME_CPU_DETECTION', '-DZSTD_DISABLE_ASM', '-DDEBUGLEVEL=0'],
    ...['-DDYNAMIC_BMI2=0', '-DXXH_NAMESPACE=ZSTD_'],
    ...[`-I${zlib}`, `-I${brotli}/include`, `-I${zstd}`],
    ...files,
    ...['-nostdlib', '-nostartfiles', '-fuse-ld=lld', '-lc', `${resource}/lib/wasi/libclang_rt.builtins-wasm32.a`],
    ...['--no-entry', '--gc-sections', '--strip-all', '--stack-first', '-z,stack-size=262144'].map(
      (each) => `-Wl,${each}`,
    ),
    ...['malloc', 'free', 'codec_open', 'codec_run', 'codec_close', 'codec_left_in', 'codec_left_out'].map(
      (name) => `-Wl,--export=${name}`,
    ),
    ...['-o', output],
  ],
  work,
)
console.log(`${output}: ${statSync(output).size} bytes`)
