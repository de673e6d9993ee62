import { joinBytes } from '../../../engine/bytes.ts'
import type { EventLoop, Timer } from '../../../engine/event-loop.ts'
import type { StubServer } from '../../../engine/upstream/stub.ts'
import { StubConnection } from '../../../engine/upstream/stub-connection.ts'
import { command, encodeResp, isError, RespDecoder, type RespValue } from './resp.ts'

/** Takes the answer to one request. */
export interface ClientCallbacks {
  onResponse(value: RespValue): void
  onFailure(): void
  /** The server says that the key is elsewhere: `host` is `ip:port`. */
  onRedirection(value: RespValue, host: string, ask: boolean): void
}

/** For requests whose answer nobody waits for. */
export const IGNORED: ClientCallbacks = { onResponse() {}, onFailure() {}, onRedirection() {} }

export interface RequestHandle {
  /** The answer is dropped when it comes: it still has its place in the queue. */
  cancel(): void
}

/** How a client treats its server, from the filter's and the cluster's configuration. */
export interface ClientSettings {
  opTimeoutMs: number
  connectTimeoutMs: number
  enableRedirection: boolean
  maxBufferSizeBeforeFlush: number
  bufferFlushTimeoutMs: number
  /** The server is asked to let replicas answer (any read policy but MASTER). */
  readOnly: boolean
  username: string
  password: string
  version: 2 | 3
}

interface Pending {
  callbacks: ClientCallbacks
  cancelled: boolean
}

interface Held {
  request: RespValue
  pending: Pending
}

/**
 * One connection to a Redis server: requests in a row, answers in the same order. What is written in one turn of the loop
 * reaches the server as one stretch of bytes. Envoy: source/extensions/filters/network/common/redis/client_impl.cc.
 */
export class RedisClient {
  private readonly loop: EventLoop
  private readonly settings: ClientSettings
  private readonly decoder = new RespDecoder((value) => this.onValue(value))
  private readonly onClose: () => void
  private readonly transactional: boolean
  private pending: Pending[] = []
  private held: Held[] | undefined
  private unflushed: Uint8Array[] = []
  private toWrite: Uint8Array[] = []
  private connection: StubConnection | undefined
  private timer: Timer | undefined
  private flushTimer: Timer | undefined
  private writing = false
  private open = true

  /** `server` is undefined where nobody listens. `transactional`: it serves one client's transaction and follows no redirections. */
  constructor(
    loop: EventLoop,
    server: StubServer | undefined,
    settings: ClientSettings,
    onClose: () => void,
    transactional = false,
  ) {
    this.loop = loop
    this.settings = settings
    this.onClose = onClose
    this.transactional = transactional
    this.timer = loop.timer(settings.connectTimeoutMs, () => this.close())
    loop.post(() => {
      if (!this.open) return
      if (server && !server.down) this.connected(server)
      else this.close()
    })
    this.introduce()
  }

  request(value: RespValue, callbacks: ClientCallbacks): RequestHandle {
    const pending: Pending = { callbacks, cancelled: false }
    if (this.held) this.held.push({ request: value, pending })
    else this.send(value, pending)
    return {
      cancel: () => {
        pending.cancelled = true
      },
    }
  }

  /** Closes the connection; whoever still waits for an answer is told that it failed. */
  close(): void {
    if (!this.open) return
    this.open = false
    this.timer?.cancel()
    this.flushTimer?.cancel()
    this.connection?.abandon()
    const waiting = [...this.pending, ...(this.held ?? []).map(({ pending }) => pending)]
    this.pending = []
    this.held = undefined
    for (const { callbacks, cancelled } of waiting) if (!cancelled) callbacks.onFailure()
    this.onClose()
  }

  private introduce(): void {
    const { username, password, readOnly, version } = this.settings
    if (version === 3) {
      const credentials = username || password ? ['AUTH', username || 'default', password] : []
      const hello: ClientCallbacks = {
        onResponse: (value) => {
          if (!saysVersion3(value)) this.close()
          else this.afterHello()
        },
        onFailure: () => this.close(),
        onRedirection: () => this.close(),
      }
      this.send(command('HELLO', '3', ...credentials), { callbacks: hello, cancelled: false })
      this.held = []
      return
    }
    if (username) this.request(command('auth', username, password), IGNORED)
    else if (password) this.request(command('auth', password), IGNORED)
    if (readOnly) this.request(command('readonly'), IGNORED)
  }

  private afterHello(): void {
    if (!this.settings.readOnly) {
      this.release()
      return
    }
    const callbacks: ClientCallbacks = {
      onResponse: (value) => (isError(value) ? this.close() : this.release()),
      onFailure: () => this.close(),
      onRedirection: () => this.close(),
    }
    this.send(command('readonly'), { callbacks, cancelled: false })
  }

  private release(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const { request, pending } of held) if (!pending.cancelled) this.send(request, pending)
  }

  private send(value: RespValue, pending: Pending): void {
    const { maxBufferSizeBeforeFlush: limit, bufferFlushTimeoutMs } = this.settings
    this.pending.push(pending)
    const first = this.unflushed.length === 0
    this.unflushed.push(encodeResp(value))
    const size = this.unflushed.reduce((sum, part) => sum + part.length, 0)
    if (size >= limit) this.flush()
    else if (first) this.flushTimer = this.loop.timer(bufferFlushTimeoutMs, () => this.flush())
    if (this.connection && this.pending.length === 1) this.watch()
  }

  private flush(): void {
    this.flushTimer?.cancel()
    this.toWrite.push(...this.unflushed)
    this.unflushed = []
    if (!this.connection || this.writing || this.toWrite.length === 0) return
    this.writing = true
    this.loop.post(() => {
      this.writing = false
      this.write()
    })
  }

  private write(): void {
    if (!this.open || !this.connection || this.toWrite.length === 0) return
    const bytes = joinBytes(this.toWrite)
    this.toWrite = []
    this.connection.receive(bytes)
  }

  private connected(server: StubServer): void {
    this.timer?.cancel()
    this.connection = new StubConnection(server, {
      onData: (bytes) => this.receive(bytes),
      onClosed: () => this.close(),
    })
    if (this.pending.length > 0) this.watch()
    this.write()
  }

  private receive(bytes: Uint8Array): void {
    if (!this.open) return
    try {
      this.decoder.decode(bytes)
    } catch {
      this.close()
    }
  }

  private onValue(value: RespValue): void {
    if (value.type === 'push') return
    const pending = this.pending.shift()
    // A server that speaks without being asked breaks the order of answers; nobody is there to take this one.
    if (!pending) return
    const { callbacks, cancelled } = pending
    if (!cancelled) this.deliver(value, callbacks)
    if (!this.open) return
    if (this.pending.length === 0) this.timer?.cancel()
    else this.watch()
  }

  private deliver(value: RespValue, callbacks: ClientCallbacks): void {
    if (!this.settings.enableRedirection || this.transactional || !isError(value)) {
      callbacks.onResponse(value)
      return
    }
    const parts = value.text.split(' ').filter((part) => part !== '')
    if (parts.length === 3 && (parts[0] === 'MOVED' || parts[0] === 'ASK'))
      callbacks.onRedirection(value, parts[2]!, parts[0] === 'ASK')
    else if (parts[0] === 'CLUSTERDOWN') callbacks.onFailure()
    else callbacks.onResponse(value)
  }

  private watch(): void {
    this.timer?.cancel()
    this.timer = this.loop.timer(this.settings.opTimeoutMs, () => this.close())
  }
}

function saysVersion3(value: RespValue): boolean {
  if (value.type !== 'map') return false
  for (let i = 0; i + 1 < value.items.length; i += 2) {
    const key = value.items[i]!
    const says = value.items[i + 1]!
    if ('text' in key && key.text === 'proto') return says.type === 'integer' && says.value === 3n
  }
  return false
}
