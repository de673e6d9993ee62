import { describe, expect, it } from 'vitest'
import { EventLoop } from './event-loop.ts'

describe('EventLoop', () => {
  it('runs by time, then by order of arming', () => {
    const loop = new EventLoop()
    const seen: string[] = []
    loop.timer(10, () => seen.push('b'))
    loop.timer(5, () => seen.push('a'))
    loop.timer(10, () => seen.push('c'))
    loop.drain()
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(loop.now).toBe(10)
  })

  it('does not run what was cancelled, however much of it there is', () => {
    const loop = new EventLoop()
    let ran = 0
    const timers = Array.from({ length: 1000 }, (_, i) => loop.timer(i, () => ran++))
    timers.forEach((timer, i) => {
      if (i % 10 !== 0) timer.cancel()
    })
    loop.drain()
    expect(ran).toBe(100)
  })

  it('lets a timer be cancelled after it has fired', () => {
    const loop = new EventLoop()
    const timer = loop.timer(1, () => undefined)
    loop.drain()
    timer.cancel()
    let ran = false
    loop.post(() => {
      ran = true
    })
    loop.drain()
    expect(ran).toBe(true)
  })

  it('moves the clock to where it was told, and no further', async () => {
    const loop = new EventLoop()
    let ran = false
    loop.timer(50, () => {
      ran = true
    })
    await loop.advanceTo(49)
    expect([loop.now, ran]).toEqual([49, false])
    await loop.advanceTo(50)
    expect(ran).toBe(true)
  })

  it('waits for what the host owes', async () => {
    const loop = new EventLoop()
    let got: unknown
    loop.await(Promise.resolve(7), (outcome) => {
      got = outcome
    })
    await loop.run()
    expect(got).toEqual({ value: 7 })
  })
})
