import type { JsonObject, JsonValue } from '../../engine/stream-info.ts'

const DEEPEST = 100

/**
 * Reads a JSON object the way protobuf reads a Struct: a comma may follow the last entry, strings may stand in single
 * quotes, keys may be bare words, and `null` is an object without anything in it; but no key may occur twice.
 * Undefined for anything else. `text` has been UTF-8.
 */
export function readStruct(text: string): JsonObject | undefined {
  try {
    const reader = new Reader(text)
    const value = reader.value(0)
    reader.end()
    if (value === null) return {}
    return typeof value === 'object' && !Array.isArray(value) ? value : undefined
  } catch (error) {
    if (error instanceof NoJson) return undefined
    throw error
  }
}

class NoJson extends Error {}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const LITERALS = new Map<string, JsonValue>([
  ['null', null],
  ['true', true],
  ['false', false],
])

class Reader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  value(depth: number): JsonValue {
    if (depth > DEEPEST) throw new NoJson()
    this.skipBlanks()
    const first = this.text[this.at]
    if (first === '{') return this.object(depth)
    if (first === '[') return this.list(depth)
    if (first === '"' || first === "'") return this.string()
    if (first === '-' || (first !== undefined && first >= '0' && first <= '9')) return this.number()
    const literal = LITERALS.get(this.match(WORD))
    if (literal === undefined) throw new NoJson()
    return literal
  }

  end(): void {
    this.skipBlanks()
    if (this.at < this.text.length) throw new NoJson()
  }

  private object(depth: number): JsonObject {
    const fields = new Map<string, JsonValue>()
    this.entries('}', () => {
      const key = this.key()
      if (fields.has(key)) throw new NoJson()
      if (!this.take(':')) throw new NoJson()
      fields.set(key, this.value(depth + 1))
    })
    return Object.fromEntries(fields)
  }

  private list(depth: number): JsonValue[] {
    const items: JsonValue[] = []
    this.entries(']', () => void items.push(this.value(depth + 1)))
    return items
  }

  /** What stands between the bracket at hand and `close`. */
  private entries(close: string, entry: () => void): void {
    this.at++
    while (!this.take(close)) {
      entry()
      if (this.take(',')) continue
      if (!this.take(close)) throw new NoJson()
      return
    }
  }

  private key(): string {
    this.skipBlanks()
    const first = this.text[this.at]
    if (first === '"' || first === "'") return this.string()
    const word = this.match(WORD)
    if (LITERALS.has(word)) throw new NoJson()
    return word
  }

  private string(): string {
    const quote = this.text[this.at++]
    let out = ''
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined) throw new NoJson()
      if (char === quote) break
      out += char === '\\' ? this.escape() : char
    }
    // Half a surrogate pair is no character.
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(out)) throw new NoJson()
    return out
  }

  private escape(): string {
    const char = this.text[this.at++] ?? ''
    if (ESCAPES[char]) return ESCAPES[char]
    if ('"\'\\/'.includes(char) && char !== '') return char
    const digits = this.text.slice(this.at, this.at + 4)
    if (char !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) throw new NoJson()
    this.at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  private number(): number {
    const value = Number(this.match(NUMBER))
    if (!Number.isFinite(value)) throw new NoJson()
    return value
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (!found) throw new NoJson()
    this.at = pattern.lastIndex
    return found[0]
  }

  private take(char: string): boolean {
    this.skipBlanks()
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private skipBlanks(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
  }
}

// Besides control characters: what protobuf thinks could hurt in HTML, and characters that nobody sees.
const ESCAPED =
  /["\\<>\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0603\u06dd\u070f\u17b4\u17b5\u200b-\u200f\u2028-\u202e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/gu
const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A string as protobuf writes it in JSON, quotes included. */
export function protobufString(text: string): string {
  const escaped = (char: string) =>
    SHORT[char] ??
    Array.from({ length: char.length }, (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')
  return `"${text.replace(ESCAPED, escaped)}"`
}
