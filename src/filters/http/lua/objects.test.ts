import { describe, expect, test } from 'vitest'
import { lua } from './index.ts'
import { luaKit } from './testkit.node.ts'

const onRequest = (body: string) => `function envoy_on_request(h)\n${body}\nend`

describe('objects in the hands of scripts', () => {
  test('another coroutine than the first that asks for one gets its last argument back', () => {
    const { run } = luaKit(
      onRequest(
        'local x = h:headers()\n' +
          'local same = coroutine.wrap(function() return h:headers() == h end)()\n' +
          'local name = coroutine.wrap(function() h:metadata("a") return 0 end)() and h:metadata("a")\n' +
          'x:add("x-o", tostring(same) .. " " .. tostring(name))',
      ),
    )
    const { upstream, logs } = run()
    expect(upstream?.headers.get('x-o')).toBe('true a')
    expect(logs[0]).toMatchObject({ level: 'warn', text: expect.stringContaining('in another coroutine') })
  })

  test('an iterator that is kept stays dead, however many come after it', () => {
    const { run } = luaKit(
      onRequest(
        'local old = kept\nkept = pairs(h:headers())\nfor i = 1, 20 do for k in pairs(h:metadata()) do end end\n' +
          'if old then local _, e = pcall(old) h:logInfo(tostring(e)) end',
      ),
    )
    run()
    for (let n = 0; n < 3; n++) expect(run().logs[0]?.text).toContain('object used outside of proper scope')
  })

  test('functions of iterators that nobody holds are used again', () => {
    const { run } = luaKit(
      onRequest(
        'for i = 1, 50 do for k, v in pairs(h:headers()) do end collectgarbage() end h:headers():add("x-o", "1")',
      ),
    )
    for (let n = 0; n < 5; n++) expect(run().upstream?.headers.get('x-o')).toBe('1')
  })
})

describe('what a script is configured with', () => {
  test('package_paths stand in front of the search path when the code is loaded', () => {
    const script = `path, cpath = package.path, package.cpath\n${onRequest('h:headers():add("x-p", path .. "|" .. cpath)')}`
    const config = { default_source_code: { inline_string: script }, package_paths: ['/a/?.lua', '/b/?.lua'] }
    const { upstream } = luaKit('', { config }).run()
    expect(upstream?.headers.get('x-p')).toMatch(/^\/a\/\?\.lua;\/b\/\?\.lua;\.\/\?\.lua;[^|]*\|\.\/\?\.so;/)
  })
})

describe('a route', () => {
  test('does not say that a script is not disabled, nor names one without a name', () => {
    const check = (override: object) => () => lua.checkPerRoute!({ override }, 'route', {} as never)
    expect(check({ case: 'disabled', value: false })).toThrow('route.disabled: must be true')
    expect(check({ case: 'name', value: '' })).toThrow('route.name: must not be empty')
    expect(check({ case: 'disabled', value: true })).not.toThrow()
  })
})

describe('a body that a script makes too long', () => {
  test('is answered with 413 before it goes on', () => {
    const script = onRequest('h:body():setBytes(("x"):rep(11)) h:headers():add("x-after", "1")')
    const { upstream, details } = luaKit(script, { bufferLimit: 10 }).run({ body: ['a'] })
    expect(upstream).toBeUndefined()
    expect(details).toBe('request_payload_too_large')
  })
})
