import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compareResults } from './compare.ts'
import { normaliseResult } from './normalise.ts'
import { writeExpect } from './write-expect.ts'

describe('normaliseResult', () => {
  it('masks what is volatile and sorts by name, keeping the order within a name', () => {
    const { response } = normaliseResult({
      response: {
        headers: [
          ['X-B', '2'],
          ['x-request-id', 'abc'],
          ['date', 'now'],
          ['x-b', '1'],
          ['a', '0'],
        ],
        received: 'HTTP/1.1 400\r\nDate: today\r\n\r\n',
      },
      upstream: [],
    })
    expect(response.headers).toEqual([
      ['a', '0'],
      ['x-b', '2'],
      ['x-b', '1'],
      ['x-request-id', '<uuid>'],
    ])
    expect(response.received).toBe('HTTP/1.1 400\r\nDate: <date>\r\n\r\n')
  })
})

describe('compareResults', () => {
  const result = (headers: [string, string][], more: object = {}) => [
    { response: { status: 200, headers }, upstream: [], ...more },
  ]

  it('takes headers of different names in any order', () => {
    const [a, b]: [string, string][] = [
      ['a', '1'],
      ['b', '2'],
    ]
    expect(compareResults(result([a!, b!]), result([b!, a!]))).toEqual([])
  })

  it('tells missing, extra and reordered headers apart', () => {
    expect(compareResults(result([['a', '1']]), result([['a', '2']]))).toEqual([
      '#0.response.headers: missing a: 1',
      '#0.response.headers: extra a: 2',
    ])
    const twice: [string, string][] = [
      ['a', '1'],
      ['a', '2'],
    ]
    expect(compareResults(result(twice), result([...twice].reverse()))).toEqual(['#0.response.headers: order differs'])
  })

  it('names fields that differ and results that are missing', () => {
    expect(compareResults(result([], { flags: 'UF' }), result([]))).toEqual(['#0.flags: want "UF" got null'])
    expect(compareResults(result([]), [])).toEqual(['0 results for 1 requests and connections'])
  })
})

describe('writeExpect', () => {
  const results = [
    { response: { status: 200, headers: [[':authority', 'yes']] as [string, string][], body: '\x85' }, upstream: [] },
  ]

  it('replaces expect alone and leaves comments, quotes and order', () => {
    const text =
      "# top\nconfig: {a: 'x'}   # why\nexpect:\n- response: {status: 1}\n\n# about requests\nrequests: [ ]\n"
    const written = writeExpect(text, results)
    expect(written.startsWith("# top\nconfig: {a: 'x'}   # why\nexpect:\n")).toBe(true)
    expect(written.endsWith('\n# about requests\nrequests: [ ]\n')).toBe(true)
    expect(parse(written).expect).toEqual(results)
    expect(writeExpect(written, results)).toBe(written)
  })

  it('appends it where there is none, also to a file without a last line break', () => {
    expect(parse(writeExpect('config: {}', results)).expect).toEqual(results)
  })

  it('quotes what YAML 1.1 reads otherwise, and what no YAML allows', () => {
    const written = writeExpect('config: {}\n', results)
    expect(written).toContain('[":authority", "yes"]')
    expect(written).toContain('"\\u0085"')
  })

  it('keeps a JSON file JSON', () => {
    const written = writeExpect('{"config": {}}', results)
    expect(JSON.parse(written)).toEqual({ config: {}, expect: results })
  })
})
