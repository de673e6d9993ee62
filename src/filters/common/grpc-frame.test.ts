import { describe, expect, it } from 'vitest'
import { Buffer } from '../../engine/buffer.ts'
import { grpcFrameHeader } from '../../engine/grpc/frame.ts'
import { strictBase64Decode } from './base64.ts'
import { GrpcFrameDecoder } from './grpc-frame.ts'

const message = (text: string) => new TextEncoder().encode(text)

describe('gRPC frames', () => {
  it('are found wherever the stream was cut', () => {
    const stream = Buffer.of(
      grpcFrameHeader(2),
      message('hi'),
      grpcFrameHeader(0, 1),
      grpcFrameHeader(3),
      message('bob'),
    )
    for (let cut = 0; cut <= stream.length; cut++) {
      const decoder = new GrpcFrameDecoder()
      const bytes = stream.bytes()
      const parts = [bytes.slice(0, cut), bytes.slice(cut)].map((part) => Buffer.of(part))
      const frames = parts.flatMap((part) => decoder.decode(part) ?? [])
      expect(frames.map(({ flags, data }) => [flags, new TextDecoder().decode(data)])).toEqual([
        [0, 'hi'],
        [1, ''],
        [0, 'bob'],
      ])
      expect(decoder.partial).toBe(false)
      expect(parts.map((part) => part.length)).toEqual([0, 0])
    }
  })

  it('have no other flag than the one for compression', () => {
    const data = Buffer.of(Uint8Array.of(2, 0, 0, 0, 0))
    expect(new GrpcFrameDecoder().decode(data)).toBeUndefined()
    expect(data.length).toBe(5)
  })

  it('wrap their length at 32 bits', () => {
    expect([...grpcFrameHeader(2 ** 32 + 258)]).toEqual([0, 0, 0, 1, 2])
  })
})

it.each([
  ['', ''],
  ['YQ==', 'a'],
  ['YWI=', 'ab'],
  ['YWJj', 'abc'],
  ['YQ', undefined],
  ['YR==', undefined],
  ['Y===', undefined],
  ['YQ==YQ==', undefined],
  ['YQ=\n', undefined],
  ['YW_-', undefined],
])('strict base64 of %j', (text, bytes) => {
  expect(strictBase64Decode(text)).toBe(bytes)
})
