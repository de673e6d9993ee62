import type { HeaderPair } from '../../src/cli/case-document.ts'
import { HUFFMAN_LENGTHS, STATIC_TABLE } from './hpack-tables.ts'

const END_OF_STRING = 256

/** Huffman tree: a leaf is a symbol, a node its two children. */
type Node = number | [Node | undefined, Node | undefined]

const huffmanTree = buildTree()

function buildTree(): Node {
  const root: Node = [undefined, undefined]
  const symbols = HUFFMAN_LENGTHS.map((length, symbol) => ({ length, symbol }))
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol)
  let code = 0
  let previous = symbols[0]!.length
  for (const [index, { length, symbol }] of symbols.entries()) {
    if (index > 0) code = (code + 1) * 2 ** (length - previous)
    previous = length
    insert(root, code, length, symbol)
  }
  return root
}

function insert(root: [Node | undefined, Node | undefined], code: number, length: number, symbol: number): void {
  let node = root
  for (let bit = length - 1; bit > 0; bit--) {
    const side = Math.floor(code / 2 ** bit) % 2
    node[side] ??= [undefined, undefined]
    node = node[side] as [Node | undefined, Node | undefined]
  }
  node[code % 2] = symbol
}

function huffmanDecode(bytes: Buffer): string {
  let out = ''
  let node = huffmanTree
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const child: Node | undefined = (node as [Node, Node])[(byte >> bit) & 1]
      if (child === undefined || child === END_OF_STRING) throw new Error('HPACK: bad Huffman code')
      if (typeof child === 'number') {
        out += String.fromCharCode(child)
        node = huffmanTree
      } else node = child
    }
  }
  return out
}

/** Decodes header blocks of one connection. Names and values are byte strings (one character a byte). */
export class HpackDecoder {
  #dynamic: HeaderPair[] = []
  #size = 0
  #limit = 4096

  /** @throws Error if the block is damaged. */
  decode(block: Buffer): HeaderPair[] {
    const reader = new Reader(block)
    const headers: HeaderPair[] = []
    while (!reader.done) {
      const first = reader.peek()
      if (first & 0x80) headers.push(this.#entry(reader.integer(7)))
      else if (first & 0x40) headers.push(this.#insert(this.#literal(reader, 6)))
      else if (first & 0x20) {
        this.#limit = reader.integer(5)
        this.#evict()
      } else headers.push(this.#literal(reader, 4))
    }
    return headers
  }

  #literal(reader: Reader, prefix: number): HeaderPair {
    const index = reader.integer(prefix)
    const name = index === 0 ? reader.text() : this.#entry(index)[0]
    return [name, reader.text()]
  }

  #entry(index: number): HeaderPair {
    const found = STATIC_TABLE[index - 1] ?? this.#dynamic[index - 1 - STATIC_TABLE.length]
    if (!found) throw new Error(`HPACK: no table entry ${index}`)
    return [found[0], found[1]]
  }

  #insert(pair: HeaderPair): HeaderPair {
    this.#dynamic.unshift(pair)
    this.#size += entrySize(pair)
    this.#evict()
    return [...pair]
  }

  #evict(): void {
    while (this.#size > this.#limit) this.#size -= entrySize(this.#dynamic.pop()!)
  }
}

function entrySize([name, value]: HeaderPair): number {
  return name.length + value.length + 32
}

class Reader {
  #at = 0
  #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  peek(): number {
    return this.#bytes[this.#at]!
  }

  #next(): number {
    if (this.done) throw new Error('HPACK: the block ends early')
    return this.#bytes[this.#at++]!
  }

  integer(prefix: number): number {
    const mask = 2 ** prefix - 1
    let value = this.#next() & mask
    if (value < mask) return value
    for (let shift = 0; ; shift += 7) {
      const byte = this.#next()
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) return value
    }
  }

  text(): string {
    const huffman = (this.peek() & 0x80) !== 0
    const length = this.integer(7)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    if (bytes.length < length) throw new Error('HPACK: a string ends early')
    this.#at += length
    return huffman ? huffmanDecode(bytes) : bytes.toString('latin1')
  }
}

/** A header block of literals that no table keeps: any bytes can be sent, valid or not. */
export function hpackEncode(headers: readonly (readonly [name: Buffer, value: Buffer])[]): Buffer {
  const parts: Buffer[] = []
  for (const [name, value] of headers) {
    parts.push(Buffer.from([0]), encodeInteger(name.length), name, encodeInteger(value.length), value)
  }
  return Buffer.concat(parts)
}

function encodeInteger(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
