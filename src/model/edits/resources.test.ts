import { describe, expect, it } from 'vitest'
import type { Design } from '../design.ts'
import { asObjects, getAt } from '../json.ts'
import { openDesign } from '../migrations.ts'
import { sampleDesign } from '../testing.ts'
import {
  addChain,
  addCluster,
  addListener,
  addRoute,
  addRouteConfig,
  addVirtualHost,
  duplicateChain,
  moveObject,
  removeObject,
  renameCluster,
  renameListener,
  renameRouteConfig,
} from './resources.ts'
import { removeConnection, removeRequest, setRequest, setUpstream } from './traffic.ts'

const design = sampleDesign()
const host = ['config', 'routes', 0, 'virtual_hosts', 0]

describe('resources', () => {
  it('are added under free names and selected', () => {
    const two = addListener(addListener(design).design)
    expect(two.design.config.listeners.map((listener) => listener.name)).toEqual([
      'main',
      'listener_10000',
      'listener_10001',
    ])
    expect(getAt(two.design, two.select!)).toBe(two.design.config.listeners[2])
    expect(addCluster(design, { name: 'a' }).design.config.clusters.at(-1)?.name).toBe('a-2')
    expect(addRouteConfig(design, 'r').design.config.routes?.at(-1)?.name).toBe('r-2')
    const chain = addChain(design, 0)
    expect(getAt(chain.design, [...chain.select!, 'name'])).toBe('chain')
    const hosted = addVirtualHost(design, ['config', 'routes', 0])
    expect(getAt(hosted.design, [...hosted.select!, 'domains'])).toEqual(['host.example.com'])
    const route = addRoute(design, host, undefined, 0)
    expect(asObjects(getAt(route.design, [...host, 'routes'])).map((one) => one.name)).toEqual([
      'route',
      'x',
      undefined,
    ])
    for (const edit of [two, chain, hosted, route]) expect(() => openDesign(edit.design as never)).not.toThrow()
  })
  it('are duplicated, the default chain as an ordinary one', () => {
    const edit = duplicateChain(design, { listener: 0, filterChain: 'default' })
    expect(edit.select).toEqual(['config', 'listeners', 0, 'filter_chains', 2])
  })
  it('are removed and moved, and the label says what', () => {
    expect(removeObject(design, ['config', 'clusters', 1])).toMatchObject({ label: 'Delete cluster b' })
    expect(removeObject(design, host).label).toBe('Delete virtual host shop/eu~1')
    expect(removeObject(design, ['config', 'clusters', 1]).select).toEqual(['config', 'clusters', 0])
    expect(removeObject(design, host).select).toEqual(['config', 'routes', 0])
    expect(removeObject(design, ['config', 'listeners', 0]).select).toBeUndefined()
    const edit = moveObject(design, [...host, 'routes', 0], 2)
    expect(asObjects(getAt(edit.design, [...host, 'routes'])).map((one) => one.name)).toEqual([undefined, 'x'])
    expect(edit.label).toBe('Move route x')
    expect(() => removeObject(design, ['config', 'clusters', 9])).toThrow('config.clusters[9]')
  })
  it('are renamed with everything that names them', () => {
    const cluster = renameCluster(design, 0, 'z').design
    const text = JSON.stringify(cluster)
    expect(text).not.toContain('"a"')
    expect(Object.keys(cluster.upstreams).sort()).toEqual(['b', 'z'])
    expect(text.split('"z"').length - 1).toBe(5)
    const listener = renameListener(design, 0, 'l').design
    expect(listener.requests[0]?.listener).toBe('l')
    expect(listener.connections[0]?.listener).toBeUndefined()
    const routes = renameRouteConfig(design, 0, 'q').design
    expect(JSON.stringify(routes.config.listeners)).toContain('"route_config_name":"q"')
  })
})

describe('traffic', () => {
  it('keeps expectations in step with requests', () => {
    const expecting: Design = { ...design, expect: [{ r: 1 }, { c: 1 }] }
    expect(setRequest(expecting, 1, {}).design.expect).toEqual([{ r: 1 }, null, { c: 1 }])
    expect(setRequest(expecting, 0, {}).design.expect).toEqual([{ r: 1 }, { c: 1 }])
    expect(removeRequest(expecting, 0).design.expect).toEqual([{ c: 1 }])
    expect(removeConnection(expecting, 0).design.expect).toEqual([{ r: 1 }])
  })
  it('sets and clears what a cluster answers', () => {
    expect(setUpstream(design, 'b', undefined).design.upstreams).toEqual({ a: [{ status: 200 }] })
  })
})
