import type { JsonObject } from '../../src/cli/case-document.ts'
import { createHost } from '../../src/cli/simulate.ts'
import { type ProxyConfig, SimProxy } from '../../src/engine/proxy.ts'
import type { MessageRegistry } from '../../src/engine/services.ts'
import { Trace } from '../../src/engine/trace.ts'
import { loadEnvoyRegistry } from '../../src/envoy/load.node.ts'
import { simulatedFilters } from '../../src/filters/index.ts'
import { REQUEST_HEAD } from './chains.ts'

const WARM_UP_MS = 700
const ROUNDS = 5
const BATCH = 32

/** What a round of requests came to. */
export interface Speed {
  /** Requests a second by the clock. */
  perSecond: number
  /** Processor time of one request in microseconds, which other load on the machine leaves alone. */
  cost: number
}

/**
 * How fast the simulator answers in this thread, without a trace, over one connection that stays open: the median of five
 * rounds that take `seconds` together.
 */
export async function measureSimulator(config: JsonObject, seconds: number): Promise<Speed> {
  const host = await createHost({ config })
  const registry = loadEnvoyRegistry() as MessageRegistry
  const proxy = new SimProxy(config as ProxyConfig, {}, { registry, catalogue: simulatedFilters(), host })
  const client = new BenchClient(proxy)
  client.check()
  run(client, WARM_UP_MS)
  const rounds = Array.from({ length: ROUNDS }, () => run(client, (seconds * 1000) / ROUNDS))
  return rounds.sort((a, b) => a.cost - b.cost)[Math.floor(ROUNDS / 2)]!
}

function run(client: BenchClient, ms: number): Speed {
  const begin = performance.now()
  const processor = process.cpuUsage()
  let requests = 0
  let now = begin
  while (now - begin < ms) {
    for (let index = 0; index < BATCH; index++) client.request()
    requests += BATCH
    now = performance.now()
  }
  const { user, system } = process.cpuUsage(processor)
  return { perSecond: (requests / (now - begin)) * 1000, cost: (user + system) / requests }
}

/** A client with one connection. It reads no more of an answer than its length. */
class BenchClient {
  private readonly proxy: SimProxy
  private readonly head = Buffer.from(REQUEST_HEAD, 'latin1')
  private readonly connection
  private received = 0
  private text = ''
  private keep = true
  private expected = 0
  private readonly answered = () => this.received >= this.expected

  constructor(proxy: SimProxy) {
    this.proxy = proxy
    const end = {
      onData: (bytes: Uint8Array) => {
        this.received += bytes.length
        if (this.keep) this.text += Buffer.from(bytes).toString('latin1')
      },
      onHalfClose: () => undefined,
      onClosed: () => {
        throw new Error('the proxy closed the connection')
      },
    }
    const socket = {
      end,
      address: { ip: '127.0.0.1', port: 40_000 },
      originalDestination: undefined,
      tls: undefined,
      http2: undefined,
      handshakeFailed: () => undefined,
    }
    this.connection = proxy.connect(proxy.listener(undefined)!, socket, Trace.off, new Uint8Array(0))
  }

  /** The first request: its answer has to be a good one, and its length is that of all others. */
  check(): void {
    this.connection.receive(this.head)
    this.proxy.loop.drain(() => false, this.proxy.loop.now)
    if (!/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/.test(this.text)) throw new Error(`not the answer: ${this.text}`)
    this.keep = false
    this.expected = this.received
  }

  request(): void {
    this.received = 0
    this.connection.receive(this.head)
    if (this.answered()) return
    this.proxy.loop.drain(this.answered, this.proxy.loop.now)
    if (!this.answered()) throw new Error('no answer')
  }
}
