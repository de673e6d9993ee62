import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cache, luajitSources } from './sources.mjs'

/**
 * The path of LuaJIT's own executable, built as Envoy builds it and kept outside the repository.
 * @returns {string}
 */
export function nativeLuajit() {
  const directory = `${cache}/native`
  const executable = `${directory}/src/luajit`
  if (!existsSync(executable)) {
    mkdirSync(directory, { recursive: true })
    cpSync(luajitSources(), directory, { recursive: true })
    writeFileSync(`${directory}/.relver`, '0')
    const flags = ['CCDEBUG=', 'XCFLAGS=-DLUAJIT_ENABLE_LUA52COMPAT -DLUAJIT_ENABLE_GC64', 'BUILDMODE=static']
    execFileSync('make', ['-C', `${directory}/src`, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return executable
}
