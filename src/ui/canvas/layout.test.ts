import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CatalogueEntry, catalogueOf } from '../../model/catalogue.ts'
import type { Design, EnvoyConfig } from '../../model/design.ts'
import { insertFilter } from '../../model/edits/filters.ts'
import { addCluster, addListener } from '../../model/edits/resources.ts'
import { designOf } from '../../model/import.ts'
import type { Json } from '../../model/json.ts'
import { pathOfId } from '../../model/locate.ts'
import { originsOf } from '../../model/origin.ts'
import { sampleDesign } from '../../model/testing.ts'
import { nearestGap } from './gaps.ts'
import { layOut } from './layout.ts'
import type { LayoutInput } from './layout-types.ts'
import { project } from './projection.ts'
import { reveal, roomOf, startViewport } from './viewport.ts'

const router: CatalogueEntry = {
  name: 'envoy.filters.http.router',
  title: 'Router',
  kind: 'http',
  group: 'protocol',
  summary: '',
  modelled: 'full',
  notModelled: [],
  docs: '',
  terminal: true,
  upstream: false,
  typeUrl: 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
  defaultConfig: {},
}
const catalogue = catalogueOf([router])
const client = { method: 'GET', source: '127.0.0.1' }

function base(name: string): Design {
  const url = new URL(`../../istio/bases/${name}.json`, import.meta.url)
  return designOf(JSON.parse(readFileSync(url, 'utf8')) as Json)
}

function baseOf(design: Design): EnvoyConfig | undefined {
  return design.istio?.base && 'inline' in design.istio.base ? design.istio.base.inline : undefined
}

function lay(design: Design, more: Partial<LayoutInput> = {}) {
  const projection = project(design, catalogue, originsOf(design.config, baseOf(design)))
  return { projection, layout: layOut({ projection, client, ...more }) }
}

const drawn = ['gateway', 'sidecar', 'waypoint'].flatMap((name) =>
  (['wide', 'snug', 'tight'] as const).map((room) => ({ name, room })),
)
describe.each(drawn)('the $name, where it is $room', ({ name, room }) => {
  const design = base(name)
  const { projection, layout } = lay(design, { room })

  it('has ids that lead back into the document, each once', () => {
    const ids = layout.nodes.map((node) => node.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const node of layout.nodes.filter((one) =>
      ['filter', 'listener', 'route', 'cluster', 'frame'].includes(one.type ?? ''),
    )) {
      expect(pathOfId(design, node.id), node.id).toBeDefined()
    }
  })
  it('draws nothing over anything else', () => {
    const top = layout.nodes.filter((node) => node.parentId === undefined)
    for (const [index, one] of top.entries()) {
      const a = layout.rects.get(one.id)!
      for (const other of top.slice(index + 1)) {
        const b = layout.rects.get(other.id)!
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        expect(apart, `${one.id} and ${other.id}`).toBe(true)
      }
    }
  })
  it('keeps what stands in a frame inside it', () => {
    for (const node of layout.nodes) {
      if (node.parentId === undefined) continue
      const inner = layout.rects.get(node.id)!
      const outer = layout.rects.get(node.parentId)!
      expect(inner.y + inner.height, node.id).toBeLessThanOrEqual(outer.y + outer.height)
      expect(inner.x + inner.width, node.id).toBeLessThanOrEqual(outer.x + outer.width)
    }
  })
  it('wires only what is drawn', () => {
    const ids = new Set(layout.nodes.map((node) => node.id))
    for (const edge of layout.edges) expect(ids.has(edge.source) && ids.has(edge.target), edge.id).toBe(true)
  })
  it('lets the arrow keys reach every card', () => {
    const walked = new Set(layout.columns.flat())
    const cards = layout.nodes.filter((node) => !['label', 'slot', 'gap'].includes(node.type ?? ''))
    for (const node of cards) expect(walked.has(node.id), node.id).toBe(true)
  })
  it('locks what is Istio’s', () => {
    expect(projection.manager?.filters.every((card) => card.locked)).toBe(true)
  })
})

describe('the gateway', () => {
  const design = base('gateway')
  const list = { listener: 0, filterChain: 0, networkFilter: 0 }

  it('shows where Istio’s phases begin, and keeps them there around the user’s filters', () => {
    const lines = (one: Design) => lay(one).projection.manager?.slots.map((slot) => [slot.label, slot.index])
    expect(lines(design)).toEqual([
      ['AUTHN', 1],
      ['AUTHZ', 1],
      ['STATS', 1],
    ])
    const { design: edited } = insertFilter(design, { ...list, index: 1 }, { name: 'mine' })
    expect(lines(edited)).toEqual([
      ['AUTHN', 1],
      ['AUTHZ', 2],
      ['STATS', 2],
    ])
    const filters = lay(edited).projection.manager?.filters
    expect(filters?.map((card) => card.locked)).toEqual([true, false, true, true, true, true, true, true])
  })
  it('has a gap before every filter and none after the one that ends the chain', () => {
    const gaps = lay(design).layout.gaps.filter((gap) => gap.kind === 'http')
    expect([...new Set(gaps.map((gap) => gap.place.index))]).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
  it('opens the gap under the pointer without moving what the pointer is compared with', () => {
    const { layout } = lay(design)
    const frame = layout.rects.get(lay(design).projection.manager!.id)!
    const filter = (index: number) => layout.rects.get(lay(design).projection.manager!.filters[index]!.id)!
    const under = filter(0)
    const gap = nearestGap(layout.gaps, 'http', frame.x + 100, under.y + under.height + 4)
    expect(gap?.place).toEqual({ ...list, index: 1 })
    expect(nearestGap(layout.gaps, 'http', frame.x - 300, under.y)).toBeUndefined()
    expect(nearestGap(layout.gaps, 'network', frame.x + 100, frame.y)?.place).toEqual({
      listener: 0,
      filterChain: 0,
      index: 0,
    })
    const opened = lay(design, { openGap: { place: gap!.place, text: 'Lua here' } }).layout
    expect(opened.gaps).toEqual(layout.gaps)
    expect(opened.nodes.find((node) => node.id === 'gap')?.data).toEqual({ text: 'Lua here' })
  })
})

describe('large designs', () => {
  it('become lists to pick from', () => {
    let design = sampleDesign()
    for (let count = 0; count < 40; count++) {
      design = addListener(design).design
      design = addCluster(design).design
    }
    const { layout } = lay(design)
    expect(layout.nodes.filter((node) => node.type === 'picker').map((node) => node.id)).toEqual([
      'picker:listeners',
      'picker:clusters',
    ])
    expect(layout.nodes.length).toBeLessThan(40)
    expect(layout.height).toBeLessThan(1200)
  })
  it('are laid out in a moment', () => {
    const design = sampleDesign()
    const hosts = Array.from({ length: 2000 }, (_, index) => ({
      name: `h${index}`,
      domains: [`h${index}`],
      routes: [],
    }))
    const config = { ...design.config, routes: [{ name: 'r', virtual_hosts: hosts }] }
    const started = performance.now()
    const { layout } = lay({ ...design, config, view: { listener: 'listener:main', chain: 'listener:main/chain:web' } })
    expect(layout.nodes.some((node) => node.id === 'picker:hosts')).toBe(true)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('the view', () => {
  it('starts at the beginning, never too small to read', () => {
    const view = startViewport({ width: 1200, height: 500 }, { width: 700, height: 400 })
    expect(view.zoom).toBeGreaterThanOrEqual(0.8)
    expect(view.x).toBeGreaterThan(0)
    expect(startViewport({ width: 1200, height: 500 }, { width: 3000, height: 2000 }).zoom).toBeLessThanOrEqual(1.2)
  })
  it('has all columns in it at 1024 and 1440, with and without the inspector, and can be read', () => {
    const design = base('gateway')
    for (const width of [1206, 845, 819, 703]) {
      const { layout } = lay(design, { room: roomOf(width) })
      const { zoom, x } = startViewport(layout, { width, height: 480 })
      expect(zoom, `${width}`).toBeGreaterThanOrEqual(0.8)
      expect(x + layout.width * zoom, `${width}`).toBeLessThanOrEqual(width)
    }
  })
  it('moves only if it must', () => {
    const view = { x: 0, y: 0, zoom: 1 }
    const frame = { width: 500, height: 400 }
    expect(reveal(view, { x: 100, y: 100, width: 50, height: 50 }, frame)).toBe(view)
    expect(reveal(view, { x: 600, y: 100, width: 50, height: 50 }, frame).x).toBeLessThan(-150)
    expect(reveal(view, { x: 100, y: -50, width: 50, height: 50 }, frame).y).toBeGreaterThan(50)
  })
})
