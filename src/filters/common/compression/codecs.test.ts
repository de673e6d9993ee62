import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from './codecs.node.ts'

const service = loadCodecs()
const text = new TextEncoder().encode(Array.from({ length: 9000 }, (_, i) => `line ${(i * i) % 977}\n`).join(''))
const pairs = [
  ['deflate', 'inflate', [-1, 15 | 16, 8, 0], [15 | 16]],
  ['brotliCompress', 'brotliDecompress', [5, 20, 0, 0, 0], []],
  ['zstdCompress', 'zstdDecompress', [3, 1, 0], []],
] as const

describe.each(pairs)('%s and %s', (packs, unpacks, parameters, unpackParameters) => {
  it('bring back what came in pieces', () => {
    const packer = service.compressor(packs, parameters)
    const unpacker = service.decompressor(unpacks, unpackParameters, 4096)
    const parts = [text.subarray(0, 70000), new Uint8Array(0), text.subarray(70000)]
    const packed = parts.map((part, i) => packer.compress(part, i === parts.length - 1))
    const steps = packed.map((part) => unpacker.decompress(part, Number.MAX_SAFE_INTEGER))
    expect(steps.map(({ outcome }) => outcome)).toEqual(['more', 'more', 'end'])
    expect(Buffer.concat(steps.map(({ output }) => output)).equals(text)).toBe(true)
    // What was flushed is there before the end is.
    expect(steps[0]?.output.length).toBe(70000)
    packer.close()
    unpacker.close()
  })

  it('stop at garbage and at the limit', () => {
    const zeros = service.compressor(packs, parameters).compress(new Uint8Array(400000), true)
    const { outcome, output } = service.decompressor(unpacks, unpackParameters, 4096).decompress(zeros, 10000)
    expect(outcome).toBe('limit')
    expect(output.length).toBe({ inflate: 12288, brotliDecompress: 16384, zstdDecompress: 131072 }[unpacks])
    const garbage = new TextEncoder().encode('this was never compressed by anybody')
    expect(service.decompressor(unpacks, unpackParameters, 4096).decompress(garbage, 1e9).outcome).toBe('error')
  })
})

it('are read by others, and read them', () => {
  const gzip = service.compressor('deflate', [9, 15 | 16, 9, 0]).compress(text, true)
  expect(gunzipSync(gzip).equals(text)).toBe(true)
  expect(
    brotliDecompressSync(service.compressor('brotliCompress', [3, 18, 0, 24, 0]).compress(text, true)).equals(text),
  ).toBe(true)
  const { output, outcome } = service.decompressor('inflate', [15 | 16], 4096).decompress(gzipSync(text), 1e9)
  expect([outcome, Buffer.from(output).equals(text)]).toEqual(['end', true])
})

it('refuses parameters that no library takes', () => {
  expect(() => service.compressor('deflate', [99, 31, 8, 0])).toThrow(RangeError)
})
