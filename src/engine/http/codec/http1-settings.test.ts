import { describe, expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import type { Http1ProtocolOptions } from '../../../envoy/types/envoy/config/core/v3/protocol_pb.d.ts'
import type { MessageRegistry } from '../../services.ts'
import { headerKeyFormat, statefulKeyFormat } from './http1-settings.ts'

const registry = loadEnvoyRegistry() as unknown as MessageRegistry

function options(format: object): Http1ProtocolOptions {
  return registry.decode('envoy.config.core.v3.Http1ProtocolOptions', { header_key_format: format })
}

function preserveCase(more: object = {}) {
  const type =
    'type.googleapis.com/envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig'
  return options({ stateful_formatter: { name: 'p', typed_config: { '@type': type, ...more } } })
}

describe('preserve_case', () => {
  test('gives names back as they came, the first spelling of each', () => {
    const keys = statefulKeyFormat(preserveCase(), registry)!()
    for (const name of ['X-One', 'x-ONE', 'eTag']) keys.noteKey(name)
    expect(['x-one', 'etag', 'x-added'].map((name) => keys.format(name))).toEqual(['X-One', 'eTag', 'x-added'])
  })

  test('writes Envoy’s own names in proper case, and passes the reason on, when told to', () => {
    const keys = statefulKeyFormat(
      preserveCase({ formatter_type_on_envoy_headers: 'PROPER_CASE', forward_reason_phrase: true }),
      registry,
    )!()
    keys.noteReason('Fine')
    expect(keys.format('x-added')).toBe('X-Added')
    expect(keys.reason).toBe('Fine')
  })

  test('keeps the reason to itself otherwise', () => {
    const keys = statefulKeyFormat(preserveCase(), registry)!()
    keys.noteReason('Fine')
    expect(keys.reason).toBeUndefined()
  })
})

test('proper_case_words needs nothing of the message', () => {
  const proper = options({ proper_case_words: {} })
  expect(headerKeyFormat(proper)?.('content-type')).toBe('Content-Type')
  expect(statefulKeyFormat(proper, registry)).toBeUndefined()
  expect(headerKeyFormat(preserveCase())).toBeUndefined()
})
