import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Design } from '../model/design.ts'
import { RunError, SimulatorClient, type WorkerLike } from './client.ts'
import type { RunMessage, RunResult, WorkerMessage } from './protocol.ts'

class FakeWorker implements WorkerLike {
  sent: RunMessage[] = []
  ended = false
  onmessage: WorkerLike['onmessage'] = null
  onerror: WorkerLike['onerror'] = null

  postMessage(message: RunMessage): void {
    this.sent.push(message)
  }
  terminate(): void {
    this.ended = true
  }
  say(message: WorkerMessage): void {
    this.onmessage?.({ data: message })
  }
}

const design = { format: 1 } as unknown as Design
const result: RunResult = { requests: [], scriptSteps: [], tookMs: 0 }

function setUp() {
  const workers: FakeWorker[] = []
  const client = new SimulatorClient(() => {
    const worker = new FakeWorker()
    workers.push(worker)
    return worker
  }, 1_000)
  return { client, workers }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the simulator client', () => {
  test('gives a run’s result and keeps the worker for the next', async () => {
    const { client, workers } = setUp()
    const run = client.run(design)
    workers[0]!.say({ type: 'started', id: 1 })
    workers[0]!.say({ type: 'done', id: 1, result })
    expect(await run).toBe(result)
    void client.run(design)
    expect(workers).toHaveLength(1)
    expect(workers[0]!.sent.map((message) => message.id)).toEqual([1, 2])
  })

  test('ends a run past its budget, and the worker with it', async () => {
    const { client, workers } = setUp()
    const run = client.run(design).catch((error: unknown) => error)
    workers[0]!.say({ type: 'started', id: 1 })
    vi.advanceTimersByTime(1_000)
    expect(await run).toMatchObject({ kind: 'timeout' })
    expect(workers.map((worker) => worker.ended)).toEqual([true, false])
    const next = client.run(design)
    workers[1]!.say({ type: 'done', id: 2, result })
    expect(await next).toBe(result)
  })

  test('a large configuration has time to be read', async () => {
    const { client, workers } = setUp()
    const large = { ...design, config: { listeners: ['x'.repeat(2_000_000)] } } as unknown as Design
    const run = client.run(large).catch((error: unknown) => error)
    workers[0]!.say({ type: 'started', id: 1 })
    vi.advanceTimersByTime(2_900)
    expect(workers[0]!.ended).toBe(false)
    vi.advanceTimersByTime(200)
    expect(await run).toMatchObject({ kind: 'timeout', message: expect.stringContaining('after 3 s') })
  })

  test('loading the worker’s assets is not charged to the run', () => {
    const { client, workers } = setUp()
    void client.run(design)
    vi.advanceTimersByTime(60_000)
    expect(workers.map((worker) => worker.ended)).toEqual([false])
  })

  test('a newer run supersedes one that has not ended; late answers of the old one are dropped', async () => {
    const { client, workers } = setUp()
    const first = client.run(design).catch((error: unknown) => error)
    const second = client.run(design)
    expect(await first).toMatchObject({ kind: 'superseded' })
    workers[0]!.say({ type: 'failed', id: 2, message: 'from the dead' })
    workers[1]!.say({ type: 'done', id: 2, result })
    expect(await second).toBe(result)
  })

  test('a refusal names its place', async () => {
    const { client, workers } = setUp()
    const run = client.run(design).catch((error: unknown) => error)
    workers[0]!.say({ type: 'failed', id: 1, message: 'no such cluster', path: 'clusters' })
    const error = await run
    expect(error).toBeInstanceOf(RunError)
    expect(error).toMatchObject({ kind: 'failed', message: 'no such cluster', path: 'clusters' })
  })

  test('a crash is told and mended', async () => {
    const { client, workers } = setUp()
    const run = client.run(design).catch((error: unknown) => error)
    workers[0]!.onerror?.({ message: 'out of memory' })
    expect(await run).toMatchObject({ kind: 'crashed' })
    expect(workers.map((worker) => worker.ended)).toEqual([true, false])
  })
})
