import { describe, expect, it } from 'vitest'
import { moveFilter } from './edits/filters.ts'
import { isObject, type Path } from './json.ts'
import { idOfPath, kindOfId, parentId, pathOfId, wayTo } from './locate.ts'
import { sampleDesign } from './testing.ts'

const design = sampleDesign()

function everyPath(value: unknown, path: Path = []): Path[] {
  const inner = Array.isArray(value)
    ? value.flatMap((entry, index) => everyPath(entry, [...path, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([key, entry]) => everyPath(entry, [...path, key]))
      : []
  return [path, ...inner]
}

describe('ids', () => {
  it('name things, tell equal names apart, and escape what they are built with', () => {
    const http = ['config', 'listeners', 0, 'filter_chains', 1, 'filters', 0, 'typed_config', 'http_filters']
    expect(idOfPath(design, [...http, 1])?.id).toBe('listener:main/chain:web/nf:hcm/hf:two')
    expect(idOfPath(design, [...http, 2])?.id).toBe('listener:main/chain:web/nf:hcm/hf:two~2')
    const host = ['config', 'routes', 0, 'virtual_hosts', 0]
    expect(idOfPath(design, [...host, 'routes', 1])?.id).toBe('routes:r/vhost:shop%2Feu%7E1/route:')
  })
  it('lead back to the path they were made from, everywhere in the document', () => {
    const ids = new Map<string, Path>()
    for (const path of everyPath(design)) {
      const found = idOfPath(design, path)
      if (!found) continue
      const own = path.slice(0, path.length - found.rest.length)
      expect(pathOfId(design, found.id)).toEqual(own)
      ids.set(found.id, own)
    }
    expect([...ids.keys()].map(kindOfId)).toEqual(
      expect.arrayContaining([
        'listener',
        'lf',
        'chain',
        'default',
        'nf',
        'hf',
        'inline',
        'routes',
        'vhost',
        'route',
        'cluster',
      ]),
    )
    expect(new Set([...ids.values()].map((path) => JSON.stringify(path))).size).toBe(ids.size)
  })
  it('give what is left of a path inside the object', () => {
    const path = ['config', 'listeners', 0, 'filter_chains', 1, 'filters', 0, 'typed_config', 'stat_prefix']
    expect(idOfPath(design, path)).toEqual({
      id: 'listener:main/chain:web/nf:hcm',
      rest: ['typed_config', 'stat_prefix'],
    })
  })
  it('stay when the filter moves', () => {
    const list = { listener: 0, filterChain: 1, networkFilter: 0 }
    const { design: moved } = moveFilter(design, { ...list, index: 0 }, { ...list, index: 3 })
    const id = 'listener:main/chain:web/nf:hcm/hf:one'
    expect(pathOfId(design, id)?.at(-1)).toBe(0)
    expect(pathOfId(moved, id)?.at(-1)).toBe(2)
  })
  it('lead nowhere when the object is gone or the path is past the end', () => {
    expect(pathOfId(design, 'listener:main/chain:web/nf:hcm/hf:gone')).toBeUndefined()
    expect(pathOfId(design, 'nonsense')).toBeUndefined()
    expect(idOfPath(design, ['config', 'listeners', 7])).toBeUndefined()
    expect(idOfPath(design, ['name'])).toBeUndefined()
  })
  it('know their parent', () => {
    expect(parentId('listener:main/chain:web')).toBe('listener:main')
    expect(parentId('cluster:a')).toBe('')
  })
})

it('tells what has to be open for an object to be on the canvas', () => {
  expect(wayTo('listener:l/chain:web/nf:hcm/hf:lua')).toEqual({ listener: 'listener:l', chain: 'listener:l/chain:web' })
  expect(wayTo('listener:l/default/nf:tcp')).toEqual({ listener: 'listener:l', chain: 'listener:l/default' })
  expect(wayTo('listener:l/lf:tls')).toEqual({ listener: 'listener:l' })
  expect(wayTo('routes:r/vhost:shop/route:api')).toEqual({ host: 'routes:r/vhost:shop' })
  expect(wayTo('cluster:a')).toEqual({})
})
