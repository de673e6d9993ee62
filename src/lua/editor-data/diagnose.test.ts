import { describe, expect, test } from 'vitest'
import { diagnoseLua, type LuaContext } from './index.ts'

const request = (body: string) => `function envoy_on_request(h)\n${body}\nend`
const response = (body: string) => `function envoy_on_response(h)\n${body}\nend`
const codes = (source: string, context?: LuaContext) =>
  diagnoseLua(source, context)
    .filter((found) => found.severity !== 'info')
    .map((found) => found.code)
const only = (source: string, code: string, context?: LuaContext) =>
  diagnoseLua(source, context).find((found) => found.code === code)

describe('diagnostics', () => {
  test('a good script has none', () => {
    const script = `
local json = { count = 0 }
function json.add(self, n) self.count = self.count + n end
local function each(list, f) for i, v in ipairs(list) do f(i, v) end end
function envoy_on_request(request_handle)
  local headers = request_handle:headers()
  json:add(1)
  each({ 1, 2 }, function(i, v) headers:add("x-" .. i, v) end)
  local hs, body = request_handle:httpCall("authz", { [":method"] = "GET" }, nil, { timeout_ms = 5 })
  if hs[":status"] ~= "200" then request_handle:respond({ [":status"] = "403" }, body) end
  goto done
  ::done::
  request_handle:logInfo(("a"):rep(3) .. tostring(request_handle:timestamp()) .. #arg_list)
end
arg_list = { ... }`
    expect(codes(script, { clusters: ['authz'] })).toEqual([])
  })

  test('syntax errors name their line, and the rest is still looked at', () => {
    const found = diagnoseLua('function envoy_on_request(h)\n  local x = = 1\n  h:nope()\nend')
    expect(found[0]).toMatchObject({ code: 'syntax', line: 2, severity: 'error' })
    expect(found.map((item) => item.code)).toContain('unknown-method')
    expect(diagnoseLua('function envoy_on_request(h)')[0]).toMatchObject({
      code: 'syntax',
      message: expect.stringContaining('end of the script'),
    })
  })

  test('curly quotes and other guests from word processors', () => {
    const found = only(request('  h:logInfo(\u201chello\u201d)'), 'curly-quote')
    expect(found).toMatchObject({ line: 2, column: 13, suggestion: '"' })
    expect(codes(request('  h:logInfo(\u201chello\u201d)'))).toEqual(['curly-quote', 'curly-quote'])
    expect(codes(request('  local gr\u00fc\u00dfe = "gr\u00fc\u00dfe" h:logInfo(gr\u00fc\u00dfe)'))).toEqual([])
    expect(only(request('  h:logInfo("it is \u201cfine\u201d here")'), 'curly-quote')).toBeUndefined()
  })

  test('undefined globals, with what was meant', () => {
    expect(only(request('  local heders = h:headers()\n  headers:add("a", "b")'), 'undefined-global')).toMatchObject({
      line: 3,
      suggestion: 'heders',
    })
    expect(only('x = tostrin(5)', 'undefined-global')?.message).toBe(
      'tostrin is never given a value: it is nil; did you mean tostring?',
    )
  })

  test('unknown methods and members, with what was meant', () => {
    expect(only(request('  h:header()'), 'unknown-method')).toMatchObject({ suggestion: 'headers' })
    expect(only(request('  h:headers():set("a", "b")'), 'unknown-method')?.message).toContain(
      'a Headers object has no method set',
    )
    expect(only('x = ("a"):uper()', 'unknown-method')).toMatchObject({ suggestion: 'upper' })
    expect(only('x = string.fromat("a")', 'unknown-member')).toMatchObject({ suggestion: 'format' })
  })

  test('wrong numbers of arguments', () => {
    expect(only(request('  h:headers():add("a")'), 'argument-count')?.message).toBe(
      'add(name, value) takes 2 arguments, not 1',
    )
    expect(only(request('  h:headers():get("a", "b")'), 'argument-count')).toMatchObject({ severity: 'warning' })
    expect(only(request('  h:httpCall("a", {})'), 'argument-count')?.message).toContain('at least 4')
    expect(only(request('  h:headers():add(f())\nend\nfunction f()'), 'argument-count')).toBeUndefined()
  })

  test('a dot where a colon belongs', () => {
    expect(only(request('  h.headers()'), 'dot-for-colon')).toMatchObject({ suggestion: ':headers' })
    expect(only(request('  h.headers(h)'), 'dot-for-colon')).toBeUndefined()
  })

  test('clusters that are not configured', () => {
    const context = { clusters: ['authz', 'backend'] }
    expect(only(request('  h:httpCall("authx", {}, nil, 5)'), 'unknown-cluster', context)).toMatchObject({
      suggestion: 'authz',
    })
    expect(only(request('  h:httpCall(name, {}, nil, 5)'), 'unknown-cluster', context)).toBeUndefined()
    expect(only(request('  h:httpCall("authx", {}, nil, 5)'), 'unknown-cluster')).toBeUndefined()
  })

  test('body() holds back, respond() on the response fails', () => {
    expect(only(request('  h:body()'), 'buffers-body')).toMatchObject({ severity: 'info' })
    expect(only(response('  h:respond({})'), 'respond-on-response')).toMatchObject({ severity: 'error' })
  })

  test('metadata read before the filter that writes it', () => {
    const context = { before: [{ name: 'a', writes: ['early'] }], after: [{ name: 'jwt', writes: ['late'] }] }
    const read = (namespace: string) => `  local m = h:streamInfo():dynamicMetadata():get("${namespace}")`
    expect(only(request(read('late')), 'metadata-too-early', context)?.message).toContain('jwt writes late')
    expect(only(request(read('early')), 'metadata-too-early', context)).toBeUndefined()
    expect(only(response(read('late')), 'metadata-too-early', context)).toBeUndefined()
  })

  test('inline_code is deprecated, TrafficExtension has a limit', () => {
    expect(codes(request(''), { field: 'inline_code' })).toEqual(['deprecated-inline-code'])
    const long = `-- ${'x'.repeat(70_000)}\n${request('')}`
    expect(codes(long, { resource: 'TrafficExtension' })).toEqual(['too-long'])
    expect(codes(long)).toEqual([])
  })

  test('entry functions that Envoy would not find', () => {
    expect(only('function envoy_on_reqest(h) end', 'entry-name')).toMatchObject({ suggestion: 'envoy_on_request' })
    expect(only('local function envoy_on_request(h) end', 'local-entry')).toMatchObject({ severity: 'error' })
    expect(codes('x = 1')).toEqual(['no-entry'])
    expect(codes('function envoy_on_route(r) end', { kind: 'clusterSpecifier' })).toEqual([])
  })
})
