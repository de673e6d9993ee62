import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePairs, encodePairs, type Pair } from './pairs.ts'

const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })

describe('pairs of the ABI', () => {
  it('come back as they were given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, bytes), { minLength: 1 }), (pairs: Pair[]) => {
        expect(decodePairs(encodePairs(pairs))).toEqual(pairs)
      }),
    )
  })

  it('are none when the sizes go beyond the bytes', () => {
    const encoded = encodePairs([['name', 'value']])
    expect(decodePairs(encoded.subarray(0, encoded.length - 1))).toEqual([])
    expect(decodePairs(Uint8Array.of(255, 255, 255, 255))).toEqual([])
    expect(decodePairs(new Uint8Array(0))).toEqual([])
  })
})
