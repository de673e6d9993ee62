import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { loadBase } from '../istio/bases/index.ts'
import { shareCommand } from './share.ts'

const folder = mkdtempSync(join(tmpdir(), 'share-'))
const out = vi.spyOn(console, 'log').mockImplementation(() => {})
const err = vi.spyOn(console, 'error').mockImplementation(() => {})

afterEach(() => {
  out.mockClear()
  err.mockClear()
})

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

it('brings a design on a bundled base back the same, in a short link', async () => {
  const { listeners, routes, clusters, endpoints } = (await loadBase('gateway')) as unknown as Record<string, object[]>
  const istio = { version: '1.31', proxy: 'gateway', namespace: 'istio-system', labels: {}, base: { id: 'gateway' } }
  const config = { listeners, routes, clusters: [...clusters!, { name: 'mine' }], endpoints }
  const design = { format: 1, name: 'x', istio, config, upstreams: {}, requests: [], connections: [] }
  expect(await shareCommand(['encode', file('design.json', JSON.stringify(design))])).toBe(0)
  const link = String(out.mock.calls[0]?.[0])
  expect(link.length).toBeLessThan(400)
  expect(await shareCommand(['decode', link])).toBe(0)
  expect(JSON.parse(String(out.mock.calls[1]?.[0]))).toEqual(design)
})

it('makes a design of a case, and warns of secrets on stderr', async () => {
  const yaml = 'config:\n  listeners: []\n  clusters: []\nrequests:\n- headers: [[authorization, Bearer abcdef]]\n'
  expect(await shareCommand(['encode', file('a-case.yaml', yaml)])).toBe(0)
  expect(String(err.mock.calls[0]?.[0])).toContain('requests[0].headers[0]')
  expect(await shareCommand(['decode', String(out.mock.calls[0]?.[0])])).toBe(0)
  expect(JSON.parse(String(out.mock.calls[1]?.[0]))).toMatchObject({ name: 'a-case', format: 1 })
})

it('says what is wrong, with exit code 1', async () => {
  expect(await shareCommand(['encode', file('bad.yaml', 'config: [\n')])).toBe(1)
  expect(String(err.mock.calls[0]?.[0])).toMatch(/bad\.yaml:\d+:\d+: /)
  expect(await shareCommand(['encode', join(folder, 'missing.json')])).toBe(1)
  expect(await shareCommand(['decode', '#1.z.abc'])).toBe(1)
  expect(String(err.mock.calls[2]?.[0])).toContain('cut short')
  expect(out).not.toHaveBeenCalled()
})

it('knows its usage', async () => {
  expect(await shareCommand([])).toBe(2)
  expect(await shareCommand(['encode'])).toBe(2)
  expect(await shareCommand(['send', 'x'])).toBe(2)
})
