import { expect, test } from 'vitest'
import { Checker, type CheckWorker } from './checker.ts'
import type { CheckAnswer, CheckMessage } from './protocol.ts'

function setUp() {
  const sent: CheckMessage[] = []
  const worker: CheckWorker = { onmessage: null, onerror: null, postMessage: (message) => void sent.push(message) }
  let made = 0
  const checker = new Checker(() => {
    made++
    return worker
  })
  const answer = (data: CheckAnswer) => worker.onmessage?.({ data })
  return { checker, sent, worker, answer, made: () => made }
}

test('one text at a time; a waiting one is overtaken by a newer', async () => {
  const { checker, sent, answer } = setUp()
  const first = checker.check('a')
  const second = checker.check('b')
  const third = checker.check('c')
  expect(await second).toBeUndefined()
  expect(sent.map(({ text }) => text)).toEqual(['a'])
  answer({ id: 1, findings: [] })
  expect(await first).toEqual([])
  expect(sent.map(({ text }) => text)).toEqual(['a', 'c'])
  answer({ id: 2, error: 'no schema' })
  await expect(third).rejects.toThrow('no schema')
})

test('a worker that breaks is replaced', async () => {
  const { checker, worker, made, answer } = setUp()
  const first = checker.check('a')
  worker.onerror?.({ message: 'out of memory' })
  await expect(first).rejects.toThrow('out of memory')
  const second = checker.check('b')
  answer({ id: 2, findings: [] })
  expect(await second).toEqual([])
  expect(made()).toBe(2)
})
