import { describe, expect, test } from 'vitest'
import { LuaPool } from './pool.ts'
import { loadLuaModule } from './vm.node.ts'
import { LuaTrap, LuaVm } from './vm.ts'

const module = loadLuaModule()

function machines(count: number, size: number, source: (n: number) => string) {
  const pool = new LuaPool(module, size)
  return Array.from({ length: count }, (_, n) => {
    const vm = new LuaVm(pool, { memoryLimit: 12 * 1024 * 1024 })
    vm.setBudget(1e9)
    expect(vm.load(vm.main, source(n))).toMatchObject({ status: 'done' })
    expect(vm.call(vm.main)).toMatchObject({ status: 'done' })
    return vm
  })
}

/** Calls a global function without arguments; its first result. */
function ask(vm: LuaVm, name: string): number | undefined {
  vm.setBudget(1e9)
  const L = vm.newThread()
  vm.getGlobal(L, name)
  const result = vm.resume(L)
  expect(result, name).toMatchObject({ status: 'done' })
  const answer = vm.toNumber(L, 1)
  vm.pop(vm.main)
  return answer
}

const counter = (n: number) => `
  local words = {}
  for i = 1, 50 do words[i] = ("word %d of ${n}"):format(i) end
  local count = ${n}
  function next_count() count = count + 1 words[#words + 1] = tostring(count) return count end
  function sum() local s = 0 for _, w in ipairs(words) do s = s + #w end return s end`

describe('machines that share instances', () => {
  test('keep what they know while others run', () => {
    const alone = machines(20, 20, counter)
    const sharing = machines(20, 3, counter)
    for (let round = 0; round < 5; round++)
      for (const order of [sharing.keys(), [...sharing.keys()].reverse()])
        for (const n of order) expect(ask(sharing[n]!, 'next_count')).toBe(ask(alone[n]!, 'next_count'))
    for (const [n, vm] of sharing.entries()) {
      expect(ask(vm, 'sum')).toBe(ask(alone[n]!, 'sum'))
      vm.collectGarbage()
    }
  })

  test('keep coroutines that wait, objects, host functions and hooks', () => {
    const pool = new LuaPool(module, 2)
    const waiting = Array.from({ length: 6 }, (_, n) => {
      const lines: number[] = []
      const vm = new LuaVm(pool)
      vm.setBudget(1e9)
      const type = vm.defineType<number>('box', {
        get: (L) => {
          vm.pushNumber(L, vm.checkObject(L, 1, type))
          return 1
        },
      })
      vm.pushObject(vm.main, type, n * 10)
      vm.setGlobal(vm.main, 'box')
      vm.pushFunction(vm.main, () => vm.yield(0))
      vm.setGlobal(vm.main, 'wait')
      vm.setLineHook((_L, line) => lines.push(line))
      const L = vm.newThread()
      vm.load(L, `local kept = "kept" .. ${n}\nlocal got = wait()\nreturn kept .. got .. box:get()`)
      expect(vm.resume(L)).toEqual({ status: 'yield', count: 0 })
      return { vm, L, lines }
    })
    for (const [n, { vm, L, lines }] of waiting.entries()) {
      vm.pushString(L, `-${n}-`)
      expect(vm.resume(L, 1)).toEqual({ status: 'done', count: 1 })
      expect(vm.toString(L, -1)).toBe(`kept${n}-${n}-${n * 10}`)
      expect(lines).toEqual([1, 2, 3])
    }
  })

  test('may call each other, more than there are instances', () => {
    const pool = new LuaPool(module, 2)
    const chain: LuaVm[] = []
    for (let n = 0; n < 5; n++) {
      const vm = new LuaVm(pool)
      vm.setBudget(1e9)
      const inner = chain[n - 1]
      vm.pushFunction(vm.main, (L) => {
        vm.pushNumber(L, inner ? ask(inner, 'run')! : 1)
        return 1
      })
      vm.setGlobal(vm.main, 'inner')
      vm.load(vm.main, 'local times = 0 function run() times = times + 1 return inner() * 2 + times end')
      vm.call(vm.main)
      chain.push(vm)
    }
    expect(ask(chain[4]!, 'run')).toBe(63)
    expect(ask(chain[4]!, 'run')).toBe(94)
    expect(ask(chain[0]!, 'run')).toBe(5)
  })

  test('die alone', () => {
    const sharing = machines(6, 2, (n) =>
      n === 3 ? 'function next_count() local ffi = require("ffi") ffi.cast("int *", 2^31 - 8)[0] = 1 end' : counter(n),
    )
    for (let round = 1; round < 4; round++)
      for (const [n, vm] of sharing.entries()) {
        if (n === 3) expect(() => ask(vm, 'next_count')).toThrow(LuaTrap)
        else expect(ask(vm, 'next_count')).toBe(n + round)
      }
  })

  test('do not see what another left in their instance', () => {
    const vandal = `function next_count()
      local ffi = require("ffi")
      for at = 65536, collectgarbage("count") * 1024 + 4194304, 4096 do ffi.cast("int *", at)[0] = 0x55555555 end
    end`
    const sharing = machines(4, 1, (n) => (n === 1 ? vandal : counter(n)))
    const asked = (n: number) => ask(sharing[n]!, 'next_count')
    expect(asked(0)).toBe(1)
    try {
      asked(1)
    } catch (error) {
      expect(error).toBeInstanceOf(LuaTrap)
    }
    expect([asked(0), asked(2), asked(3), asked(0)]).toEqual([2, 3, 4, 3])
  })

  test('keep their memory, and their limit, when they have grown', () => {
    const sharing = machines(
      5,
      2,
      (n) => `local kept = {}
        function next_count() for i = 1, ${n * 20} do kept[#kept + 1] = ("x"):rep(1e4) .. #kept end return #kept end
        function fill() local ok, e = pcall(function() while true do next_count() end end) kept = {} return e == "not enough memory" and 1 or 0 end`,
    )
    for (const [n, vm] of sharing.entries()) expect(ask(vm, 'next_count')).toBe(n * 20)
    for (const [n, vm] of sharing.entries()) expect(ask(vm, 'next_count')).toBe(n * 40)
    expect(ask(sharing[4]!, 'fill')).toBe(1)
    expect(ask(sharing[3]!, 'next_count')).toBe(180)
    expect(ask(sharing[4]!, 'next_count')).toBe(80)
    expect(ask(sharing[3]!, 'fill')).toBe(1)
  })
})

test('five hundred machines are made and asked in turn', () => {
  const many = machines(500, 16, counter)
  for (let round = 1; round < 3; round++)
    for (const [n, vm] of many.entries()) expect(ask(vm, 'next_count')).toBe(n + round)
})
