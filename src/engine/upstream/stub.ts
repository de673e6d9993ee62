import { fromLatin1, utf8 } from '../bytes.ts'
import type { EventLoop } from '../event-loop.ts'
import type { HeaderPair } from '../http/header-map.ts'

/** A body in a case: text, or bytes in base64. */
export type CaseBytes = string | number | boolean | { base64: string } | null | undefined

/** One answer of a stub server. */
export interface StubAnswer {
  status?: number
  headers?: readonly (readonly [string, unknown])[]
  body?: CaseBytes
  trailers?: readonly (readonly [string, unknown])[]
  chunked?: boolean
  delayMs?: number
  reset?: boolean
}

/** What stands behind a cluster: nothing, a byte server, or answers that are used up one by one, the last repeated. */
export type StubScript =
  | 'down'
  | { tcp: { echo?: boolean; reply?: CaseBytes; greeting?: CaseBytes } }
  | StubAnswer
  | readonly StubAnswer[]
  | null
  | undefined

/** What reached a server: an HTTP request, or the bytes of a connection. */
export type UpstreamRecord =
  | {
      cluster: string
      method: string
      path: string
      authority: string
      headers: HeaderPair[]
      body: Uint8Array
      trailers?: HeaderPair[]
    }
  | { cluster: string; received: Uint8Array }

/** Shared by the stubs of one proxy: everything they were sent, in order of arrival. */
export type UpstreamLog = UpstreamRecord[]

/** Envoy's end of a connection to a stub. */
export interface StubPeer {
  onData(bytes: Uint8Array): void
  onClosed(reset: boolean): void
}

/** One cluster's server. */
export class StubServer {
  readonly cluster: string
  readonly script: StubScript
  readonly log: UpstreamLog
  readonly loop: EventLoop
  private used = 0

  constructor(cluster: string, script: StubScript, log: UpstreamLog, loop: EventLoop) {
    this.cluster = cluster
    this.script = script
    this.down = script === 'down'
    this.log = log
    this.loop = loop
  }

  /** Nobody listens there. */
  down: boolean

  get tcp(): { echo?: boolean; reply?: CaseBytes; greeting?: CaseBytes } | undefined {
    const { script } = this
    return typeof script === 'object' && script !== null && 'tcp' in script ? script.tcp : undefined
  }

  /** The answer to the next request. */
  next(): StubAnswer {
    const { script } = this
    if (script === 'down' || script === null || script === undefined) return EMPTY
    if (Array.isArray(script)) {
      if (script.length === 0) return EMPTY
      const answer = script[Math.min(this.used, script.length - 1)]
      this.used++
      return answer
    }
    return script as StubAnswer
  }
}

const EMPTY: StubAnswer = {}

/** Bytes of a body in a case. */
export function caseBytes(value: CaseBytes): Uint8Array {
  if (value === null || value === undefined) return new Uint8Array(0)
  if (typeof value === 'object') return fromBase64(value.base64)
  if (value === true) return utf8('True')
  if (value === false) return utf8('False')
  return utf8(String(value))
}

/** Text of a header in a case, as a byte string. */
export function caseText(value: unknown): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null || value === undefined) return 'None'
  return String(value)
}

/** Base64 to bytes; characters outside the alphabet are passed over. */
export function fromBase64(text: string): Uint8Array {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, '')
  const out = new Uint8Array(Math.floor((clean.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const char of clean) {
    held = (held << 6) | ALPHABET.indexOf(char)
    bits += 6
    if (bits < 8) continue
    bits -= 8
    out[at++] = (held >> bits) & 0xff
  }
  return out.subarray(0, at)
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** An HTTP/1 answer as the stub writes it. */
export function http1Answer(answer: StubAnswer, method: string): Uint8Array[] {
  const body = caseBytes(answer.body)
  const status = answer.status ?? 200
  let head = `HTTP/1.1 ${status} X\r\n`
  let length = false
  for (const [name, value] of answer.headers ?? []) {
    head += `${name}: ${caseText(value)}\r\n`
    if (name.toLowerCase() === 'content-length') length = true
  }
  if (answer.chunked) {
    const parts = [fromLatin1(`${head}transfer-encoding: chunked\r\n\r\n`)]
    if (body.length > 0) parts.push(fromLatin1(`${body.length.toString(16)}\r\n`), body, fromLatin1('\r\n'))
    parts.push(fromLatin1('0\r\n\r\n'))
    return parts
  }
  if (!length && status !== 204) head += `content-length: ${body.length}\r\n`
  const bodiless = status === 204 || status === 304 || status < 200 || method === 'HEAD'
  const bytes = fromLatin1(`${head}\r\n`)
  return bodiless || body.length === 0 ? [bytes] : [bytes, body]
}

/** Strips what Python's `str.strip` strips of a latin-1 text: the recording stub reads header lines that way. */
export function strip(text: string): string {
  return text.replace(/^[\t-\r\x1c-\x20\x85\xa0]+|[\t-\r\x1c-\x20\x85\xa0]+$/g, '')
}
