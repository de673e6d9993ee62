import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { simulateText } from '../../../cli/simulate.ts'

// A recorded case whose plugin is then changed; what Envoy 1.40 refuses has no recording, so it is tested here.
const recorded = readFileSync(join(import.meta.dirname, 'cases/no-config.yaml'), 'utf8')

interface Plugin {
  configuration?: object
  vm_config: { runtime: string; code: object; configuration?: object }
}

function text(value: string): object {
  return { '@type': 'type.googleapis.com/google.protobuf.StringValue', value }
}

async function outcome(change: (plugin: Plugin) => void) {
  const document = parse(recorded)
  const [chain] = document.config.listeners[0].filter_chains
  change(chain.filters[0].typed_config.http_filters[0].typed_config.config)
  return simulateText(stringify(document))
}

function bytes(...of: number[]): object {
  return { local: { inline_bytes: Buffer.from(of).toString('base64') } }
}

describe('a Wasm filter that Envoy refuses', () => {
  it.each<[string, (plugin: Plugin) => void, RegExp]>([
    ['a module that refuses its configuration', (p) => (p.configuration = text('configure|return|0')), /refuses/],
    ['a module that refuses to start', (p) => (p.vm_config.configuration = text('start|return|0')), /refuses/],
    ['a trap in the configuration', (p) => (p.configuration = text('configure|trap')), /proxy_on_configure/],
    [
      'what it wrote before',
      (p) => (p.configuration = text('configure|log|5|no key\nconfigure|trap')),
      /wrote: no key/,
    ],
    [
      'a runtime that there is not',
      (p) => (p.vm_config.runtime = 'envoy.wasm.runtime.wavm'),
      /envoy\.wasm\.runtime\.v8/,
    ],
    ['what is no module', (p) => (p.vm_config.code = bytes(1, 2, 3)), /no WebAssembly module/],
    [
      'a module without callbacks',
      (p) => (p.vm_config.code = bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
      /not a proxy-wasm/,
    ],
  ])('%s', async (_, change, words) => {
    const result = await outcome(change)
    expect(result).toHaveProperty('error')
    expect((result as { error: string }).error).toMatch(words)
    expect((result as { error: string }).error).toContain('http_filters[0].typed_config.config')
  })
})

describe('a Wasm filter whose module is not here', () => {
  it('lets everything pass', async () => {
    const result = await outcome((plugin) => {
      plugin.vm_config.code = { remote: { http_uri: { uri: 'http://x/m.wasm', cluster: 'backend', timeout: '1s' } } }
    })
    expect(result).toMatchObject({ results: [{ response: { status: 200 } }] })
  })
})
