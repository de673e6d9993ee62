import type { Socket } from 'node:net'

/** The peer reset the connection, refused it, or broke TLS: what a client sees as a failed connection. */
export class ConnectionFailed extends Error {
  override name = 'ConnectionFailed'
}

/** Nothing came within the time allowed. */
export class TimedOut extends Error {
  override name = 'TimedOut'
}

/**
 * A socket read by awaiting. A failed connection beats bytes that were not read yet, and the other side's end of
 * stream leaves our own half open until `close`.
 */
export class ByteStream {
  readonly socket: Socket
  #chunks: Buffer[] = []
  #ended = false
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#wake?.()
    })
    socket.on('end', () => this.#finish())
    socket.on('close', () => this.#finish())
    socket.on('error', (error) => {
      this.#failure ??= new ConnectionFailed(error.message)
      this.#wake?.()
    })
  }

  #finish(): void {
    this.#ended = true
    this.#wake?.()
  }

  /**
   * What has arrived, waiting for it if need be; undefined once the other side has finished.
   * @throws ConnectionFailed, or TimedOut after `timeoutMs`.
   */
  async read(timeoutMs?: number): Promise<Buffer | undefined> {
    if (!this.#ready()) await this.#wait(timeoutMs)
    if (this.#failure) throw this.#failure
    if (this.#chunks.length > 0) {
      const bytes = Buffer.concat(this.#chunks)
      this.#chunks = []
      return bytes
    }
    if (this.#ended) return undefined
    throw new TimedOut(`nothing arrived within ${timeoutMs} ms`)
  }

  #ready(): boolean {
    return this.#chunks.length > 0 || this.#ended || this.#failure !== undefined
  }

  #wait(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const done = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      if (timeoutMs !== undefined) timer = setTimeout(done, timeoutMs)
      this.#wake = done
    })
  }

  /** @throws ConnectionFailed if the connection is known to be broken. */
  write(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure
    if (bytes.length > 0 && this.socket.writable) this.socket.write(bytes)
  }

  /** Sends what was written, then closes both ways. */
  close(): void {
    this.socket.end(() => this.socket.destroy())
  }

  /** Closes at once; bytes not sent yet are lost. */
  abort(): void {
    this.socket.destroy()
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
