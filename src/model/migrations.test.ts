import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { emptyDesign, FORMAT } from './design.ts'
import type { Json } from './json.ts'
import { type DesignError, migrations, openDesign } from './migrations.ts'

const oldDocuments = new URL('./old/', import.meta.url)

function errorOf(document: unknown): DesignError {
  try {
    openDesign(document as Json)
  } catch (error) {
    return error as DesignError
  }
  throw new Error('opened')
}

describe('migrations', () => {
  it('are numbered without a gap up to the current version', () => {
    expect(migrations.map((migration) => migration.to)).toEqual(Array.from({ length: FORMAT }, (_, index) => index + 1))
    expect(new Set(migrations.map((migration) => migration.name)).size).toBe(migrations.length)
  })
  it('have an old document for every version there was', () => {
    const versions = readdirSync(oldDocuments).map((file) => Number(/^v(\d+)-/.exec(file)?.[1]))
    expect([...new Set(versions)].sort()).toEqual(Array.from({ length: FORMAT + 1 }, (_, index) => index))
  })
  it.each(readdirSync(oldDocuments))('open %s', (file) => {
    const document = JSON.parse(readFileSync(new URL(file, oldDocuments), 'utf8')) as { before: Json; after: Json }
    const opened = openDesign(document.before)
    expect(opened).toEqual(document.after)
    expect(openDesign(opened as Json)).toEqual(opened)
  })
})

describe('opening', () => {
  it('leaves a design as it is, unknown fields included', () => {
    const design = { ...emptyDesign('x'), later: { a: 1 }, view: { zoom: 2 } }
    expect(openDesign(design as unknown as Json)).toEqual(design)
  })
  it('names the place of what is wrong', () => {
    expect(errorOf({ config: { listeners: {}, clusters: [] } }).message).toBe('config.listeners: expected array')
    expect(errorOf({ config: { listeners: [3], clusters: [] } }).message).toBe(
      'config.listeners[0]: expected an object',
    )
    expect(errorOf({ config: {}, upstreams: { a: 'up' } }).message).toContain('upstreams.a: expected a list of answers')
    expect(errorOf({ config: {}, requests: [{ headers: [['a']] }] }).issues[0]?.path).toEqual([
      'requests',
      0,
      'headers',
      0,
    ])
  })
  it('tells a newer design from one that is none', () => {
    expect(errorOf({ format: FORMAT + 1, config: {} })).toMatchObject({ code: 'newer' })
    expect(errorOf({ format: 'x', config: {} })).toMatchObject({ code: 'not-a-design' })
    expect(errorOf({})).toMatchObject({ code: 'not-a-design' })
    expect(errorOf([])).toMatchObject({ code: 'not-a-design' })
  })
})
