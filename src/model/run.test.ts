import { describe, expect, it } from 'vitest'
import { marksOf, type RunStep } from './run.ts'
import { sampleDesign } from './testing.ts'

const design = sampleDesign()
const list = 'listeners[0].filter_chains[1].filters[0].typed_config.http_filters'
const changes = { added: [1], changed: [2, 3], removed: [] }

describe('marks', () => {
  it('count changes by direction, and reach what contains the filter', () => {
    const steps: RunStep[] = [
      { kind: 'http_filter', phase: 'request', name: 'one', path: `${list}[0]`, changes, status: 'Continue' },
      { kind: 'http_filter', phase: 'request', name: 'one', path: `config.${list}[0]`, changes },
      {
        kind: 'http_filter',
        phase: 'response',
        name: 'one',
        path: `${list}[0]`,
        changes,
        logs: [{ level: 'error', text: 'x' }],
      },
      { kind: 'upstream', phase: 'request', name: 'a' },
      { kind: 'local_reply', phase: 'request', name: 'two', path: `${list}[1]`, status: 'StopIteration' },
      { kind: 'client', phase: 'response', name: 'client' },
      { kind: 'route', phase: 'request', name: 'gone', path: 'routes[9]' },
    ]
    const marks = marksOf(design, steps)
    const hcm = 'listener:main/chain:web/nf:hcm'
    expect(marks.get(`${hcm}/hf:one`)).toEqual({
      request: { added: 2, changed: 4, removed: 0 },
      response: { added: 1, changed: 2, removed: 0 },
      replied: false,
      failed: true,
      logs: 1,
    })
    expect(marks.get(`${hcm}/hf:two`)).toMatchObject({ replied: true })
    expect([...marks.keys()].sort()).toEqual(
      ['cluster:a', 'listener:main', 'listener:main/chain:web', hcm, `${hcm}/hf:one`, `${hcm}/hf:two`].sort(),
    )
  })

  it('say who answered, and with what', () => {
    const request = { kind: 'http_filter', phase: 'request', status: 'StopIteration' } as const
    const response = { kind: 'http_filter', phase: 'response', path: `${list}[0]`, name: 'one' } as const
    const headers = (status: string) => [[':status', status]] as const
    const replied = marksOf(design, [
      { ...request, name: 'one', path: `${list}[0]` },
      { kind: 'local_reply', phase: 'response', name: 'local reply 403', status: '403', headers: headers('403') },
      { ...response, headers: headers('403') },
    ])
    expect(replied.get('listener:main/chain:web/nf:hcm/hf:one')).toMatchObject({ replied: true, answer: '403' })
    const answered = marksOf(design, [
      { ...request, name: 'one', path: `${list}[0]` },
      { kind: 'upstream', phase: 'request', name: 'a' },
      { ...response, headers: headers('201') },
    ])
    expect(answered.get('cluster:a')).toMatchObject({ replied: false, answer: '201' })
    const filter = answered.get('listener:main/chain:web/nf:hcm/hf:one')
    expect([filter?.replied, filter?.answer, filter?.verdict]).toEqual([false, undefined, undefined])
  })
})
