import { fromLatin1, latin1 } from '../../../engine/bytes.ts'

/** A value of RESP2 or RESP3. Texts are byte strings. A map's items are its keys and values in turn. */
export type RespValue =
  | { type: 'array' | 'map' | 'set' | 'push'; items: RespValue[] }
  | { type: 'simple' | 'bulk' | 'error' | 'blobError' | 'verbatim' | 'bigNumber' | 'double'; text: string }
  | { type: 'integer'; value: bigint }
  | { type: 'boolean'; value: boolean }
  | { type: 'null' }

/** Bytes that are no RESP. */
export class RespError extends Error {}

export const simple = (text: string): RespValue => ({ type: 'simple', text })
export const bulk = (text: string): RespValue => ({ type: 'bulk', text })
export const failure = (text: string): RespValue => ({ type: 'error', text })
export const command = (...words: string[]): RespValue => ({ type: 'array', items: words.map(bulk) })

/** True for both kinds of errors. */
export function isError(value: RespValue): value is Extract<RespValue, { text: string }> {
  return value.type === 'error' || value.type === 'blobError'
}

const MAX_DEPTH = 128
const MAX_ELEMENTS = 1024 * 1024
const MAX_BULK = 512 * 1024 * 1024
const INT64_MAX = 2n ** 63n - 1n

const AGGREGATES: Record<string, 'array' | 'map' | 'set' | 'push'> = {
  '*': 'array',
  '%': 'map',
  '~': 'set',
  '>': 'push',
}
const LINES: Record<string, 'simple' | 'error' | 'double' | 'bigNumber'> = {
  '+': 'simple',
  '-': 'error',
  ',': 'double',
  '(': 'bigNumber',
}
const STRINGS: Record<string, 'bulk' | 'blobError' | 'verbatim'> = { $: 'bulk', '!': 'blobError', '=': 'verbatim' }

/**
 * Takes RESP values out of a stream of bytes, inline commands included; throws RespError at the first byte that cannot
 * be. Envoy: source/extensions/filters/network/common/redis/codec_impl.cc.
 */
export class RespDecoder {
  private text = ''
  private at = 0
  private readonly onValue: (value: RespValue) => void

  constructor(onValue: (value: RespValue) => void) {
    this.onValue = onValue
  }

  decode(bytes: Uint8Array): void {
    this.text += latin1(bytes)
    while (this.text !== '') {
      this.at = 0
      const value = /[A-Za-z0-9\s"']/.test(this.text[0]!) ? this.inline() : this.value(1)
      if (!value) return
      this.text = this.text.slice(this.at)
      this.onValue(value)
    }
  }

  private value(depth: number): RespValue | undefined {
    const kind = this.text[this.at]
    if (kind === undefined) return undefined
    this.at++
    const aggregate = AGGREGATES[kind]
    if (aggregate) return this.aggregate(aggregate, depth)
    const line = LINES[kind]
    if (line) {
      const text = this.line()
      if (text === undefined) return undefined
      if (line === 'double' && !/^[+-]?(inf|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/i.test(text))
        throw new RespError('double')
      if (line === 'bigNumber' && !/^[+-]?\d+$/.test(text)) throw new RespError('big number')
      return { type: line, text }
    }
    const string = STRINGS[kind]
    if (string) return this.string(string)
    switch (kind) {
      case ':': {
        const value = this.integer()
        if (value === undefined) return undefined
        if (value > INT64_MAX || value < -INT64_MAX - 1n) throw new RespError('integer out of range')
        return { type: 'integer', value }
      }
      case '_':
        return this.expect('\r\n') ? { type: 'null' } : undefined
      case '#': {
        const flag = this.text[this.at]
        if (flag === undefined) return undefined
        if (flag !== 't' && flag !== 'f') throw new RespError('boolean')
        this.at++
        return this.expect('\r\n') ? { type: 'boolean', value: flag === 't' } : undefined
      }
      case '|':
        // An attribute stands before the value that it describes, and is dropped.
        return this.aggregate('map', depth) && this.value(depth)
      default:
        throw new RespError('value type')
    }
  }

  private aggregate(type: 'array' | 'map' | 'set' | 'push', depth: number): RespValue | undefined {
    const count = this.integer()
    if (count === undefined) return undefined
    if (type === 'array' && count === -1n) return { type: 'null' }
    if (count < 0n) throw new RespError('negative count')
    const elements = type === 'map' ? count * 2n : count
    if (elements > MAX_ELEMENTS) throw new RespError('too many elements')
    if (elements > 0n && depth >= MAX_DEPTH) throw new RespError('nesting')
    const items: RespValue[] = []
    for (let i = 0; i < elements; i++) {
      const item = this.value(depth + 1)
      if (!item) return undefined
      items.push(item)
    }
    return { type, items }
  }

  private string(type: 'bulk' | 'blobError' | 'verbatim'): RespValue | undefined {
    const length = this.integer()
    if (length === undefined) return undefined
    if (type === 'bulk' && length === -1n) return { type: 'null' }
    if (length < 0n || length > MAX_BULK) throw new RespError('length')
    const end = this.at + Number(length)
    if (this.text.length < end) return undefined
    const text = this.text.slice(this.at, end)
    if (type === 'verbatim' && !/^[\s\S]{3}:/.test(text)) throw new RespError('verbatim string')
    this.at = end
    return this.expect('\r\n') ? { type, text } : undefined
  }

  private integer(): bigint | undefined {
    const rest = this.text.slice(this.at, this.at + 24)
    const match = /^(-?)(\d*)/.exec(rest)!
    const next = rest[match[0].length]
    if (next !== undefined && next !== '\r') throw new RespError('integer')
    if (next === undefined) return undefined
    const digits = match[2]!
    this.at += match[0].length
    if (!this.expect('\r\n')) return undefined
    if (digits === '') throw new RespError('no digits')
    const value = BigInt(digits)
    if (value > 2n ** 64n - 1n) throw new RespError('integer overflow')
    return match[1] ? -value : value
  }

  private line(): string | undefined {
    const end = this.text.indexOf('\r', this.at)
    if (end < 0) return undefined
    const text = this.text.slice(this.at, end)
    this.at = end
    return this.expect('\r\n') ? text : undefined
  }

  // The bytes that have to come next; those that are there already must fit.
  private expect(bytes: string): boolean {
    const there = this.text.slice(this.at, this.at + bytes.length)
    if (!bytes.startsWith(there)) throw new RespError('line end')
    this.at += there.length
    return there.length === bytes.length
  }

  // A command typed by hand: words, bare or in quotes.
  private inline(): RespValue | undefined {
    const items: RespValue[] = []
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) return undefined
      if (char === '\r') return this.expect('\r\n') ? { type: 'array', items } : undefined
      if (/\s/.test(char)) this.at++
      else {
        const word = char === '"' || char === "'" ? this.quoted(char) : this.bare()
        if (word === undefined) return undefined
        items.push(bulk(word))
      }
    }
  }

  private bare(): string | undefined {
    let word = ''
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) return undefined
      if (/\s/.test(char)) return word
      if (char === '"' && word !== '') throw new RespError('unbalanced quotes')
      word += char
      this.at++
    }
  }

  private quoted(quote: string): string | undefined {
    let word = ''
    for (this.at++; ; this.at++) {
      const char = this.text[this.at]
      if (char === undefined) return undefined
      if (char === '\r') throw new RespError('unbalanced quotes')
      if (char === quote) break
      if (char !== '\\') word += char
      else {
        const escaped = this.escape(quote)
        if (escaped === undefined) return undefined
        word += escaped
      }
    }
    this.at++
    const next = this.text[this.at]
    if (next !== undefined && !/\s/.test(next)) throw new RespError('unbalanced quotes')
    return word
  }

  private escape(quote: string): string | undefined {
    const next = this.text[this.at + 1]
    if (next === undefined) return undefined
    if (quote === "'") {
      if (next !== "'") return '\\'
      this.at++
      return next
    }
    if (next === '\r') throw new RespError('unbalanced quotes')
    this.at++
    if (next !== 'x') return ESCAPES[next] ?? next
    const hex = /^[0-9a-fA-F]{0,2}/.exec(this.text.slice(this.at + 1, this.at + 3))![0]
    if (this.at + 1 + hex.length >= this.text.length && hex.length < 2) return undefined
    this.at += hex.length
    return hex.length === 2 ? String.fromCharCode(Number.parseInt(hex, 16)) : `x${hex}`
  }
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }

/** The bytes of a value. What RESP2 has no type for is written in the type that stands for it there. */
export function encodeResp(value: RespValue, version: 2 | 3 = 2): Uint8Array {
  return fromLatin1(encode(value, version))
}

function encode(value: RespValue, version: 2 | 3): string {
  const three = version === 3
  switch (value.type) {
    case 'array':
      return aggregate('*', value.items, value.items.length, version)
    case 'map':
      return three
        ? aggregate('%', value.items, value.items.length / 2, version)
        : aggregate('*', value.items, value.items.length, version)
    case 'set':
      return aggregate(three ? '~' : '*', value.items, value.items.length, version)
    case 'push':
      return aggregate(three ? '>' : '*', value.items, value.items.length, version)
    case 'simple':
      return `+${value.text}\r\n`
    case 'error':
      return `-${value.text}\r\n`
    case 'blobError':
      return three ? sized('!', value.text) : `-${value.text.replace(/[\r\n]/g, ' ')}\r\n`
    case 'bulk':
      return sized('$', value.text)
    case 'verbatim':
      return three ? sized('=', value.text) : sized('$', value.text.slice(4))
    case 'bigNumber':
      return three ? `(${value.text}\r\n` : sized('$', value.text)
    case 'double':
      return three ? `,${value.text}\r\n` : sized('$', value.text)
    case 'integer':
      return `:${value.value}\r\n`
    case 'boolean':
      return three ? `#${value.value ? 't' : 'f'}\r\n` : `:${value.value ? 1 : 0}\r\n`
    case 'null':
      return three ? '_\r\n' : '$-1\r\n'
  }
}

function aggregate(mark: string, items: readonly RespValue[], count: number, version: 2 | 3): string {
  return `${mark}${count}\r\n${items.map((item) => encode(item, version)).join('')}`
}

function sized(mark: string, text: string): string {
  return `${mark}${text.length}\r\n${text}\r\n`
}
