import { describe, expect, it } from 'vitest'
import { designOf } from './import.ts'

const stats = { name: 'istio.stats' }

describe('designOf', () => {
  it('names a case after its file and keeps a design’s own name', () => {
    expect(designOf({ config: {} }, 'file').name).toBe('file')
    expect(
      designOf({
        format: 1,
        name: 'own',
        config: { listeners: [], clusters: [] },
        upstreams: {},
        requests: [],
        connections: [],
      }).name,
    ).toBe('own')
  })
  it('takes what istiod sends a proxy, null lists too, as its own base', () => {
    const design = designOf({
      listeners: [{ name: 'virtualInbound', filters: [stats] }],
      routes: null,
      clusters: [{ name: 'c' }],
    })
    expect(design.istio).toMatchObject({ proxy: 'sidecar', base: { inline: design.config } })
    expect(design.config).not.toHaveProperty('routes')
    expect(designOf({ listeners: [{ name: 'main_internal', f: stats }] }).istio?.proxy).toBe('waypoint')
    expect(designOf({ listeners: [{ name: '0.0.0.0_8080', f: stats }] }).istio?.proxy).toBe('gateway')
  })
  it('takes a bootstrap, which has no base', () => {
    const design = designOf({ admin: {}, static_resources: { listeners: [{ name: 'l' }] } })
    expect(design.config).toEqual({ admin: {}, listeners: [{ name: 'l' }], clusters: [] })
    expect(design.istio).toBeUndefined()
  })
  it('says what it expected of anything else', () => {
    expect(() => designOf({ apiVersion: 'v1', kind: 'Pod' })).toThrow('found apiVersion, kind; expected `config`')
    expect(() => designOf([])).toThrow('expected an object')
    expect(() => designOf({ listeners: 3 })).toThrow('config.listeners: expected array')
  })
})
