import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
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

test('the machine is small enough to load with the page', () => {
  const bytes = readFileSync(new URL('./lua.generated.wasm', import.meta.url))
  expect(gzipSync(bytes, { level: 9 }).length).toBeLessThan(120_000)
})

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

  test.each([
    ['index', 'local a\nlocal b = a.x'],
    ['call', 'local a\nlocal b = a()'],
    ['call of a field', 'local a = {}\nlocal b = a.b.c()'],
    ['tail call', 'local a\ndo return a() end'],
    ['arithmetic', 'local a\nlocal b = a + a'],
    ['arithmetic with a constant', 'local a\nlocal b = 2 ^ a'],
    ['negation', 'local a\nlocal b = -a'],
    ['length', 'local a\nlocal b = #a'],
    ['concatenation', 'local a\nlocal b = "x" .. a'],
    ['comparison', 'local a\nlocal b = a < 1'],
    ['assignment', 'local a\na.x = 1'],
    ['assignment at nil', 'local a = {}\na[nil] = 1'],
    ['for', 'local a\nfor i = 1, a do end'],
    ['for in', 'local a\nfor k in a do end'],
    ['global', 'local a\nmissing.x = 1'],
  ])('the line and the locals of a failed %s', (_, source) => {
    const { vm, run } = machine()
    const { L } = run(`local up = 1\n${source}\nlocal later = up`)
    const [frame] = frames(vm, L)
    expect(frame).toMatchObject({ what: 'main', line: 3 })
    expect(frame?.locals.map(({ name }) => name)).toEqual(['up', 'a'])
    expect(traceback(vm, L)).toMatch(/:3: in main chunk/)
  })

  test('values are cut to a line, however long they are', () => {
    const { vm, run } = machine()
    const { L } = run(
      'local s = ("x"):rep(1e7) .. "y" local t = { [s] = s, 1, { 2 } } local k = { ["a b"] = "q\\"\\0\\n" } error("no")',
    )
    const values = new Map(frames(vm, L)[1]!.locals.map(({ name, value }) => [name, value]))
    expect(values.get('s')).toBe(`"${'x'.repeat(120)}"... (10000001 bytes)`)
    expect(values.get('t')).toMatch(/^\{1, \{2\}, \.\.\.\}$/)
    expect(values.get('k')).toBe('{["a b"] = "q\\"\\0\\n"}')
  })

  test('what scripts see of a failed coroutine is as in LuaJIT', () => {
    const { vm, run } = machine()
    const { L } = run(
      'local co = coroutine.create(function() local a; return a.x end) coroutine.resume(co) ' +
        'return debug.getinfo(co, 0, "l").currentline .. tostring(debug.getlocal(co, 0, 1))',
    )
    expect(vm.toString(L, -1)).toBe('-1(*temporary)')
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
  test.each([
    'while true do end',
    'while true do pcall(function() while true do end end) end',
    'xpcall(function() while true do end end, function() while true do end end)',
    'local co = coroutine.wrap(function() while true do end end) pcall(co) while true do pcall(co) end',
    'while true do ("a"):rep(30):match(("a*"):rep(20) .. "b") end',
  ])('the budget ends %s, and the machine goes on', (source) => {
    const { vm, run } = machine()
    expect(run(source).result).toMatchObject({ status: 'error', kind: 'budget' })
    expect(vm.budgetLeft()).toBeLessThan(0)
    vm.setBudget(1_000)
    const { L, result } = run('return pcall(function() return 7 end)')
    expect(result).toEqual({ status: 'done', count: 2 })
    expect(vm.toNumber(L, -1)).toBe(7)
  })

  test('the budget counts instructions the same way each time', () => {
    const spent = () => {
      const { vm, run } = machine()
      run('local t = {} for i = 1, 100 do t[i] = ("x"):rep(i):upper() end return table.concat(t)')
      return 1_000_000 - vm.budgetLeft()
    }
    expect(spent()).toBe(spent())
    expect(spent()).toBeGreaterThan(500)
  })

  test('memory past the limit is a Lua error, which pcall catches', () => {
    const { vm, run } = machine({ memoryLimit: 4 * 1024 * 1024 })
    vm.setBudget(1e9)
    expect(run('local t = {} for i = 1, 1e9 do t[i] = i end').result).toMatchObject({
      kind: 'memory',
      message: 'not enough memory',
    })
    const { L } = run('return pcall(string.rep, "x", 1e8)')
    expect(vm.toString(L, -1)).toBe('not enough memory')
  })

  test('memory that runs out inside a host function is a Lua error too', () => {
    const { vm, run } = machine({ memoryLimit: 4 * 1024 * 1024 })
    vm.pushFunction(vm.main, (L) => {
      vm.pushString(L, 'y'.repeat(8 * 1024 * 1024))
      return 1
    })
    vm.setGlobal(vm.main, 'big')
    const { L } = run('return pcall(big)')
    expect(vm.toString(L, -1)).toBe('not enough memory')
  })

  test('runaway recursion is a stack overflow', () => {
    const { run } = machine()
    expect(run('local function f() return 1 + f() end f()').result).toMatchObject({
      kind: 'runtime',
      message: '[string "local function f() return 1 + f() end f()"]:1: stack overflow',
    })
  })

  test('a bug in a host function goes through and the machine is dead', () => {
    const { vm, run } = machine()
    vm.pushFunction(vm.main, () => {
      throw new TypeError('a bug')
    })
    vm.setGlobal(vm.main, 'f')
    expect(() => run('pcall(f)')).toThrow('a bug')
    expect(() => run('return 1')).toThrow('a bug')
  })

  test('a machine that stops says so, once and for all', () => {
    const { run } = machine()
    const smash = 'local ffi = require("ffi") ffi.cast("int *", 2^31 - 8)[0] = 1'
    expect(() => run(smash)).toThrow(LuaTrap)
    expect(() => run('return 1')).toThrow(LuaTrap)
  })
})

describe('the outside', () => {
  test('time comes from the host', () => {
    let now = 1_700_000_000_000
    const { vm, run } = machine({ now: () => now })
    now += 2_500
    const { L } = run('return os.time() .. " " .. os.date("!%Y-%m-%d %H:%M:%S") .. " " .. os.clock()')
    expect(vm.toString(L, -1)).toBe('1700000002 2023-11-14 22:13:22 2.5')
  })

  test('files and processes are refused with a message, and the host hears of it', () => {
    const refused: string[] = []
    const { vm, run } = machine({ refused: (what: string) => refused.push(what) })
    const { L } = run('local f, e = io.open("/etc/passwd") return tostring(f) .. " " .. e')
    expect(vm.toString(L, -1)).toBe('nil /etc/passwd: files are not available to scripts here')
    expect(run('os.exit(1)').result).toMatchObject({ message: expect.stringContaining('os.exit is not available') })
    run('os.execute("ls")')
    expect(refused).toEqual(['files', 'processes', 'processes'])
  })

  test('the environment is what the host says', () => {
    const { vm, run } = machine({ env: (name: string) => (name === 'POD_NAME' ? 'pod-1' : undefined) })
    const { L } = run('return tostring(os.getenv("POD_NAME")) .. tostring(os.getenv("HOME"))')
    expect(vm.toString(L, -1)).toBe('pod-1nil')
  })

  test('output comes line by line', () => {
    const { run, printed } = machine()
    run('print("a", 1, nil) io.write("b", "c") print() io.write("no newline")')
    expect(printed).toEqual(['a\t1\tnil', 'bc', 'no newline'])
  })
})
