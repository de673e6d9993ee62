import { describe, expect, it } from 'vitest'
import { caseFiles, expectedOf, named, proxyOf, readCase } from '../../../conformance/istio/cases.ts'
import { recordedBase } from '../../../conformance/istio/scenarios.ts'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { type ApplyResult, applyResources } from './index.ts'

const registry = loadEnvoyRegistry().types

/** istiod's own order of listeners and clusters is random in places; within a name everything is compared. */
async function run(file: string): Promise<{ got: ApplyResult; expected: unknown; refused: number }> {
  const entry = readCase(file)
  const base = recordedBase(entry.base)
  const got = applyResources(base, proxyOf(entry), entry.resources, { registry })
  return { got, expected: expectedOf(entry, base), refused: entry.refused?.length ?? 0 }
}

describe('apply makes of resources what istiod made of them', () => {
  for (const file of caseFiles()) {
    it(file.replace('.yaml', ''), async () => {
      const { got, expected, refused } = await run(file)
      expect(named(got)).toEqual(expected)
      const errors = got.notes.filter((note) => note.severity === 'error')
      expect(errors.map((note) => note.message)).toHaveLength(refused)
    })
  }

  it('has cases, each recorded', () => {
    expect(caseFiles().length).toBeGreaterThan(40)
    for (const file of caseFiles()) expect(readCase(file).expect, file).toBeDefined()
  })

  it('does not depend on the order in which a dump has the listeners', () => {
    const entry = readCase('traffic-extension-match.yaml')
    const base = recordedBase(entry.base)
    const shuffled = { ...base, listeners: base.listeners.toReversed(), clusters: base.clusters.toReversed() }
    const [a, b] = [base, shuffled].map((config) =>
      named(
        applyResources(config, proxyOf(entry), [...entry.resources, ...readCase('context-any.yaml').resources], {
          registry,
        }),
      ),
    )
    expect(b).toEqual(a)
  })
})
