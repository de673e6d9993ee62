import { readdirSync, readFileSync } from 'node:fs'
import { loadLuaModule } from '../../src/lua/vm/vm.node.ts'
import { LuaVm } from '../../src/lua/vm/vm.ts'

const directory = new URL('./snippets/', import.meta.url)

/** A piece of Lua whose output was recorded; `name` is its file and its place in it, from 1. */
export interface Snippet {
  name: string
  source: string
}

/** P and X are pcall and xpcall with all they answer in one string. It stands on the line of the snippet itself. */
const protect =
  'local function J(...) local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end return table.concat(t, "~") end ' +
  'local function P(...) return J(pcall(...)) end local function X(...) return J(xpcall(...)) end '

/** All snippets: each line of a `.lines.lua` file, each part of a `.blocks.lua` file between lines `----`. */
export function snippets(): Snippet[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.lua'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, directory), 'utf8')
      const parts = file.endsWith('.lines.lua') ? text.split('\n') : text.split(/^----$/m)
      const prelude = file.endsWith('.lines.lua') ? protect : ''
      const sources = parts.map((part) => part.trim()).filter((part) => part !== '')
      return sources.map((source, i) => ({ name: `${file.split('.')[0]} ${i + 1}`, source: prelude + source }))
    })
}

/**
 * Runs a snippet in a fresh machine as the recorder runs it in Envoy: compiled under the name `=t`, in a coroutine. The
 * answer is what it printed, and its error after `LOADERR ` or `ERR `, with addresses masked.
 */
export function runSnippet(source: string): string {
  const out: string[] = []
  const vm = new LuaVm(loadLuaModule(), { print: (text) => out.push(`${text}\n`), now: () => 1_700_000_000_000 })
  vm.setBudget(200_000_000)
  const L = vm.newThread()
  const loaded = vm.load(L, source, '=t')
  if (loaded.status === 'error') out.push(`LOADERR ${loaded.message}\n`)
  else {
    const result = vm.resume(L)
    if (result.status === 'error') {
      vm.getGlobal(L, 'tostring')
      vm.insert(L, -2)
      vm.call(L, 1)
      out.push(`ERR ${vm.toString(L, -1)}\n`)
    }
  }
  return mask(out.join(''))
}

/** Hides what differs from run to run: addresses. */
export function mask(output: string): string {
  return output.replace(
    /\b(at |table|function|userdata|thread|cdata<[^>]*>|file \(|proto)(: ?)?0x(?:[0-9a-f]{12}|[0-9a-f]{8})/g,
    '$1$20xADDRESS',
  )
}
