import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Compiles the probe and puts it into the recorded cases that carry it.
const here = import.meta.dirname
const cases = join(here, '../../src/filters/http/wasm/cases')
const work = mkdtempSync(join(tmpdir(), 'chainwright-probe-'))
try {
  const module = join(work, 'probe.wasm')
  const link = ['--no-entry', '--strip-all', '-z,stack-size=16384'].map((flag) => `-Wl,${flag}`)
  execFileSync('clang-19', ['--target=wasm32', '-Oz', '-nostdlib', ...link, '-o', module, join(here, 'probe.c')], {
    stdio: 'inherit',
  })
  const bytes = readFileSync(module).toString('base64')
  for (const name of readdirSync(cases)) {
    const file = join(cases, name)
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/inline_bytes: \S{1000,}/g, `inline_bytes: ${bytes}`))
  }
} finally {
  rmSync(work, { recursive: true })
}
