import { describe, expect, it } from 'vitest'
import { fromBytes, readCase, toBytes } from './case-document.ts'

describe('readCase', () => {
  it('resolves plain scalars as YAML 1.1 tools do', () => {
    const { config } = readCase('config: {a: on, b: 1e3, c: 08, d: 0o17, e: 12, f: "no", g: 0.5, h: y}')
    expect(config).toEqual({ a: true, b: '1e3', c: '08', d: '0o17', e: 12, f: 'no', g: 0.5, h: 'y' })
  })

  it('names the place of what is wrong', () => {
    expect(() => readCase('config: [')).toThrow(/line 1, column/)
    expect(() => readCase('requests: []')).toThrow('config:')
    expect(() => readCase('config: {}\nrequests: 3')).toThrow('requests: a list is expected (line 2, column 11)')
  })

  it('keeps bytes that are not text', () => {
    expect(fromBytes(Buffer.from([0xff, 0]))).toEqual({ base64: '/wA=' })
    expect(toBytes({ base64: '/wA=' })).toEqual(Buffer.from([0xff, 0]))
    expect(fromBytes(Buffer.from('\ufeffé'))).toBe('\ufeffé')
  })
})
