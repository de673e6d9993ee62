import { decimal } from './json-printer.ts'

/** JSON as it was written: members in order, repeated ones too, numbers as text. Strings are text. */
export type JsonNode =
  | { kind: 'object'; members: [name: string, value: JsonNode][] }
  | { kind: 'array'; items: JsonNode[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }

/** A value as error messages have it: numbers that are no 64-bit integers as C writes doubles. */
export function shown(value: JsonNode): string {
  if (value.kind === 'string') return JSON.stringify(value.value)
  if (value.kind === 'boolean') return String(value.value)
  if (value.kind !== 'number') return ''
  const whole = /^-?\d+$/.test(value.text) ? BigInt(value.text) : undefined
  const fits = whole !== undefined && whole >= -(2n ** 63n) && whole < 2n ** 64n
  return fits ? String(whole) : decimal(Number(value.text), 15, 17)
}

/** What the transcoder says of a body that it cannot read. */
export class TranscodeError extends Error {}

const CONTEXT = 20

/**
 * Reads JSON as leniently as the transcoding library does (its JsonStreamParser): single quotes, keys without quotes and
 * trailing commas pass. Throws TranscodeError with the library's words and the place.
 */
export function readJson(text: string): JsonNode {
  const reader = new JsonReader(text)
  return reader.document()
}

class JsonReader {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  document(): JsonNode {
    const value = this.value('Expected a value.')
    this.blank()
    if (this.at < this.text.length) throw this.failure('Parsing terminated before end of input.')
    return value
  }

  private value(expected: string): JsonNode {
    this.blank()
    const char = this.text[this.at]
    if (char === '{') return this.object()
    if (char === '[') return this.array()
    if (char === '"' || char === "'") return { kind: 'string', value: this.string(char) }
    if (char !== undefined && /[-0-9]/.test(char)) return this.number()
    for (const [word, node] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return node
    }
    if (char === undefined) throw this.failure(expected)
    // So near to the end it might have become a keyword: the parser waits, and then knows only what it waited with.
    const rest = this.text.slice(this.at)
    if (rest.length < 5) throw new TranscodeError(`Unexpected token.\n${rest}\n^`)
    throw this.failure('Unexpected token.')
  }

  private object(): JsonNode {
    const members: [string, JsonNode][] = []
    this.at++
    for (;;) {
      this.blank()
      if (this.take('}')) return { kind: 'object', members }
      const name = this.key()
      this.blank()
      if (!this.take(':')) throw this.failure('Expected : between key:value pair.')
      members.push([name, this.value('Expected a value.')])
      this.blank()
      if (this.take(',')) continue
      if (!this.take('}')) throw this.failure('Expected , or } after key:value pair.')
      return { kind: 'object', members }
    }
  }

  private array(): JsonNode {
    const items: JsonNode[] = []
    this.at++
    for (;;) {
      this.blank()
      if (this.take(']')) return { kind: 'array', items }
      items.push(this.value('Expected a value or ] within an array.'))
      this.blank()
      if (this.take(',')) continue
      if (!this.take(']')) throw this.failure('Expected , or ] after array value.')
      return { kind: 'array', items }
    }
  }

  private key(): string {
    const char = this.text[this.at]
    if (char === '"' || char === "'") return this.string(char)
    const name = /^[A-Za-z_$][\w$]*/.exec(this.text.slice(this.at))?.[0]
    if (name === undefined) throw this.failure('Expected an object key or }.')
    this.at += name.length
    return name
  }

  private string(quote: string): string {
    let out = ''
    this.at++
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) throw new TranscodeError('Closing quote expected in string.\n\n^')
      this.at++
      if (char === quote) return out
      if (char !== '\\') {
        out += char
        continue
      }
      const letter = this.text[this.at++] ?? ''
      if (letter !== 'u') {
        out += ESCAPES[letter] ?? letter
        continue
      }
      const hex = /^[0-9A-Fa-f]{4}/.exec(this.text.slice(this.at))?.[0]
      if (hex === undefined) throw this.failure('Invalid escape sequence.')
      const unit = Number.parseInt(hex, 16)
      if (unit >= 0xd800 && unit < 0xdc00) this.checkPair()
      this.at += 4
      out += String.fromCharCode(unit)
    }
  }

  /** The first half of a pair must be followed by the second. */
  private checkPair(): void {
    const rest = this.text.slice(this.at - 2)
    if (rest.length < 12) throw new TranscodeError(`Missing low surrogate.\n${rest}\n^`)
    if (!/^\\u[dD][c-fC-F]/.test(rest.slice(6))) throw this.failure('Invalid low surrogate.')
  }

  private number(): JsonNode {
    const text = /^[-+0-9.eE]+/.exec(this.text.slice(this.at))![0]
    if (/^-?0[0-9xX]/.test(this.text.slice(this.at))) throw this.failure('Octal/hex numbers are not valid JSON values.')
    if (!/^-?\d+(\.\d*)?([eE][-+]?\d+)?$/.test(text)) throw this.failure('Unable to parse number.')
    if (!Number.isFinite(Number(text))) throw this.failure('Number exceeds the range of double.')
    this.at += text.length
    return { kind: 'number', text }
  }

  private blank(): void {
    while (/[\s]/.test(this.text[this.at] ?? 'x')) this.at++
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  // At the end of the body the parser has already let go of what came before.
  private failure(message: string): TranscodeError {
    if (this.at >= this.text.length) return new TranscodeError(`Unexpected end of string. ${message}\n\n^`)
    const begin = Math.max(this.at - CONTEXT, 0)
    const segment = this.text.slice(begin, this.at + CONTEXT)
    return new TranscodeError(`${message}\n${segment}\n${' '.repeat(this.at - begin)}^`)
  }
}

const WORDS: readonly [string, JsonNode][] = [
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
  ['null', { kind: 'null' }],
]

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
