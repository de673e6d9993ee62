import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../engine/catalogue.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { luaKit } from './testkit.node.ts'

const onRequest = (body: string) => `function envoy_on_request(h)\n${body}\nend`
const onResponse = (body: string) => `function envoy_on_response(h)\n${body}\nend`

describe('headers', () => {
  test('are read and changed on both ways', () => {
    const { run } = luaKit(
      `${onRequest('local x = h:headers() x:add("X-A", "1") x:replace("x-b", "2") x:remove("x-c") x:add("x-seen", x:get("X-V"))')}\n` +
        onResponse('h:headers():add("x-r", h:headers():get(":status") .. h:requestHeaders():get(":path"))'),
    )
    const { upstream, response } = run({
      headers: [
        ['x-v', 'a'],
        ['x-v', 'b'],
        ['x-c', '1'],
      ],
    })
    expect(upstream?.headers.get('x-a')).toBe('1')
    expect(upstream?.headers.get('x-b')).toBe('2')
    expect(upstream?.headers.has('x-c')).toBe(false)
    expect(upstream?.headers.get('x-seen')).toBe('a,b')
    expect(response?.headers.get('x-r')).toBe('200/')
  })

  test('cannot change while they are iterated, nor after they were sent', () => {
    const { run } = luaKit(
      onRequest(
        'local x = h:headers()\nfor k in pairs(x) do local ok, e = pcall(x.add, x, "a", "b") err = e break end\n' +
          'for c in h:bodyChunks() do end\nlocal ok, e = pcall(function() h:headers():add("late", "1") end)\nh:logInfo(err .. "|" .. e)',
      ),
    )
    const { logs } = run({ body: ['x'] })
    expect(logs[0]?.text).toContain('header map cannot be modified while iterating|')
    expect(logs[0]?.text).toContain(':5: header map can no longer be modified')
  })

  test('changes forget the cached route unless told otherwise', () => {
    const script = onRequest('h:headers():add("a", "b")')
    expect(luaKit(script).run().cleared).toBe(1)
    const config = { default_source_code: { inline_string: script }, clear_route_cache: false }
    expect(luaKit('', { config }).run().cleared).toBe(0)
  })
})

describe('bodies and trailers', () => {
  test('a whole body waits for its end and may be replaced', () => {
    const { run } = luaKit(
      onRequest(
        'local b = h:body() h:headers():add("x-len", b:length()) b:setBytes(b:getBytes(0, b:length()):upper())',
      ),
    )
    const { upstream } = run({ body: ['ab', 'cd'] })
    expect(upstream?.body).toBe('ABCD')
    expect(upstream?.headers.get('x-len')).toBe('4')
    expect(upstream?.headers.get('content-length')).toBe('4')
  })

  test('chunks pass one by one', () => {
    const { run } = luaKit(onRequest('for c in h:bodyChunks() do c:setBytes(c:length() .. ";") end'))
    expect(run({ body: ['a', 'bcd'] }).upstream?.chunks).toEqual(['1;', '3;'])
  })

  test('body(true) makes a body where there is none', () => {
    const { run } = luaKit(onRequest('h:body(true):setBytes("made")'))
    expect(run().upstream).toMatchObject({ body: 'made' })
    expect(luaKit(onRequest('h:logInfo(type((h:body())))')).run().logs[0]?.text).toBe('nil')
  })

  test('trailers are waited for and changed', () => {
    const { run } = luaKit(
      onResponse('local b = h:body() local t = h:trailers() t:add("x-b", b:length()) t:remove("t")'),
    )
    const { response } = run({}, { body: ['hello'], trailers: [['t', '1']] })
    expect(response?.trailers?.pairs()).toEqual([['x-b', '5']])
    expect(response?.body).toBe('hello')
  })
})

describe('respond', () => {
  test('ends the request with every byte of its body', () => {
    const { run } = luaKit(
      onRequest('h:respond({[":status"] = "403", ["x-a"] = {"1", "2"}}, "no \\255") h:headers():add("x", "y")'),
    )
    const { upstream, response, details } = run()
    expect(upstream).toBeUndefined()
    expect(response?.headers.getAll('x-a')).toEqual(['1', '2'])
    expect(response?.headers.get('content-length')).toBe('4')
    expect(details).toBe('lua_response')
  })

  test('is refused once headers went on, and on the response', () => {
    const { run } = luaKit(
      `${onRequest('for c in h:bodyChunks() do end h:respond({[":status"] = "403"})')}\n${onResponse('h:respond({[":status"] = "403"})')}`,
    )
    const { notes, response } = run({ body: ['x'] })
    expect(notes).toContain('respond() cannot be called if headers have been continued')
    expect(notes).toContain('respond not currently supported in the response path')
    expect(response?.headers.get(':status')).toBe('200')
  })
})

describe('httpCall', () => {
  const clusters = {
    authz: {
      headers: new HeaderMap('response', [
        [':status', '200'],
        ['set-cookie', 'a'],
        ['set-cookie', 'b'],
      ]),
      body: new TextEncoder().encode('yes'),
    },
    down: undefined,
  }
  const headers = '{[":method"] = "GET", [":path"] = "/", [":authority"] = "x", n = 5}'

  test('waits for the answer; headers can still be changed then', () => {
    const { run, sent } = luaKit(
      onRequest(
        `local hs, b = h:httpCall("authz", ${headers}, "q", 200) h:headers():add("x-b", b .. hs["set-cookie"])`,
      ),
      { clusters },
    )
    expect(run({ body: ['data'] }).upstream).toMatchObject({ body: 'data' })
    expect(run().upstream?.headers.get('x-b')).toBe('yesb')
    expect(sent[0]).toMatchObject({ cluster: 'authz', body: 'q', options: { timeoutMs: 200 } })
    expect(sent[0]?.headers).toContainEqual(['n', '5'])
  })

  test('gives 503 for a failure, tables for repeated headers when asked, nothing when asynchronous', () => {
    const { run } = luaKit(
      onRequest(
        `local a, b = h:httpCall("down", ${headers}, nil, 0)\n` +
          `local c = h:httpCall("authz", ${headers}, nil, {return_duplicate_headers = true})\n` +
          `local d = h:httpCall("authz", ${headers}, nil, {asynchronous = true})\n` +
          'h:logInfo(a[":status"] .. b .. #c["set-cookie"] .. tostring(d))',
      ),
      { clusters },
    )
    expect(run().logs[0]?.text).toBe('503upstream failure2nil')
  })

  test('refuses clusters and options that do not exist', () => {
    const { run } = luaKit(
      onRequest(
        `local _, a = pcall(function() h:httpCall("nope", ${headers}, nil, 0) end)\n` +
          `local _, b = pcall(function() h:httpCall("authz", ${headers}, nil, {timeout = 1}) end)\n` +
          'local _, c = pcall(function() h:httpCall("authz", {}, nil, -1) end) h:logInfo(a) h:logInfo(b) h:logInfo(c)',
      ),
      { clusters },
    )
    const [a, b, c] = run().logs.map((log) => log.text)
    expect(a).toContain('http call cluster invalid. Must be configured')
    expect(b).toContain('"timeout" is not valid key for httpCall() options')
    expect(c).toContain('http call timeout must be >= 0')
  })
})

describe('objects', () => {
  test('are dead after a yield and outside their stream', () => {
    const { run } = luaKit(
      'local kept, err\n' +
        onRequest(
          'if kept then _, err = pcall(function() kept:headers() end) end kept = h\n' +
            'local x = h:headers() h:body() local _, e = pcall(function() x:get("a") end) h:logInfo(e) h:logInfo(tostring(err))',
        ),
    )
    expect(run({ body: ['x'] }).logs[0]?.text).toContain('object used outside of proper scope')
    expect(run({ body: ['x'] }).logs[1]?.text).toContain('object used outside of proper scope')
  })

  test('word wrong arguments as Envoy does', () => {
    const { run } = luaKit(
      onRequest(
        'local x = h:headers()\nlocal _, a = pcall(function() x:get({}) end)\nlocal _, b = pcall(function() local v = x.get(1) end) h:logInfo(a) h:logInfo(b)',
      ),
    )
    const [a, b] = run().logs.map((log) => log.text)
    expect(a).toContain(":3: bad argument #1 to 'get' (string expected, got table)")
    expect(b).toContain(
      "bad argument #1 to 'get' (N5Envoy10Extensions11HttpFilters3Lua16HeaderMapWrapperE expected, got number)",
    )
  })
})

describe('metadata and stream info', () => {
  test('a key is set, a table replaced whole', () => {
    const { run } = luaKit(
      onRequest(
        'local m = h:streamInfo():dynamicMetadata() m:set("n", "k", {a = 1}) m:set("n", "k", {b = {1, 2}}) m:set("n", "s", "\\255")',
      ),
    )
    expect(run().info.dynamicMetadata.get('n')).toEqual({ k: { b: [1, 2] }, s: '\udcff' })
  })

  test('the route gives metadata under the configured name, then under the canonical one', () => {
    const script = onRequest(
      'h:logInfo(tostring(h:metadata():get("k"))) h:logInfo(tostring((h:route():metadata():get("k"))))',
    )
    const route = { metadata: { 'envoy.filters.http.lua': { k: 'canonical' } } }
    expect(
      luaKit(script, { route, filterName: 'mine' })
        .run()
        .logs.map((log) => log.text),
    ).toEqual(['canonical', 'nil'])
  })

  test('filter state keeps what registered factories make', () => {
    const { run } = luaKit(
      onRequest(
        'local s = h:streamInfo():filterState() s:set("k", "envoy.string", "v") h:logInfo(s:get("k"))\n' +
          'local _, e = pcall(function() s:set("k", "nope", "v") end) h:logInfo(e)',
      ),
    )
    const logs = run().logs.map((log) => log.text)
    expect(logs[0]).toBe('v')
    expect(logs[1]).toContain("'nope' does not have an object factory")
  })
})

describe('scripts and their errors', () => {
  test('globals live on from request to request', () => {
    const { run } = luaKit(`n = 0\n${onRequest('n = n + 1 h:headers():add("x-n", n)')}`)
    run()
    expect(run().upstream?.headers.get('x-n')).toBe('2')
  })

  test('an error is logged with line, stack and locals, and the request goes on', () => {
    const { run } = luaKit(onRequest('local who = "me"\nlocal t\nlocal x = t.x'))
    const { upstream, logs, notes } = run({ body: ['b'] })
    expect(upstream?.body).toBe('b')
    expect(logs[0]).toMatchObject({
      level: 'error',
      line: 4,
      text: `[string "function envoy_on_request(h)..."]:4: attempt to index local 't' (a nil value)`,
    })
    expect(logs[0]?.script).toBe('http_filters[0].default_source_code')
    expect(logs[0]?.frames).toEqual([
      {
        name: 'envoy_on_request',
        code: 'script',
        line: 4,
        defined: 1,
        locals: [
          { name: 'h', value: 'userdata: StreamHandle' },
          { name: 'who', value: '"me"' },
          { name: 't', value: 'nil' },
        ],
        upvalues: [],
      },
    ])
    expect(notes).toContain('SCRIPT ERROR in line 4')
  })

  const frame = (name: string, code: string, line: number | undefined, ...variables: string[]) => ({
    name,
    code,
    line,
    variables,
  })
  test.each<[what: string, script: string, line: number | undefined, frames: ReturnType<typeof frame>[]]>([
    [
      'of a function it calls',
      'local n = 2\nlocal function deep(t)\n  return t.x .. n\nend\nlocal q = 1\ndeep({})',
      4,
      [frame('deep', 'script', 4, 't={}', 'n=2'), frame('envoy_on_request', 'script', 7, 'n=2', 'q=1')],
    ],
    [
      'that the script raises',
      'local who = "me"\nerror("no")',
      3,
      [frame('error', 'builtin', undefined), frame('envoy_on_request', 'script', 3, 'who="me"')],
    ],
    [
      'that it raises for its caller',
      'local function check(v) error("no", 2) end\nlocal q = 1\ncheck(q)',
      4,
      [
        frame('error', 'builtin', undefined),
        frame('check', 'script', 2, 'v=1'),
        frame('envoy_on_request', 'script', 4, 'q=1'),
      ],
    ],
    [
      'of the API',
      'local q = 1\nh:headers():add(nil)',
      3,
      [frame('add', 'builtin', undefined), frame('envoy_on_request', 'script', 3, 'q=1')],
    ],
    [
      'of a library function',
      'local q = 1\nlocal s = string.rep({}, q)',
      3,
      [frame('rep', 'builtin', undefined), frame('envoy_on_request', 'script', 3, 'q=1')],
    ],
    [
      'of a metamethod',
      'local t = setmetatable({}, { __index = function(_, k)\n  return k.x.y\nend })\nlocal r = t.some',
      3,
      [frame('__index', 'script', 3, '_={}', 'k="some"'), frame('envoy_on_request', 'script', 5, 't={}')],
    ],
    [
      'of a function that a library calls',
      'local s = ("ab"):gsub(".", function(c)\n  return c.x.y\nend)',
      3,
      [frame('', 'script', 3, 'c="a"'), frame('gsub', 'builtin', undefined), frame('envoy_on_request', 'script', 2)],
    ],
    [
      'of a coroutine',
      'local step = coroutine.wrap(function(n)\n  local m = n + 1\n  return m .. {}\nend)\nstep(1)',
      4,
      [
        frame('', 'script', 4, 'n=1', 'm=2'),
        frame('step', 'builtin', undefined),
        frame('envoy_on_request', 'script', 6),
      ],
    ],
    [
      'that was caught and raised again',
      'local ok, e = pcall(function()\n  local t\n  return t.x\nend)\nerror(e, 0)',
      4,
      [frame('error', 'builtin', undefined), frame('envoy_on_request', 'script', 6, 'ok=false')],
    ],
    [
      'of code it loads',
      'local f = loadstring("local a = 1\\nreturn a.b.c")\nf()',
      3,
      [frame('f', 'loaded', 2, 'a=1'), frame('envoy_on_request', 'script', 3)],
    ],
    [
      'with no position',
      'local q = {}\nerror(q)',
      3,
      [frame('error', 'builtin', undefined), frame('envoy_on_request', 'script', 3, 'q={}')],
    ],
  ])('the frames of an error %s', (_, script, line, expected) => {
    const log = luaKit(onRequest(script)).run().logs[0]
    expect(log?.line).toBe(line)
    const simple = (value: string) => !/^(function|userdata|thread)|\[string/.test(value)
    const found = log?.frames?.map(({ name, code, line: at, locals, upvalues }) => {
      const variables = [...locals, ...upvalues].filter(({ value }) => simple(value))
      return frame(name, code, at, ...variables.map((one) => `${one.name}=${one.value}`))
    })
    expect(found).toEqual(expected)
  })

  test('a deep recursion shows both ends of its stack', () => {
    const { frames } = luaKit(onRequest('local function f(n)\n  return 1 + f(n + 1)\nend\nf(1)')).run().logs[0]!
    expect(frames).toHaveLength(12)
    expect(frames?.at(-2)).toMatchObject({ line: 3, locals: [{ name: 'n', value: '1' }] })
    expect(frames?.at(-1)).toMatchObject({ name: 'envoy_on_request', line: 5 })
    expect(frames?.find(({ omitted }) => omitted)?.omitted).toBeGreaterThan(10_000)
  })

  test.each([
    ['a loop', 'local n = 0\nwhile true do\n  n = n + 1\nend', [3, 4], 'n'],
    [
      'a loop in a coroutine',
      'coroutine.resume(coroutine.create(function()\n  local n = 0\n  repeat until n == 1\nend))',
      [4],
      'n',
    ],
    ['a loop in an error handler', 'xpcall(error, function(n)\n  repeat until n\nend)', [3], 'n'],
    ['a pattern', 'local n = ("a"):rep(50)\nn:find(("a*"):rep(20) .. "b")', [3], 'n'],
  ])('%s that is stopped shows where', (_, script, lines, local) => {
    const log = luaKit(onRequest(script), { limits: { instructions: 100_000 } }).run().logs[0]
    expect(lines).toContain(log?.line)
    const inScript = log?.frames?.find(({ code }) => code === 'script')
    expect(lines).toContain(inScript?.line)
    expect(inScript?.locals.map(({ name }) => name)).toContain(local)
  })

  test('a script that runs out of memory shows where', () => {
    const script = onRequest('local t = {}\nlocal i = 0\nwhile true do\n  i = i + 1\n  t[i] = { "a" .. i }\nend')
    const log = luaKit(script, { limits: { memory: 8 * 1024 * 1024 } }).run().logs[0]
    expect(log).toMatchObject({ line: 6, text: expect.stringContaining('not enough memory') })
    expect(log?.frames?.[0]?.locals.map(({ name }) => name)).toContain('i')
  })

  test('a yield of its own is an error', () => {
    const { notes, logs } = luaKit(onRequest('local a = 1\ncoroutine.yield()')).run()
    expect(notes).toContain('SCRIPT ERROR in line 3: script performed an unexpected yield')
    expect(logs[0]?.frames?.[1]).toMatchObject({ line: 3, locals: [{ name: 'h' }, { name: 'a', value: '1' }] })
  })

  test('an endless loop ends with a limit that says so, and the next request works', () => {
    const { run } = luaKit(
      onRequest('if h:headers():get("x-loop") then while true do end end h:headers():add("ok", "1")'),
      {
        limits: { instructions: 200_000 },
      },
    )
    expect(run({ headers: [['x-loop', '1']] }).notes).toContain('SCRIPT STOPPED')
    expect(run().upstream?.headers.get('ok')).toBe('1')
  })

  test('code that Envoy would not load is refused with its place', () => {
    expect(() => luaKit('function (')).toThrow(ConfigError)
    expect(() => luaKit('error("at load")')).toThrow(/default_source_code.*script load error.*:1: at load/s)
  })

  test('routes choose scripts by name, bring their own, or turn the filter off', () => {
    const config = {
      default_source_code: { inline_string: onRequest('h:headers():add("x", "default")') },
      source_codes: { other: { inline_string: onRequest('h:headers():add("x", "other")') } },
    }
    const x = (perRoute?: Record<string, unknown>) =>
      luaKit('', { config, ...(perRoute ? { perRoute } : {}) })
        .run()
        .upstream?.headers.get('x')
    expect(x()).toBe('default')
    expect(x({ name: 'other' })).toBe('other')
    expect(x({ name: 'missing' })).toBeUndefined()
    expect(x({ disabled: true })).toBeUndefined()
    expect(x({ source_code: { inline_string: onRequest('h:headers():add("x", "own")') } })).toBe('own')
    expect(x({ filter_context: { a: 1 } })).toBe('default')
  })

  test('steps show each line with its locals', () => {
    const { run, service } = luaKit(onRequest('local a = 1\nlocal b = a + 1\nh:headers():add("b", b)'), {
      stepping: {},
    })
    run()
    expect(service.steps?.steps[0]).toMatchObject({ call: 1, depth: 1, handler: 'envoy_on_request' })
    expect(
      service.steps?.steps.map((step) => [step.line, step.locals.map((l) => `${l.name}=${l.value}`).join()]),
    ).toEqual([
      [2, expect.stringMatching(/^h=userdata/)],
      [3, expect.stringContaining('a=1')],
      [4, expect.stringContaining('a=1,b=2')],
      [5, expect.stringContaining('b=2')],
    ])
  })
})

describe('the world outside', () => {
  test('what a script prints and asks for is in the log', () => {
    const { run } = luaKit(
      `print("loaded")\n${onRequest('print("a", 1) h:logWarn(tostring(os.getenv("HOME"))) io.open("/x")')}`,
    )
    const texts = run().logs.map((log) => `${log.level} ${log.text}`)
    expect(texts.slice(0, 3)).toEqual(['info while loading: print: loaded', 'info print: a\t1', 'warn nil'])
    expect(texts[3]).toContain('which the simulator does not have')
    expect(run().logs[0]?.text).toBe('print: a\t1')
  })
})

describe('signatures', () => {
  const rsa = '30819f300d06092a864886f70d010101050003818d0030818902818100'
  test('a key that is cut short says nil', () => {
    const bytes = rsa.replace(/../g, (pair) => `\\x${pair}`)
    const { run } = luaKit(onRequest(`h:logInfo(type((h:importPublicKey("${bytes}", ${rsa.length / 2}):get())))`))
    expect(run().logs[0]?.text).toBe('nil')
  })
})

describe('hostile scripts', () => {
  test.each([
    ['a loop in pcall', 'while true do pcall(function() while true do end end) end'],
    ['a loop in a coroutine', 'coroutine.wrap(function() while true do end end)()'],
    ['a pattern that explodes', '(("a"):rep(40)):match((".-"):rep(40) .. "b")'],
    ['memory', 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end'],
    ['a huge string', 'local s = ("x"):rep(2^30)'],
    ['recursion', 'local function f() return 1 + f() end f()'],
    ['a handler that loops', 'xpcall(function() error("x") end, function() while true do end end)'],
    [
      'a metamethod that calls itself',
      'local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k .. "x"] end local x = t.a',
    ],
    ['headers without end', 'local x = h:headers() for i = 1, 1e9 do x:add("x-" .. i, "v") end'],
  ])('%s: the request goes on, and so does the next', (_, body) => {
    const { run } = luaKit(onRequest(`if h:headers():get("x-bad") then ${body} end h:headers():add("x-ok", "1")`), {
      limits: { instructions: 2_000_000, memory: 16 * 1024 * 1024 },
    })
    const bad = run({ headers: [['x-bad', '1']] })
    expect(bad.upstream).toBeDefined()
    expect(run().upstream?.headers.get('x-ok')).toBe('1')
    expect(bad.notes + (bad.upstream?.headers.get('x-ok') ?? '')).toMatch(/SCRIPT (STOPPED|ERROR)|1/)
  })
})

describe('typed metadata', () => {
  test('is a table of the fields that are set, as Envoy converts messages', () => {
    const value = loadEnvoyRegistry().decode('envoy.config.core.v3.HealthCheck', {
      interval: '3s',
      unhealthy_threshold: 3,
      http_health_check: { path: '/h', expected_statuses: [{ start: '200', end: '300' }], codec_client_type: 'HTTP2' },
      transport_socket_match_criteria: { k: 'v', n: [1, true] },
    })
    const typedMetadata = new Map([['ns', { typeUrl: '', value }]])
    const { run } = luaKit(
      `local function show(v)
  if type(v) ~= "table" then return tostring(v) end
  local parts = {}
  for k, x in pairs(v) do parts[#parts + 1] = tostring(k) .. "=" .. show(x) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end
${onRequest('local c = h:connectionStreamInfo() h:logInfo(show(c:dynamicTypedMetadata("ns"))) h:logInfo(tostring(c:dynamicTypedMetadata("x")))')}`,
      { connection: { typedMetadata } },
    )
    expect(run().logs.map((log) => log.text)).toEqual([
      '{http_health_check={codec_client_type=1,expected_statuses={1={end=300,start=200}},path=/h},' +
        'interval={seconds=3},' +
        'transport_socket_match_criteria={fields={k={string_value=v},n={list_value={values={1={number_value=1},2={bool_value=true}}}}}},' +
        'unhealthy_threshold={value=3}}',
      'nil',
    ])
  })
})
