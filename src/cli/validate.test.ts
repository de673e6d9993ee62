import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { validateCommand } from './validate.ts'

const directory = mkdtempSync(join(tmpdir(), 'validate-'))
const out = vi.spyOn(console, 'log')
const err = vi.spyOn(console, 'error')

beforeEach(() => {
  out.mockImplementation(() => {})
  err.mockImplementation(() => {})
})
afterEach(() => vi.clearAllMocks())
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const printed = () => out.mock.calls.map(([line]) => JSON.parse(line as string))

describe('validate', () => {
  it('prints a line of JSON for each finding and exits 1 for an error', async () => {
    const bad = file('bad.yaml', 'static_resources:\n  clusters:\n  - {name: a, conect_timeout: 1s}\n')
    const half = file('half.json', '{"configs": [')
    expect(await validateCommand([bad, half])).toBe(1)
    expect(printed()).toEqual([
      {
        file: bad,
        path: 'static_resources.clusters[0].conect_timeout',
        line: 3,
        column: 15,
        severity: 'error',
        rule: 'unknown-field',
        message: 'no such field in Cluster; did you mean connect_timeout?',
        suggestion: 'connect_timeout',
      },
      expect.objectContaining({ file: half, rule: 'syntax', line: 1 }),
    ])
  })

  it('exits 0 when there are only warnings', async () => {
    const filter = '{name: a, typed_config: {"@type": a/envoy.extensions.filters.network.echo.v3.Echo}}'
    const path = file('warn.yaml', `filter_chains: [{filters: [${filter.replace('name: a', 'name: envoy.echo')}]}]\n`)
    expect(await validateCommand([path])).toBe(0)
    expect(printed()).toMatchObject([{ severity: 'warning', rule: 'old-name' }])
  })

  it('exits 1 for a file it cannot read and goes on with the others', async () => {
    const good = file('good.yaml', 'clusters: [{name: a}]\n')
    expect(await validateCommand([join(directory, 'missing.yaml'), good])).toBe(1)
    expect(out).not.toHaveBeenCalled()
    expect(String(err.mock.calls[0]![0])).toMatch(/missing\.yaml: cannot be read/)
  })

  it('exits 2 for wrong usage', async () => {
    expect(await validateCommand([])).toBe(2)
    expect(await validateCommand(['--nope'])).toBe(2)
  })
})
