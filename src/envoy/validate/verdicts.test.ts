import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../load.node.ts'
import { validateText } from './index.ts'
import verdicts from './verdicts.generated.json' with { type: 'json' }

const registry = loadEnvoyRegistry()

/** What Envoy refuses and validation does not look at yet: a part of the configuration, and the reason. */
const MISSED: [part: string, why: string][] = []

const missed = (config: string) => MISSED.some(([part]) => config.includes(part))
const label = (config: string) => config.replace(/\s+/g, ' ').slice(60, 400)

describe.each(verdicts.map((verdict) => [label(verdict.config), verdict] as const))('%s', (_, { config, accepted }) => {
  it(accepted ? 'is accepted, as by Envoy' : 'is refused, as by Envoy', async () => {
    const errors = (await validateText(config, registry)).filter(({ severity }) => severity === 'error')
    if (accepted) expect(errors).toEqual([])
    // A gap that has closed should leave the list.
    else expect(errors.length > 0).toBe(!missed(config))
  })
})
