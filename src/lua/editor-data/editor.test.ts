import { describe, expect, test } from 'vitest'
import {
  completeLua,
  definitionLua,
  diagnoseLua,
  foldLua,
  hoverLua,
  referencesLua,
  renameLua,
  signatureLua,
  snippets,
  typeDocs,
} from './index.ts'
import { parseScript } from './parse.ts'

/** The script without its `|`, and where that stood. */
function caret(text: string): [string, number] {
  const offset = text.indexOf('|')
  return [text.slice(0, offset) + text.slice(offset + 1), offset]
}
const labels = (text: string, context = {}) => completeLua(...caret(text), context).map((item) => item.label)
const request = (body: string) => `function envoy_on_request(h)\n${body}\nend`

describe('completion', () => {
  test('after a colon the methods of the object, also down a chain and in a half-written script', () => {
    expect(labels(request('  h:|'))).toEqual(expect.arrayContaining(['headers', 'respond', 'httpCall', 'logInfo']))
    expect(labels(request('  h:headers():|'))).toEqual(
      expect.arrayContaining(['add', 'getAtIndex', 'setHttp1ReasonPhrase']),
    )
    expect(labels(request('  h:headers():ge|'))).toContain('get')
    expect(labels('function envoy_on_response(handle)\n  local b = handle:body()\n  if b then\n    b:|')).toEqual(
      expect.arrayContaining(['length', 'getBytes', 'setBytes']),
    )
    expect(labels(request('  local s = h:streamInfo():downstreamSslConnection()\n  s:|'))).toContain(
      'uriSanPeerCertificate',
    )
  })

  test('knows what loops, strings and parameters are', () => {
    expect(labels(request('  for chunk in h:bodyChunks() do\n    chunk:|\n  end'))).toContain('getBytes')
    expect(labels(request('  for name, value in pairs(h:headers()) do\n    value:|\n  end'))).toContain('gsub')
    expect(
      labels('local function deny(handle2)\n  handle2:|\nend\nfunction envoy_on_request(h)\n  deny(h)\nend'),
    ).toContain('respond')
    expect(labels('function envoy_on_route(r)\n  r:|\nend')).toContain('getCluster')
  })

  test('after a dot the members of a library, or the keys of a table', () => {
    expect(labels('x = string.|')).toContain('format')
    expect(labels('x = math.|')).toContain('pi')
    expect(labels('local config = { limit = 5, name = "a" }\nx = config.|')).toEqual(['limit', 'name'])
    expect(labels('x = EnvoyTimestampResolution.|')).toEqual(['MILLISECOND', 'MICROSECOND'])
  })

  test('elsewhere variables in scope, functions, words and snippets', () => {
    const found = labels('local outer = 1\nlocal function f(inner)\n  local hidden\nend\nx = |')
    expect(found).toEqual(
      expect.arrayContaining(['outer', 'f', 'pairs', 'string', 'local', 'envoy_on_request', 'authcall']),
    )
    expect(found).not.toContain('hidden')
    expect(found).not.toContain('inner')
  })

  test('in the first argument of httpCall the clusters, nothing in other strings and comments', () => {
    const context = { clusters: ['authz', 'backend'] }
    expect(labels(request('  h:httpCall("|", {}, nil, 5)'), context)).toEqual(['authz', 'backend'])
    expect(labels(request('  h:logInfo("|")'), context)).toEqual([])
    expect(labels('-- loc|')).toEqual([])
  })
})

describe('hover', () => {
  const hover = (text: string) => hoverLua(...caret(text))

  test('describes methods by the type of their object', () => {
    expect(hover(request('  h:headers():ge|t("a")'))).toMatchObject({ title: 'Headers:get(name) -> string?' })
    expect(hover(request('  h:metadata():ge|t("a")'))).toMatchObject({ title: 'Metadata:get(key) -> any' })
    expect(hover(request('  h:he|aders()'))?.link).toContain('lua_filter#headers')
  })

  test('describes variables, library functions and entries', () => {
    expect(hover(request('  local body = h:body()\n  x = bo|dy'))).toMatchObject({ title: 'local body: Buffer' })
    expect(hover('x = string.for|mat("a")')).toMatchObject({ title: 'string.format(format, ...) -> string' })
    expect(hover('x = pca|ll(f)')?.title).toContain('pcall(f, ...)')
    expect(hover('function envoy_on_re|quest(h) end')?.title).toBe('function envoy_on_request(handle: StreamHandle)')
    expect(hover('-- pca|ll')).toBeUndefined()
  })
})

describe('signature help', () => {
  const signature = (text: string) => signatureLua(...caret(text))

  test('follows the arguments', () => {
    expect(signature(request('  h:httpCall(|)'))).toMatchObject({ active: 0 })
    expect(signature(request('  h:httpCall("a", {}, |)'))).toMatchObject({ active: 2 })
    expect(signature(request('  h:httpCall("a", {}, nil, 5|'))?.parameters[3]?.label).toBe(
      'timeout_or_options: number | table',
    )
    expect(signature('x = string.rep("a", |)')).toMatchObject({ title: 'rep(s, n, separator?) -> string', active: 1 })
    expect(signature('local function f(a, b) end\nf(1, |)')).toMatchObject({ title: 'f(a, b)', active: 1 })
    expect(signature('x = 1|')).toBeUndefined()
  })
})

describe('definition, references, rename', () => {
  const script = 'local n = 0\nfunction count(by)\n  n = n + by\n  local n = "inner"\n  return n\nend\nx = count(n)'

  test('follow scopes', () => {
    const inner = script.lastIndexOf('n\nend')
    expect(definitionLua(script, inner)).toEqual({
      start: script.indexOf('n = "inner"'),
      end: script.indexOf('n = "inner"') + 1,
    })
    expect(referencesLua(script, script.indexOf('n = 0'))).toHaveLength(4)
    expect(definitionLua(script, script.lastIndexOf('count'))?.start).toBe(script.indexOf('count(by'))
  })

  test('rename gives every place, or why not', () => {
    expect(renameLua(script, script.indexOf('by'), 'step')).toEqual({
      edits: [
        { start: script.indexOf('by)'), end: script.indexOf('by)') + 2 },
        { start: script.indexOf('by\n'), end: script.indexOf('by\n') + 2 },
      ],
    })
    expect(renameLua(script, 6, 'end')).toEqual({ problem: 'end is a word of the language' })
    expect(renameLua(script, 6, '1a')).toHaveProperty('problem')
    expect(renameLua(script, script.indexOf('by'), 'n')).toEqual({
      problem: 'n stands for something else there already',
    })
    expect(renameLua('function envoy_on_request(h) end', 12, 'f')).toHaveProperty('problem')
  })
})

describe('folds', () => {
  test('functions, blocks, tables and comments of several lines', () => {
    const script =
      '-- a\n-- b\nfunction f()\n  if x then\n    y()\n  else\n    z()\n  end\n  local t = {\n    1,\n  }\nend\nif a then b() end'
    expect(foldLua(script)).toEqual([
      { start: 1, end: 2 },
      { start: 3, end: 12 },
      { start: 4, end: 8 },
      { start: 6, end: 7 },
      { start: 9, end: 11 },
    ])
  })
})

describe('documentation', () => {
  test('every method has a text, a link and documented parameters', () => {
    for (const type of typeDocs)
      for (const method of type.methods) {
        expect(method.doc.length, `${type.name}:${method.name}`).toBeGreaterThan(3)
        expect(method.link).toMatch(/^https:/)
        for (const parameter of method.parameters) expect(parameter.doc, `${type.name}:${method.name}`).not.toBe('')
      }
  })

  test('snippets are ten, and Lua once their placeholders are filled', () => {
    expect(snippets).toHaveLength(10)
    for (const { label, body } of snippets) {
      const filled = body.replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$\d+/g, '')
      expect(parseScript(filled), label).toHaveProperty('chunk')
    }
  })
})

describe('half-written scripts', () => {
  const script = request(
    '  local b = h:body(true)\n  for k, v in pairs(h:headers()) do\n    if k == "x" then b:setBytes([[v]] .. \'q\') end\n  end -- done',
  )

  test('nothing throws, wherever the script breaks off', () => {
    for (let end = 0; end <= script.length; end++) {
      const text = script.slice(0, end)
      completeLua(text, end)
      hoverLua(text, end)
      signatureLua(text, end)
      foldLua(text)
      diagnoseLua(text)
      completeLua(script, end)
    }
  })
})
