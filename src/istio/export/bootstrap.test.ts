import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { listBases, loadBase } from '../bases/index.ts'
import { at, objectsAt, stringAt } from '../message/json.ts'
import { toBootstrap } from './bootstrap.ts'

const registry = loadEnvoyRegistry().types
const envoy = process.env.ENVOY ?? 'envoy'
const hasEnvoy = spawnSync(envoy, ['--version']).status === 0

describe('toBootstrap', () => {
  it('puts routes and endpoints where Envoy finds them without a control plane', async () => {
    const { bootstrap, notes } = toBootstrap(await loadBase('gateway'), { registry })
    const listeners = objectsAt(bootstrap, 'static_resources', 'listeners')
    const manager = at(listeners[0], 'filter_chains', 0, 'filters', 0, 'typed_config')
    expect(stringAt(manager, 'route_config', 'name')).toBe('http.8080')
    expect(at(manager, 'rds')).toBeUndefined()
    const clusters = objectsAt(bootstrap, 'static_resources', 'clusters')
    const httpbin = clusters.find((cluster) => stringAt(cluster, 'name').startsWith('outbound|8000'))
    expect(httpbin?.type).toBe('STATIC')
    expect(JSON.stringify(httpbin?.load_assignment)).toContain('10.0.0.1')
    expect(notes.map((note) => note.place)).toContain('listener 0.0.0.0_8080 / istio.metadata_exchange')
    expect(notes.some((note) => note.message.includes('SDS'))).toBe(true)
  })

  for (const { id } of listBases()) {
    it.skipIf(!hasEnvoy)(`is a configuration that Envoy accepts: ${id}`, async () => {
      const { yaml } = toBootstrap(await loadBase(id), { registry })
      const dir = mkdtempSync(join(tmpdir(), 'bootstrap-'))
      try {
        writeFileSync(join(dir, 'envoy.yaml'), yaml)
        const output = execFileSync(envoy, ['--mode', 'validate', '-c', join(dir, 'envoy.yaml')], {
          encoding: 'utf8',
          stdio: 'pipe',
        })
        expect(output).toContain('OK')
      } finally {
        rmSync(dir, { recursive: true, force: true })
      }
    })
  }
})
