import type { HeaderPair } from '../../src/cli/case-document.ts'

const CRLF = '\r\n'

/** Bytes of a connection being taken apart; `more` fetches further ones and says whether any came. */
export class Incoming {
  bytes: Buffer
  #more: () => Promise<Buffer | undefined>

  constructor(more: () => Promise<Buffer | undefined>, first: Buffer = Buffer.alloc(0)) {
    this.#more = more
    this.bytes = first
  }

  async more(): Promise<boolean> {
    const bytes = await this.#more()
    if (bytes === undefined) return false
    this.bytes = Buffer.concat([this.bytes, bytes])
    return true
  }

  /** Everything before `mark`, which is consumed too; undefined if the stream ends first. */
  async until(mark: string): Promise<string | undefined> {
    for (;;) {
      const at = this.bytes.indexOf(mark, 0, 'latin1')
      if (at >= 0) {
        const text = this.bytes.toString('latin1', 0, at)
        this.bytes = this.bytes.subarray(at + mark.length)
        return text
      }
      if (!(await this.more())) return undefined
    }
  }

  /** Waits until at least `length` bytes are there; false if the stream ends first. */
  async fill(length: number): Promise<boolean> {
    while (this.bytes.length < length) if (!(await this.more())) return false
    return true
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(0, length)
    this.bytes = this.bytes.subarray(taken.length)
    return taken
  }
}

export interface Head {
  firstLine: string
  /** Names as they came. */
  headers: HeaderPair[]
  /** The value of a name in lower case; the last of several. */
  get: (name: string) => string | undefined
}

/** Takes a head's lines apart without judging them. */
export function parseHead(text: string): Head {
  const [firstLine = '', ...lines] = text.split(CRLF)
  const headers = lines.map((line): HeaderPair => {
    const colon = line.indexOf(':')
    return colon < 0 ? [strip(line), ''] : [strip(line.slice(0, colon)), strip(line.slice(colon + 1))]
  })
  const byName = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  return { firstLine, headers, get: (name) => byName.get(name) }
}

function strip(text: string): string {
  return text.replace(/^[\t-\r\x1c-\x20\x85\xa0]+|[\t-\r\x1c-\x20\x85\xa0]+$/g, '')
}

/**
 * A chunked body. Trailers are skipped if `trailers` is set, left unread otherwise. A body cut short by the end of the
 * stream gives what came of it, and `complete: false`.
 */
export async function readChunked(input: Incoming, trailers: boolean): Promise<{ body: Buffer; complete: boolean }> {
  const parts: Buffer[] = []
  for (;;) {
    const line = await input.until(CRLF)
    if (line === undefined) return { body: Buffer.concat(parts), complete: false }
    const size = Number.parseInt(line.split(';')[0]!, 16)
    if (!Number.isFinite(size)) throw new Error(`not the size of a chunk: ${JSON.stringify(line)}`)
    if (size === 0 && trailers) {
      while ((await input.until(CRLF)) !== '') if (input.bytes.length === 0 && !(await input.more())) break
      return { body: Buffer.concat(parts), complete: true }
    }
    const whole = await input.fill(size + 2)
    parts.push(Buffer.from(input.take(size)))
    input.take(2)
    if (size === 0) return { body: Buffer.concat(parts), complete: true }
    if (!whole) return { body: Buffer.concat(parts), complete: false }
  }
}

/** Bytes of text whose characters each stand for one byte. @throws Error naming the character that does not. */
export function latin1(text: string): Buffer {
  const wide = /[^\x00-\xff]/.exec(text)
  if (wide) throw new Error(`${JSON.stringify(wide[0])} is not one byte: HTTP/1.1 heads are written as latin-1`)
  return Buffer.from(text, 'latin1')
}
