/**
 * Measures the Lua virtual machine: `npx tsx tools/lua-vm/bench.ts` prints JSON, times in milliseconds (the median of many).
 * The script is one of 20 lines that reads and writes headers through host functions, as a filter's does.
 */
import { loadLuaModule } from '../../src/lua/vm/vm.node.ts'
import { LuaVm } from '../../src/lua/vm/vm.ts'

const module = loadLuaModule()

const script = `
local counter = 0
local function split(path)
  return path:match("^([^?]*)%??(.*)$")
end
function envoy_on_request(handle)
  counter = counter + 1
  local headers = handle:headers()
  local path, query = split(headers:get(":path"))
  if path:sub(1, 4) == "/api" then
    headers:add("x-api-version", path:match("/(v%d+)/") or "none")
  end
  headers:replace("x-query", query)
  if headers:get("x-token") == "abc" then
    headers:remove("x-token")
    headers:add("x-authenticated", "true")
  end
  for _, name in ipairs({ "user-agent", ":authority", ":method", "x-missing" }) do
    local value = headers:get(name)
    if value then headers:add("x-seen-" .. name:gsub("[^%w]", ""), string.upper(value)) end
  end
end`

/** A machine with the script loaded, and a function that runs it once on fresh headers. */
function prepared(): () => void {
  const vm = new LuaVm(module)
  vm.setBudget(1e15)
  const headersType = vm.defineType<Map<string, string>>('headers', {
    get: (L) => {
      const value = vm.checkObject(L, 1, headersType).get(vm.checkString(L, 2))
      if (value === undefined) vm.pushNil(L)
      else vm.pushString(L, value)
      return 1
    },
    add: (L) => {
      vm.checkObject(L, 1, headersType).set(vm.checkString(L, 2), vm.checkString(L, 3))
      return 0
    },
    replace: (L) => {
      vm.checkObject(L, 1, headersType).set(vm.checkString(L, 2), vm.checkString(L, 3))
      return 0
    },
    remove: (L) => {
      vm.checkObject(L, 1, headersType).delete(vm.checkString(L, 2))
      return 0
    },
  })
  const handleType = vm.defineType<Map<string, string>>('handle', {
    headers: (L) => {
      vm.pushObject(L, headersType, vm.checkObject(L, 1, handleType))
      return 1
    },
  })
  vm.load(vm.main, script)
  vm.call(vm.main)
  return () => {
    const headers = new Map([
      [':path', '/api/v1/users?id=5'],
      [':method', 'GET'],
      [':authority', 'example.com'],
      ['user-agent', 'curl/8.0'],
      ['x-token', 'abc'],
    ])
    const L = vm.newThread()
    vm.getGlobal(L, 'envoy_on_request')
    vm.pushObject(L, handleType, headers)
    const result = vm.resume(L, 1)
    if (result.status !== 'done' || headers.get('x-api-version') !== 'v1') throw new Error(JSON.stringify(result))
    vm.pop(vm.main)
  }
}

function median(times: number, run: () => void): number {
  const taken = Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  return Number(taken.sort((a, b) => a - b)[times >> 1]!.toFixed(4))
}

function compute(source: string): number {
  const vm = new LuaVm(module)
  vm.setBudget(1e15)
  vm.load(vm.main, source)
  const times = median(5, () => {
    vm.copy(vm.main, -1)
    vm.call(vm.main)
  })
  return times
}

const call = prepared()
median(2_000, call)
console.log(
  JSON.stringify(
    {
      freshMachine: median(200, () => new LuaVm(module)),
      firstCall: median(20, () => prepared()()),
      warmCall: median(20_000, call),
      fib27: compute('local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end fib(27)'),
      millionTables: compute('for i = 1, 1e6 do local t = { x = i } end'),
      hundredThousandMatches: compute('for i = 1, 1e5 do local a, b = ("key=value"):match("(%w+)=(%w+)") end'),
    },
    null,
    2,
  ),
)
