import { describe, expect, test } from 'vitest'
import { completeLua, definitionLua, diagnoseLua, hoverLua, renameLua, signatureLua } from './index.ts'

/** The script without its `|`, and where that stood. */
function caret(text: string): [string, number] {
  const offset = text.indexOf('|')
  return [text.slice(0, offset) + text.slice(offset + 1), offset]
}
const labels = (text: string, context = {}) => completeLua(...caret(text), context).map((item) => item.label)
const request = (body: string) => `function envoy_on_request(h)\n${body}\nend`
const warnings = (source: string) =>
  diagnoseLua(source)
    .filter((found) => found.code !== 'buffers-body' && found.code !== 'no-entry')
    .map((found) => found.code)

const MODULE = `local M = {}
M.__index = M
local LIMITS = { small = 10, names = { first = "a" } }
-- Makes one
-- for a request.
function M.new(handle)
  return setmetatable({ handle = handle, headers = handle:headers() }, M)
end
function M:tenant(fallback)
  return self.headers:get("x-tenant") or fallback
end
M.check = function(handle, ...) return handle:body() end
`
const main = (body: string) => `${MODULE}function envoy_on_request(h)\n  local one = M.new(h)\n${body}\nend`

describe('what names stand for', () => {
  test('aliases, reassignment and several branches', () => {
    expect(labels(request('  local hs = h:headers()\n  local again = hs\n  again:|'))).toContain('getNumValues')
    expect(labels(request('  local b\n  if h then b = h:body() end\n  b:|'))).toContain('setBytes')
    expect(labels(request('  local b = h:body() or h:body(true)\n  b:|'))).toContain('setBytes')
    expect(labels(request('  local format = string.format\n  local s = format("a")\n  s:|'))).toContain('upper')
  })

  test('helper functions: what they are given, what they return', () => {
    const helper = 'local function hs(x) return x:headers() end\n'
    expect(labels(`${helper}${request('  hs(h):|')}`)).toContain('replace')
    expect(labels(`local function f(a, b)\n  b:|\nend\n${request('  f(1, h:streamInfo())')}`)).toContain('routeName')
    expect(labels(`local f\nf = function(a) a:| end\n${request('  f(h)')}`)).toContain('respond')
    expect(labels(request('  local ok, b = pcall(function() return h:body() end)\n  b:|'))).toContain('length')
    expect(labels(`local function f(a) a:| end\n${request('  pcall(f, h)')}`)).toContain('respond')
    expect(labels(request('  local function inner()\n    return function() h:| end\n  end'))).toContain('respond')
  })

  test('tables: modules, options, objects with methods', () => {
    expect(labels(main('  M.|'))).toEqual(['new', 'tenant', 'check', 'handle', 'headers'])
    expect(labels(main('  one:|'))).toEqual(['new', 'tenant', 'check'])
    expect(labels(main('  one.headers:|'))).toContain('getAtIndex')
    expect(labels(main('  x = LIMITS.|'))).toEqual(['small', 'names'])
    expect(labels(main('  x = LIMITS.names.|'))).toEqual(['first'])
    expect(labels(MODULE.replace('self.headers:get', 'self.headers:|get') + request('  M.new(h)'))).toContain(
      'getAtIndex',
    )
    expect(labels(main('  M.check(h):|'))).toContain('getBytes')
    expect(labels(`function string.trim(s) return s end\n${request('  local s = "a"\n  s:|')}`)).toContain('trim')
    expect(labels(request('  local ctx = { hs = h:headers() }\n  ctx.hs:|'))).toContain('remove')
  })

  test('metadata: the namespaces that filters before it write', () => {
    const context = { before: [{ name: 'jwt', writes: ['envoy.filters.http.jwt_authn', '*'] }], after: [] }
    const script = request('  h:streamInfo():dynamicMetadata():get("|")')
    expect(labels(script, context)).toEqual(['envoy.filters.http.jwt_authn'])
  })

  test('hover and signature help know functions of the script', () => {
    const hover = (text: string) => hoverLua(...caret(text))
    expect(hover(main('  M.ne|w(h)'))).toMatchObject({
      title: 'function M.new(handle)',
      doc: 'Makes one\nfor a request.',
    })
    expect(hover(main('  x = LIMITS.sm|all'))).toMatchObject({ title: 'field LIMITS.small: number' })
    expect(hover(main('  x = one.head|ers'))).toMatchObject({ title: 'field one.headers: Headers' })
    expect(hover('local function f(a) end\nf|(1)')).toMatchObject({ title: 'function f(a)' })
    const signature = (text: string) => signatureLua(...caret(text))
    expect(signature(main('  one:tenant(|)'))).toMatchObject({ title: 'tenant(fallback)', active: 0 })
    expect(signature(main('  M.check(h, |)'))).toMatchObject({ title: 'check(handle, ...)' })
    expect(signature(main('  M.check(|)'))?.parameters[0]?.label).toBe('handle: StreamHandle')
    expect(signature('local format = string.format\nx = format(|)')?.title).toContain('format(format, ...)')
  })

  test('definitions and new names of fields', () => {
    const script = main('  one:tenant("a")\n  M.check(h)')
    const at = script.indexOf('tenant(fallback)')
    expect(definitionLua(script, script.indexOf('tenant("a")') + 1)).toEqual({ start: at, end: at + 6 })
    expect(renameLua(script, at, 'customer')).toEqual({
      edits: [
        { start: at, end: at + 6 },
        { start: script.indexOf('tenant("a")'), end: script.indexOf('tenant("a")') + 6 },
      ],
    })
    expect(renameLua(script, at, 'new')).toEqual({ problem: 'new stands for something else there already' })
    expect(renameLua(`${script}\nunknown().tenant = 1`, at, 'customer')).toHaveProperty('problem')
    expect(renameLua(script, script.indexOf('headers()'), 'x')).toHaveProperty('problem')
  })

  test('a new name must not catch what has it already', () => {
    expect(renameLua('local a = 1\nlocal function f() return tostring(a) end', 6, 'tostring')).toHaveProperty('problem')
    expect(renameLua('local a = 1\nlocal b = 2\nprint(b, a)', 6, 'b')).toHaveProperty('problem')
  })
})

describe('nothing is said that is not true', () => {
  const silent = (name: string, source: string) => test(name, () => expect(warnings(source)).toEqual([]))

  silent(
    'a variable that is a string first and a body later',
    request('  local b = ""\n  if h then b = h:body() end\n  b:length()'),
  )
  silent(
    'a helper that is called with different things',
    `local function f(x) return x:get("a"), x:upper() end\n${request('  f(h:headers()) f("a")')}`,
  )
  silent(
    'a helper that is handed on',
    `local function f(x) return x:nope() end\n${request('  f(h) other = f')}\nfunction y() other({}) end`,
  )
  silent(
    'a library that the script adds to',
    `function string.trim(s) return s end\ntable.contains = function() end\n${request('  local s = ("a"):trim() table.contains({}, s)')}`,
  )
  silent('globals through _G', `_G.count = 0\n_G["total"] = 1\n${request('  count = count + total')}`)
  silent('a strict _G', `setmetatable(_G, { __index = function() error("no") end })\n${request('  x = unknown')}`)
  silent(
    'a method of one’s own that has a name of Envoy’s',
    `local o = {}\nfunction o:get(a, b, c) return a end\n${request('  o:get(1, 2, 3)')}`,
  )
  silent('methods by computed names', request('  h["log" .. "Info"](h, "x")'))
  silent(
    'a handle by another name',
    'local function read(handle) return handle:read("*a") end\nfunction envoy_on_request(h) read(io.open("x")) end',
  )
  silent(
    'a guarded value',
    request(
      '  if h:headers():get("a") and h:headers():get("a"):lower() == "x" then return end\n  h:logInfo(h:headers():get(":path"):lower())',
    ),
  )
  silent(
    'recursion',
    `local f\nf = function(n) return n <= 1 and 1 or n * f(n - 1) end\n${request('  h:logInfo(tostring(f(3)))')}`,
  )
  silent(
    'LuaJIT’s own syntax',
    `x = 1LL y = 0b11 z = "\\u{41}" w = 2i\n${request('  while true do break h:logInfo("a"); end;;')}`,
  )
})

describe('what a script gets wrong is found', () => {
  const one = (source: string) => diagnoseLua(source).find((found) => found.code !== 'buffers-body')

  test('Envoy’s objects have no fields', () => {
    expect(one(request('  local v = h:headers()["x-a"]'))).toMatchObject({
      code: 'no-fields',
      message: 'a Headers object has methods and no fields: write :get("x-a")',
    })
    expect(one(request('  local hs = h:headers()\n  hs.authority = "a"'))).toMatchObject({ code: 'no-fields' })
    expect(one(request('  h.headers:get("a")'))).toMatchObject({ code: 'dot-for-colon', suggestion: ':headers()' })
    expect(one(request('  h:logInfo(string:upper("a"))'))).toMatchObject({
      code: 'colon-for-dot',
      suggestion: '.upper',
    })
  })

  test('arguments of the wrong kind', () => {
    expect(one(request('  h:respond("403")'))?.message).toBe(
      'respond(headers, body?): headers must be a table, not a string',
    )
    expect(one(request('  h:logInfo(h:headers())'))?.message).toContain('not a Headers object')
    expect(one(request('  h:headers():add("a", nil)'))?.message).toContain('value must be a string, not nil')
    expect(one(request('  h:headers():add("a", 5)'))).toBeUndefined()
  })

  test('what may be nil and is not asked about', () => {
    expect(one(request('  local n = h:body():length()'))).toMatchObject({ code: 'perhaps-nil', severity: 'warning' })
    expect(one(request('  h:logInfo("user " .. h:headers():get("x-user"))'))).toMatchObject({ severity: 'info' })
    expect(one(request('  local n = h:body(true):length()'))).toBeUndefined()
    const local = (rest: string) => one(request(`  local user = h:headers():get("x-user")\n  ${rest}`))
    expect(local('h:logInfo("user " .. user)')).toMatchObject({
      line: 3,
      message: 'user is nil when it is missing, and putting it in a string is an error then',
    })
    for (const asked of ['if user then h:logInfo("a" .. user) end', 'assert(user) h:logInfo("a" .. user)'])
      expect(local(asked)).toBeUndefined()
    expect(local('user = user or "nobody" h:logInfo("a" .. user)')).toBeUndefined()
  })

  test('through aliases, helpers and constants', () => {
    expect(one(request('  local hs = h:headers()\n  hs:set("a", "b")'))).toMatchObject({ code: 'unknown-method' })
    expect(one(`local function f(x) x:nope() end\n${request('  f(h)')}`)).toMatchObject({ code: 'unknown-method' })
    expect(one(`local function deny(x) x:respond({}) end\nfunction envoy_on_response(h) deny(h) end`)).toMatchObject({
      code: 'respond-on-response',
    })
    const call = `local C = { cluster = "authx" }\n${request('  h:httpCall(C.cluster, {}, nil, 5)')}`
    expect(diagnoseLua(call, { clusters: ['authz'] })[0]).toMatchObject({
      code: 'unknown-cluster',
      suggestion: 'authz',
    })
    const read = `local NS = "late"\n${request('  local m = h:streamInfo():dynamicMetadata():get(NS)')}`
    expect(diagnoseLua(read, { after: [{ name: 'jwt', writes: ['late'] }] })[0]).toMatchObject({
      code: 'metadata-too-early',
    })
  })

  test('metadata that no filter of the chain writes', () => {
    const read = request('  local m = h:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")')
    const writers = ['envoy.filters.http.jwt_authn']
    expect(diagnoseLua(read, { before: [], after: [], writers })[0]?.message).toContain(
      'no filter of this chain writes',
    )
    expect(diagnoseLua(read, { before: [{ name: 'wasm', writes: ['*'] }], writers })).toEqual([])
  })
})

test('3,000 lines are read in the time of a few key presses', () => {
  const part = (i: number) =>
    `do\n  local M = { limit = ${i} }\n  function M.check(handle, headers)\n    local v = headers:get("x-${i}")\n    if v and v:find("a") then\n      headers:replace("x-${i}", v:gsub("a", "b"))\n    end\n    return v or M.limit\n  end\n  shared_${i} = M\nend\n`
  const parts = Array.from({ length: 270 }, (_, i) => part(i))
  const calls = parts.map((_, i) => `  shared_${i}.check(h, h:headers())`).join('\n')
  const script = `${parts.join('')}${request(calls)}`
  expect(script.split('\n').length).toBeGreaterThan(3000)
  const began = performance.now()
  expect(warnings(script)).toEqual([])
  const offset = script.indexOf('headers:get') + 'headers:'.length
  expect(completeLua(script, offset).map((item) => item.label)).toContain('getNumValues')
  expect(performance.now() - began).toBeLessThan(3000)
})
