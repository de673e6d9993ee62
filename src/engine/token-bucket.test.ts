import { describe, expect, test } from 'vitest'
import { EventLoop } from './event-loop.ts'
import { TokenBucket } from './token-bucket.ts'

describe('token bucket', () => {
  test('starts full and refills continuously', async () => {
    const loop = new EventLoop()
    const bucket = new TokenBucket(loop, 3, 3, 9_000)
    expect([bucket.consume(), bucket.consume(), bucket.consume(), bucket.consume()]).toEqual([true, true, true, false])
    await loop.advanceTo(2_999)
    expect(bucket.consume()).toBe(false)
    await loop.advanceTo(3_000)
    expect(bucket.consume()).toBe(true)
    expect(bucket.remaining).toBe(0)
  })

  test('tells when the next token comes', async () => {
    const loop = new EventLoop()
    const bucket = new TokenBucket(loop, 2, 1, 1_000_000)
    bucket.consume()
    expect([bucket.remaining, bucket.nextTokenMs]).toEqual([1, 0])
    bucket.consume()
    expect([bucket.remaining, Math.ceil(bucket.nextTokenMs / 1000)]).toEqual([0, 1000])
  })

  test('never holds more than it may', async () => {
    const loop = new EventLoop()
    const bucket = new TokenBucket(loop, 2, 1, 50)
    await loop.advanceTo(60_000)
    bucket.refill(10)
    expect(bucket.remaining).toBe(2)
  })
})
