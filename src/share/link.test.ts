import { deflateSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { type Design, type EnvoyConfig, emptyDesign } from '../model/design.ts'
import { insertFilter } from '../model/edits/filters.ts'
import type { JsonObject } from '../model/json.ts'
import { sampleDesign } from '../model/testing.ts'
import { fromBase64Url, pack, toBase64Url, unpack } from './bytes.ts'
import { decodeLink, encodeDesign, isDesignLink, LinkError } from './link.ts'
import { linkBase, oldLinks } from './old-links.ts'
import { linkWarnings } from './warnings.ts'

const sample = sampleDesign()
const bases = (id: string): EnvoyConfig | undefined =>
  id === 'sample' ? sample.config : id === 'tiny' ? linkBase : undefined
const istio = { version: '1.31', proxy: 'gateway' as const, namespace: 'ns', labels: { a: 'b' } }

async function codeOf(link: string, maxBytes?: number): Promise<string> {
  try {
    await decodeLink(link, { bases, maxBytes })
    return 'opened'
  } catch (error) {
    expect(error).toBeInstanceOf(LinkError)
    expect((error as Error).message).not.toBe('')
    return (error as LinkError).code
  }
}

function link(plain: string): string {
  return `#1.z.${toBase64Url(pack(new TextEncoder().encode(plain)))}`
}

describe('links', () => {
  it('open to the identical design', async () => {
    const odd = JSON.parse('{"__proto__": {"polluted": true}, "text": "grüße 🚀 \\u0000"}') as JsonObject
    const design: Design = { ...sample, later: odd, description: 'ümlaut' }
    const encoded = await encodeDesign(design, { bases })
    expect(JSON.stringify(await decodeLink(encoded, { bases }))).toBe(JSON.stringify(design))
    expect(JSON.stringify(await decodeLink(`https://x.example/app${encoded}`, { bases }))).toBe(JSON.stringify(design))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    expect(encoded).toMatch(/^#1\.z\.[\w-]+$/)
    expect(isDesignLink(encoded)).toBe(true)
    expect(isDesignLink('#top')).toBe(false)
  })
  it('hold only what differs from a base, bundled or brought along', async () => {
    const place = { listener: 0, filterChain: 1, networkFilter: 0, index: 1 }
    const onBase: Design = { ...sample, istio: { ...istio, base: { id: 'sample' } } }
    const { design } = insertFilter(onBase, place, { name: 'mine' })
    const short = await encodeDesign(design, { bases })
    const whole = await encodeDesign({ ...design, istio: { ...istio } }, { bases })
    expect(short.length).toBeLessThan(whole.length / 1.5)
    expect(JSON.stringify(await decodeLink(short, { bases }))).toBe(JSON.stringify(design))
    const inline: Design = { ...design, istio: { ...istio, base: { inline: sample.config } } }
    const own = await encodeDesign(inline, { bases })
    expect(JSON.stringify(await decodeLink(own, { bases }))).toBe(JSON.stringify(inline))
    const same: Design = { ...sample, istio: { ...istio, base: { id: 'sample' } } }
    expect(await decodeLink(await encodeDesign(same, { bases }), { bases })).toEqual(same)
  })
  it('carry the whole design when its base is unknown to the sender', async () => {
    const design: Design = { ...sample, istio: { ...istio, base: { id: 'other' } } }
    expect(await decodeLink(await encodeDesign(design, { bases }), { bases })).toEqual(design)
  })
  it('say clearly why they do not open', async () => {
    const good = await encodeDesign(sample, { bases })
    expect(await codeOf('')).toBe('not-a-link')
    expect(await codeOf('#section')).toBe('not-a-link')
    expect(await codeOf('#0.z.abc')).toBe('not-a-link')
    expect(await codeOf(good.replace('#1.z', '#2.z'))).toBe('newer')
    expect(await codeOf(good.replace('#1.z', '#1.q'))).toBe('newer')
    expect(await codeOf(good.slice(0, good.length / 2))).toBe('truncated')
    expect(await codeOf('#1.z.')).toBe('truncated')
    expect(await codeOf(`${good.slice(0, 40)}%20${good.slice(43)}`)).toBe('damaged')
    expect(await codeOf(link('{"d": 3}'))).toBe('invalid-design')
    expect(await codeOf(link('not json'))).toBe('damaged')
    expect(await codeOf(link('{"d": {"format": 1, "config": 3}}'))).toBe('invalid-design')
    expect(await codeOf(link('{"d": {"format": 99, "config": {}}}'))).toBe('newer')
    expect(await codeOf(link(`{"d": ${'['.repeat(100_000)}`))).toBe('invalid-design')
    expect(await codeOf(link('{"d": {"config": null}}'))).toBe('invalid-design')
  })
  it('never open to something else when one character was changed', async () => {
    const good = await encodeDesign(sample, { bases })
    for (let at = 5; at < good.length; at += 7) {
      const other = good[at] === 'A' ? 'B' : 'A'
      const changed = good.slice(0, at) + other + good.slice(at + 1)
      const opened = await decodeLink(changed, { bases }).catch((error: unknown) => error)
      if (!(opened instanceof LinkError)) expect(opened).toEqual(sample)
    }
  })
  it('name a base that is missing or is not the one they were made on', async () => {
    const design: Design = { ...sample, name: 'x', istio: { ...istio, base: { id: 'sample' } } }
    const encoded = await encodeDesign(design, { bases })
    await expect(decodeLink(encoded, { bases: () => undefined })).rejects.toMatchObject({ code: 'unknown-base' })
    const changed = (): EnvoyConfig => ({ listeners: [], clusters: [] })
    await expect(decodeLink(encoded, { bases: changed })).rejects.toMatchObject({ code: 'base-changed' })
  })
  it('stop unpacking a bomb at the limit', async () => {
    const bomb = `#1.z.${toBase64Url(deflateSync(new Uint8Array(200 * 1024 * 1024)))}AAAAAA`
    expect(bomb.length).toBeLessThan(400_000)
    const before = process.memoryUsage().rss
    expect(await codeOf(bomb)).toBe('too-large')
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
    expect(await codeOf(await encodeDesign(sample, { bases }), 100)).toBe('too-large')
  })
  it.each(oldLinks)('made long ago still open: $made', async ({ link: old, design }) => {
    expect(await decodeLink(old, { bases })).toEqual(design)
  })
})

describe('packing', () => {
  it('brings every byte back', () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919) >> 3)
    expect(unpack(fromBase64Url(toBase64Url(pack(bytes)))!, 1e6)).toEqual({ bytes })
    expect(unpack(pack(new Uint8Array()), 10)).toEqual({ bytes: new Uint8Array() })
  })
})

describe('warnings', () => {
  const request = {
    headers: [
      ['Authorization', 'Bearer abcdef'],
      ['x-a', 'b'],
    ] as [string, string][],
  }
  it('point at what looks like a secret', () => {
    const design: Design = {
      ...emptyDesign(),
      config: {
        listeners: [],
        clusters: [{ password: { inline_string: 'hunter2' }, token_secret: { sds_config: {} }, note: 'password' }],
      },
      requests: [request, { tls: { clientKey: '-----BEGIN PRIVATE KEY-----\nx' } }],
    }
    expect(linkWarnings(design, '#').map((warning) => warning.path)).toEqual([
      'config.clusters[0].password.inline_string',
      'requests[0].headers[0]',
      'requests[1].tls.clientKey',
    ])
  })
  it('find none in a plain design', () => {
    expect(linkWarnings(sample, '#')).toEqual([])
  })
  it('say when a link is long', () => {
    expect(linkWarnings(sample, 'x'.repeat(2_000))).toEqual([])
    expect(linkWarnings(sample, 'x'.repeat(2_001))[0]?.code).toBe('long')
    expect(linkWarnings(sample, 'x'.repeat(8_001))[0]?.code).toBe('very-long')
  })
})
