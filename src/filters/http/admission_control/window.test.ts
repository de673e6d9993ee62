import { expect, test } from 'vitest'
import { EventLoop } from '../../../engine/event-loop.ts'
import { OutcomeWindow, rejectionProbability } from './window.ts'

const limits = { threshold: 0.95, aggression: 1, max: 0.8 }

test('nobody is turned away while enough goes well', () => {
  expect(rejectionProbability({ requests: 0, successes: 0 }, limits)).toBe(0)
  expect(rejectionProbability({ requests: 100, successes: 95 }, limits)).toBe(0)
})

test('failures make it likely, up to the limit', () => {
  expect(rejectionProbability({ requests: 9, successes: 0 }, limits)).toBe(0.8)
  expect(rejectionProbability({ requests: 9, successes: 0 }, { ...limits, max: 1 })).toBeCloseTo(0.9)
  expect(rejectionProbability({ requests: 3, successes: 0 }, { ...limits, max: 1, aggression: 2 })).toBeCloseTo(
    0.866,
    3,
  )
})

test('outcomes are forgotten', () => {
  const loop = new EventLoop()
  const window = new OutcomeWindow(loop, 1000)
  window.record(false)
  loop.now = 600
  window.record(true)
  expect(window.counts()).toEqual({ requests: 2, successes: 1 })
  expect(window.rate()).toBe(2)
  loop.now = 1200
  expect(window.counts()).toEqual({ requests: 1, successes: 1 })
})
