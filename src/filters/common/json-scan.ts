import type { JsonObject, JsonValue } from '../../engine/stream-info.ts'

/** What came of reading the beginning of a JSON text. */
export interface JsonScan {
  /** `partial`: nothing is wrong so far, but the end is missing. */
  status: 'complete' | 'partial' | 'error'
  /** The outermost object as far as it was read; undefined when the text is no object. */
  root: JsonObject | undefined
  /** Whether an object named a member twice. */
  duplicates: boolean
}

class Stop extends Error {
  readonly status: 'partial' | 'error'
  constructor(status: 'partial' | 'error') {
    super(status)
    this.status = status
  }
}

/** Shorter than this, a word that makes no sense may still become one: false has five letters. */
const LONGEST_WORD = 5
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const NUMBER_LIKE = /[-+.\deE]*/y
const BARE_KEY = /[A-Za-z_$][\w$]*/y
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/**
 * Reads JSON as protobuf's streaming parser does: piece by piece, keeping what was understood when the rest is missing or
 * wrong; single quotes, bare keys and a comma before the end are let through. `finished`: no more text will come.
 * Lists are left out unless `keepLists`.
 */
export function scanJson(text: string, finished: boolean, keepLists = false): JsonScan {
  const scanner = new Scanner(text, finished, keepLists)
  const status = scanner.run()
  return { status, root: scanner.root, duplicates: scanner.duplicates }
}

class Scanner {
  root: JsonObject | undefined
  duplicates = false
  private at = 0
  private readonly text: string
  private readonly finished: boolean
  private readonly keepLists: boolean

  constructor(text: string, finished: boolean, keepLists: boolean) {
    this.text = text
    this.finished = finished
    this.keepLists = keepLists
  }

  run(): JsonScan['status'] {
    try {
      this.value((node) => {
        if (!Array.isArray(node)) this.root = node
      })
      this.skip()
      return this.at < this.text.length ? 'error' : 'complete'
    } catch (error) {
      if (error instanceof Stop) return error.status
      throw error
    }
  }

  private skip(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++
  }

  private peek(): string {
    this.skip()
    if (this.at >= this.text.length) throw new Stop('partial')
    return this.text[this.at]!
  }

  /** A scalar is returned; an object or list is handed over before it is read, so that half of it is kept. */
  private value(opened: (node: JsonObject | JsonValue[]) => void): JsonValue | undefined {
    const char = this.peek()
    if (char === '{') {
      const object: JsonObject = {}
      opened(object)
      this.members(object)
      return undefined
    }
    if (char === '[') {
      const list: JsonValue[] = []
      if (this.keepLists) opened(list)
      this.items(list)
      return undefined
    }
    if (char === '"' || char === "'") return this.string()
    if (/[-\d]/.test(char)) return this.number()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    return this.unknown()
  }

  private members(object: JsonObject): void {
    this.at++
    while (this.peek() !== '}') {
      const key = this.key()
      if (this.peek() !== ':') this.unknown()
      this.at++
      if (Object.hasOwn(object, key)) this.duplicates = true
      const value = this.value((nested) => {
        object[key] = nested
      })
      if (value !== undefined) object[key] = value
      if (this.peek() === ',') this.at++
      else if (this.peek() !== '}') this.unknown()
    }
    this.at++
  }

  private items(list: JsonValue[]): void {
    this.at++
    while (this.peek() !== ']') {
      const value = this.value((node) => list.push(node))
      if (value !== undefined) list.push(value)
      if (this.peek() === ',') this.at++
      else if (this.peek() !== ']') this.unknown()
    }
    this.at++
  }

  private key(): string {
    const char = this.peek()
    if (char === '"' || char === "'") return this.string()
    BARE_KEY.lastIndex = this.at
    const bare = BARE_KEY.exec(this.text)?.[0]
    if (bare === undefined) return this.unknown()
    this.at += bare.length
    return bare
  }

  private number(): number {
    NUMBER.lastIndex = this.at
    NUMBER_LIKE.lastIndex = this.at
    const number = NUMBER.exec(this.text)?.[0] ?? ''
    const like = NUMBER_LIKE.exec(this.text)?.[0] ?? ''
    if (!this.finished && this.at + like.length >= this.text.length) throw new Stop('partial')
    if (number === '' || number !== like) throw new Stop('error')
    this.at += number.length
    return Number(number)
  }

  private string(): string {
    const quote = this.text[this.at++]!
    let out = ''
    for (;;) {
      const char = this.text[this.at++]
      if (char === undefined) throw new Stop('partial')
      if (char === quote) return out
      out += char === '\\' ? this.escape() : char
    }
  }

  private escape(): string {
    const char = this.text[this.at++]
    if (char === undefined) throw new Stop('partial')
    if (char !== 'u') return ESCAPES[char] ?? char
    const digits = this.text.slice(this.at, this.at + 4)
    if (digits.length < 4) throw new Stop('partial')
    if (!/^[\da-fA-F]{4}$/.test(digits)) throw new Stop('error')
    this.at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  private unknown(): never {
    throw new Stop(this.text.length - this.at < LONGEST_WORD ? 'partial' : 'error')
  }
}
