import { describe, expect, test } from 'vitest'
import { LuaPool } from '../../src/lua/vm/pool.ts'
import { loadLuaModule } from '../../src/lua/vm/vm.node.ts'
import { LuaTrap, LuaVm } from '../../src/lua/vm/vm.ts'
import { families, hostileScripts } from './hostile.ts'

const budget = 60_000
const memoryLimit = 32 * 1024 * 1024
/** No script may take longer than this, in milliseconds; with this budget the slowest takes some 50. */
const longest = 2_000
const module = loadLuaModule()

function run(vm: LuaVm, source: string, instructions = budget) {
  vm.setBudget(instructions)
  const L = vm.newThread()
  const loaded = vm.load(L, source)
  return loaded.status === 'error' ? loaded : vm.resume(L)
}

/** A script that uses a little of everything; only a sound machine answers it right. */
const probe = `
  local t = {}
  for word in ("one two three"):gmatch("%a+") do t[#t + 1] = word:upper() end
  table.sort(t)
  local ok, message = pcall(function() local x; return x.y end)
  local co = coroutine.wrap(function(a) local b = coroutine.yield(a * 2) return b + 1 end)
  return table.concat(t, ",") .. "|" .. message .. "|" .. co(4) + co(1) .. "|" .. string.format("%5.2f", 2 / 3)`
const answer = `ONE,THREE,TWO|probe:5: attempt to index local 'x' (a nil value)|10| 0.67`

function soundAfter(vm: LuaVm): string | undefined {
  vm.setBudget(budget)
  const L = vm.newThread()
  const loaded = vm.load(L, probe, '=probe')
  const result = loaded.status === 'error' ? loaded : vm.resume(L)
  return result.status === 'error' ? result.message : vm.toString(L, -1)
}

describe('hostile scripts', () => {
  const scripts = hostileScripts(1_000)

  test('are many, of many kinds', () => {
    expect(Object.keys(families).length).toBeGreaterThanOrEqual(25)
    expect(new Set(scripts.map((script) => script.source)).size).toBeGreaterThan(500)
  })

  test('end within their budget, and the next run is right', { timeout: 240_000 }, () => {
    const late: string[] = []
    const wrong: string[] = []
    const ends: Record<string, number> = {}
    for (const { name, source } of scripts) {
      const vm = new LuaVm(module, { memoryLimit })
      const start = performance.now()
      let end: string
      try {
        const result = run(vm, source)
        end = result.status === 'error' ? result.kind : result.status
      } catch (error) {
        if (!(error instanceof LuaTrap)) throw error
        end = `trap ${error.reason}`
        expect(() => run(vm, 'return 1')).toThrow(LuaTrap)
      }
      if (performance.now() - start > longest) late.push(name)
      ends[end] = (ends[end] ?? 0) + 1
      if (soundAfter(new LuaVm(module)) !== answer) wrong.push(name)
    }
    expect(late).toEqual([])
    expect(wrong).toEqual([])
    expect(ends.syntax).toBeUndefined()
    expect(ends.budget).toBeGreaterThan(700)
  })

  test('harm no machine that shares instances with theirs', { timeout: 240_000 }, () => {
    const pool = new LuaPool(module, 2)
    const kept = Array.from({ length: 3 }, (_, n) => {
      const vm = new LuaVm(pool, { memoryLimit })
      expect(run(vm, `local count = ${n} function next_count() count = count + 1 return count end`).status).toBe('done')
      return vm
    })
    const counts = (vm: LuaVm) => {
      const L = vm.newThread()
      vm.setBudget(budget)
      vm.getGlobal(L, 'next_count')
      return vm.resume(L).status === 'done' ? vm.toNumber(L, -1) : undefined
    }
    const wrong: string[] = []
    for (const [i, { name, source }] of scripts.slice(0, 300).entries()) {
      try {
        run(new LuaVm(pool, { memoryLimit }), source)
      } catch (error) {
        if (!(error instanceof LuaTrap)) throw error
      }
      if (!kept.every((vm, n) => counts(vm) === n + i + 1)) wrong.push(name)
    }
    expect(wrong).toEqual([])
    for (const vm of kept) expect(soundAfter(vm)).toBe(answer)
  })

  test('leave a machine that still answers when they only ran out of budget', () => {
    const vm = new LuaVm(module)
    for (const source of [
      'while true do end',
      'while true do pcall(function() while true do end end) end',
      'local co = coroutine.wrap(function() while true do end end) while true do pcall(co) end',
      'while true do xpcall(error, function() while true do end end) end',
      'while true do ("a"):rep(50):find(("a*"):rep(20) .. "b") end',
    ]) {
      expect(run(vm, source)).toMatchObject({ status: 'error', kind: 'budget' })
      expect(soundAfter(vm)).toBe(answer)
    }
  })

  test('get a stack overflow as LuaJIT words it', () => {
    const vm = new LuaVm(module)
    expect(run(vm, 'local function f() return 1 + f() end f()', 10 * budget)).toMatchObject({
      message: expect.stringMatching(/:1: stack overflow$/),
    })
    expect(run(vm, 'local function f(s) return (s:gsub(".", f)) end f("abc")', 10 * budget)).toMatchObject({
      message: expect.stringMatching(/stack overflow/),
    })
    expect(soundAfter(vm)).toBe(answer)
  })
})
