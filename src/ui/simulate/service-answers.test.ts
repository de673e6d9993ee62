import { describe, expect, it } from 'vitest'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import type { AskedService } from './asked-services.ts'
import { answerMessage, messageAnswer, presetOf, presetsOf } from './service-answers.ts'

const registry = loadEnvoyRegistry()
const authz: AskedService = { kind: 'authorization', protocol: 'grpc' }
const limits: AskedService = { kind: 'rate limit', protocol: 'grpc' }

describe('answers of asked services', () => {
  it.each([authz, limits])('writes each preset so that it is read back and recognised', (service) => {
    for (const preset of presetsOf(service)) {
      const answer = preset.answer ?? messageAnswer(service, preset.message!, registry)
      expect(presetOf(service, { ...answer, delayMs: 5 }, registry)).toBe(preset)
      if (preset.message) expect(answerMessage(service, answer, registry)).toMatchObject(preset.message as object)
    }
  })

  it('writes the bytes that Envoy reads as over the limit', () => {
    const answer = messageAnswer(limits, { overall_code: 'OVER_LIMIT' }, registry)
    expect(answer.body).toEqual({ base64: 'AAAAAAIIAg==' })
    expect(answer.trailers).toEqual([['grpc-status', '0']])
  })

  it('names the place of what the message does not have', () => {
    expect(() => messageAnswer(authz, { status: { kode: 7 } }, registry)).toThrow(/status\.kode/)
  })

  it('reads nothing where there is no message', () => {
    expect(answerMessage(authz, { status: 200, body: 'hi' }, registry)).toBeUndefined()
    expect(answerMessage(authz, {}, registry)).toBeUndefined()
  })
})
