import type { Buffer } from '../../buffer.ts'
import { fromLatin1 } from '../../bytes.ts'
import type { HeaderMap } from '../header-map.ts'

/** How header names are written: as they are, or `Content-Type` style. */
export type HeaderKeyFormat = (name: string) => string

export interface Http1EncoderOptions {
  write(bytes: Uint8Array): void
  /** Names as they are written; undefined leaves them in lower case. */
  format?: HeaderKeyFormat
  enableTrailers: boolean
  /** HTTP/1.0 knows no chunks. */
  http10(): boolean
  /** The message is complete. */
  onEncodeComplete(): void
}

/** Writes one HTTP/1 message: the half that requests and responses share (source/common/http/http1/codec_impl.cc). */
export class Http1MessageEncoder {
  private readonly options: Http1EncoderOptions
  private chunked = false
  headRequest = false
  connectRequest = false
  disableChunking = false

  constructor(options: Http1EncoderOptions) {
    this.options = options
  }

  /**
   * Writes the first line and the headers, and decides how the body will be framed.
   * `status` is undefined for a request; `bodiless`: the method carries no body by nature (GET, HEAD, DELETE, ...).
   */
  headers(
    firstLine: string,
    headers: HeaderMap,
    endStream: boolean,
    status: number | undefined,
    bodiless = false,
  ): void {
    const { keys } = headers
    const format = keys ? (name: string) => keys.format(name) : this.options.format
    const line = (name: string, value: string) => `${format ? format(name) : name}: ${value}\r\n`
    let out = firstLine
    let sawLength = false
    let upgrade = false
    headers.forEach((name, value) => {
      if (name.charCodeAt(0) === 0x3a) {
        if (name !== ':authority') return
        out += line('host', value)
        return
      }
      if (name === 'content-length') sawLength = true
      else if (name === 'upgrade') upgrade = true
      out += line(name, value)
    })
    this.chunked = false
    if (sawLength || this.disableChunking) {
      // A length was given, or whoever sends it knows better.
    } else if (status !== undefined && (status < 200 || status === 204 || status === 304)) {
      // These have no body, so nothing frames it.
    } else if (endStream && !this.headRequest) {
      if (!bodiless) out += line('content-length', '0')
    } else if (!this.options.http10()) {
      if (!this.connectRequest) out += line('transfer-encoding', 'chunked')
      this.chunked = !upgrade && !this.headRequest && !this.connectRequest
    }
    this.options.write(fromLatin1(`${out}\r\n`))
    if (endStream) this.end()
  }

  data(data: Buffer, endStream: boolean): void {
    if (data.length > 0) {
      if (this.chunked) this.options.write(fromLatin1(`${data.length.toString(16)}\r\n`))
      this.options.write(data.bytes())
      if (this.chunked) this.options.write(CRLF)
      data.drain()
    }
    if (endStream) this.end()
  }

  trailers(trailers: HeaderMap): void {
    if (!this.options.enableTrailers || !this.chunked) {
      this.end()
      return
    }
    const { format } = this.options
    let out = '0\r\n'
    trailers.forEach((name, value) => {
      out += `${format ? format(name) : name}: ${value}\r\n`
    })
    this.options.write(fromLatin1(`${out}\r\n`))
    this.options.onEncodeComplete()
  }

  private end(): void {
    if (this.chunked) this.options.write(LAST_CHUNK)
    this.options.onEncodeComplete()
  }
}

const CRLF = fromLatin1('\r\n')
const LAST_CHUNK = fromLatin1('0\r\n\r\n')

/** `content-type` as `Content-Type` (ProperCaseHeaderKeyFormatter): the letter after any that is not alphanumeric. */
export function properCase(name: string): string {
  return name.replace(/(^|[^A-Za-z0-9])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}
