import { describe, expect, it } from 'vitest'
import { grpcFrame, grpcMessages } from './frame.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('gRPC frames', () => {
  it('reads what it writes', () => {
    const body = Uint8Array.from([...grpcFrame(bytes(1, 2)), ...grpcFrame(bytes()), ...grpcFrame(bytes(3))])
    expect(grpcMessages(body)).toEqual({ messages: [bytes(1, 2), bytes(), bytes(3)] })
  })

  it('waits for the rest of a message that is cut short', () => {
    expect(grpcMessages(bytes(0, 0, 0, 0, 2, 1)).messages).toEqual([])
    expect(grpcMessages(bytes(0, 0, 0))).toEqual({ messages: [] })
  })

  it('refuses compression, unknown flags and messages past the limit', () => {
    expect(grpcMessages(bytes(1, 0, 0, 0, 1, 9)).problem).toBe('compressed')
    expect(grpcMessages(bytes(1, 0, 0, 0, 0)).problem).toBeUndefined()
    expect(grpcMessages(bytes(2, 0, 0, 0, 0)).problem).toBe('unknown flags')
    expect(grpcMessages(grpcFrame(bytes(1, 2, 3)), 2).problem).toBe('too long')
  })
})
