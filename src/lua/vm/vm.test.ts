import { describe, expect, test } from 'vitest'
import { frames, traceback } from './frames.ts'
import { loadLuaModule } from './vm.node.ts'
import { LuaArgumentError, LuaError, LuaTrap, LuaVm } from './vm.ts'

function machine(options = {}) {
  const printed: string[] = []
  const vm = new LuaVm(loadLuaModule(), { print: (text) => printed.push(text), ...options })
  vm.setBudget(1_000_000)
  const run = (source: string) => {
    const L = vm.newThread()
    const loaded = vm.load(L, source)
    return loaded.status === 'error' ? { L, result: loaded } : { L, result: vm.resume(L) }
  }
  return { vm, printed, run }
}

describe('running', () => {
  test('names the chunk after its first line, as Envoy does', () => {
    const { run } = machine()
    const { result } = run(
      'function envoy_on_request(request_handle)\n  local t\n  return t.x\nend\nenvoy_on_request()',
    )
    expect(result).toMatchObject({
      status: 'error',
      kind: 'runtime',
      message: `[string "function envoy_on_request(request_handle)..."]:3: attempt to index local 't' (a nil value)`,
    })
  })

  test('reports syntax errors', () => {
    const { run } = machine()
    expect(run('x = = 1').result).toMatchObject({ status: 'error', kind: 'syntax' })
  })

  test('yields from a host function and returns the values it is resumed with', () => {
    const { vm, run, printed } = machine()
    vm.pushFunction(vm.main, (L) => {
      vm.pushString(L, 'wanted')
      return vm.yield(1)
    })
    vm.setGlobal(vm.main, 'ask')
    const { L, result } = run('local ok, answer = pcall(ask, 1) print(ok, answer) return 7')
    expect(result).toEqual({ status: 'yield', count: 1 })
    expect(vm.toString(L, -1)).toBe('wanted')
    vm.pop(L)
    vm.pushString(L, 'given')
    expect(vm.resume(L, 1)).toEqual({ status: 'done', count: 1 })
    expect(vm.toNumber(L, -1)).toBe(7)
    expect(printed).toEqual(['true\tgiven'])
  })

  test('keeps every byte of a string', () => {
    const { vm, run } = machine()
    const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
    vm.pushString(vm.main, all)
    vm.setGlobal(vm.main, 'all')
    const { L } = run('return all .. #all')
    expect(vm.toString(L, -1)).toBe(`${all}256`)
    expect(vm.toBytes(L, -1)?.slice(0, 256)).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i))
  })
})

describe('host functions', () => {
  test('raise errors with the position of the caller', () => {
    const { vm, run } = machine()
    vm.pushFunction(vm.main, () => {
      throw new LuaError('not now')
    })
    vm.setGlobal(vm.main, 'f')
    expect(run('\nf()').result).toMatchObject({ message: '[string "..."]:2: not now' })
  })

  test('word argument errors as Lua does, for functions and for methods', () => {
    const { vm, run } = machine()
    const type = vm.defineType<object>('Handle', {
      get: (L) => {
        vm.checkString(L, 2)
        return 0
      },
      respond: (L) => {
        throw new LuaArgumentError(1, vm.typeError(L, 3, 'table').message)
      },
    })
    vm.pushObject(vm.main, type, {})
    vm.setGlobal(vm.main, 'handle')
    expect(run('handle:get({})').result).toMatchObject({
      message: `[string "handle:get({})"]:1: bad argument #1 to 'get' (string expected, got table)`,
    })
    expect(run('handle.get(handle)').result).toMatchObject({
      message: `[string "handle.get(handle)"]:1: bad argument #2 to 'get' (string expected, got no value)`,
    })
  })

  test('objects come back as the JavaScript value and are released when collected', () => {
    const { vm, run } = machine()
    const value = { name: 'x' }
    const seen: unknown[] = []
    const type = vm.defineType<object>('T', {
      touch: (L) => {
        seen.push(vm.checkObject(L, 1, type))
        return 0
      },
    })
    vm.pushObject(vm.main, type, value)
    vm.setGlobal(vm.main, 'o')
    run('o:touch() o = nil')
    vm.collectGarbage()
    vm.collectGarbage()
    expect(seen[0]).toBe(value)
    expect(type.objects.size).toBe(0)
  })
})

describe('what the error report shows', () => {
  test('frames with the values of locals at the error', () => {
    const { vm, run } = machine()
    const { L } = run(
      'local function inner(a)\n  local b = { 1, 2, x = "y" }\n  error("no")\nend\nlocal z = 5\ninner("s")\n',
    )
    const lua = frames(vm, L).filter((frame) => frame.what !== 'C')
    expect(lua[0]).toMatchObject({ name: 'inner', line: 3, lineDefined: 1 })
    expect(lua[0]?.locals).toEqual([
      { name: 'a', value: '"s"' },
      { name: 'b', value: '{1, 2, x = "y"}' },
    ])
    expect(lua[1]?.locals.at(-1)).toEqual({ name: 'z', value: '5' })
    expect(traceback(vm, L)).toContain('stack traceback:')
  })

  test('the line hook sees each line with its locals', () => {
    const { vm, run } = machine()
    const steps: string[] = []
    vm.setLineHook((L, line) => {
      const frame = frames(vm, L, { maxFrames: 1 })[0]
      steps.push(`${line}: ${frame?.locals.map((local) => `${local.name}=${local.value}`).join(' ')}`)
    })
    run('local a = 1\nlocal b = a + 1\nreturn b')
    expect(steps).toEqual(['1: ', '2: a=1', '3: a=1 b=2'])
  })
})

describe('safety', () => {
  test('the budget ends a loop', () => {
    const { run } = machine()
    expect(run('while true do end').result).toMatchObject({ kind: 'budget' })
  })

  test('memory past the limit is a Lua error', () => {
    const { run } = machine({ memoryLimit: 4 * 1024 * 1024 })
    expect(run('local t = {} for i = 1, 1e9 do t[i] = i end').result).toMatchObject({ kind: 'memory' })
  })

  test('a bug in a host function goes through and the machine is dead', () => {
    const { vm, run } = machine()
    vm.pushFunction(vm.main, () => {
      throw new TypeError('a bug')
    })
    vm.setGlobal(vm.main, 'f')
    expect(() => run('f()')).toThrow('a bug')
    expect(() => run('return 1')).toThrow('a bug')
    expect(LuaTrap).toBeDefined()
  })
})
