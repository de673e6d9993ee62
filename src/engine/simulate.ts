import { fromLatin1, joinBytes, toBase64 } from './bytes.ts'
import { Http1ResponseReader, http1Request } from './client/http1.ts'
import { CLIENT_PREFACE, Http2Exchange } from './client/http2.ts'
import { CaseSocket } from './client/socket.ts'
import type { ClientResponse, ConnectionSpec, RequestSpec } from './client/types.ts'
import { type ProxyConfig, type ProxyDependencies, SimProxy } from './proxy.ts'
import { Trace } from './trace.ts'
import { type CaseBytes, caseBytes, type StubScript, type UpstreamRecord } from './upstream/stub.ts'

/** A case or design, as far as traffic goes (see the case format). */
export interface SimulationInput {
  config: ProxyConfig
  upstreams?: Record<string, StubScript> | null
  requests?: readonly RequestSpec[] | null
  connections?: readonly ConnectionSpec[] | null
}

/** Bytes as a case writes them. */
type WrittenBytes = string | { base64: string }

/** What came of one request or connection, in the case format. */
export interface SimulationResult {
  response: {
    status?: number | null
    headers?: (readonly [string, string])[]
    body?: WrittenBytes
    trailers?: (readonly [string, string])[]
    reset?: boolean
    closed?: boolean
    received?: WrittenBytes
  }
  upstream: {
    cluster: string
    method?: string
    path?: string
    authority?: string
    headers?: (readonly [string, string])[]
    body?: WrittenBytes
    trailers?: (readonly [string, string])[]
    received?: WrittenBytes
  }[]
  details?: string
  flags?: string
  route?: string
  cluster?: string
}

export interface SimulationOptions extends ProxyDependencies {
  /** Collect traces; without it `traces` are empty. */
  trace?: boolean
}

/** Milliseconds that pass after each answer before the result is taken, so that what follows it is in it. */
const SETTLE_MS = 120
/** How long a client waits for more of an answer. */
const HANG_UP_MS = 5
const CLIENT_TIMEOUT_MS = 20_000

/** Builds a proxy for many runs: configuration is read once. */
export function createProxy(
  config: ProxyConfig,
  deps: ProxyDependencies,
  upstreams: Record<string, StubScript> = {},
): SimulatedProxy {
  return new SimulatedProxy(new SimProxy(config, upstreams, deps))
}

/**
 * Runs a whole case: each request, then each connection, over one proxy. Throws ConfigError for a configuration that Envoy
 * would refuse. Traces are in the order of the results.
 */
export async function simulateCase(
  input: SimulationInput,
  options: SimulationOptions,
): Promise<{ results: SimulationResult[]; traces: Trace[] }> {
  const proxy = createProxy(input.config, options, input.upstreams ?? {})
  const results: SimulationResult[] = []
  const traces: Trace[] = []
  const newTrace = () => {
    const trace = options.trace ? new Trace() : Trace.off
    traces.push(trace)
    return trace
  }
  for (const request of input.requests ?? []) results.push(await proxy.request(request, newTrace()))
  for (const connection of input.connections ?? []) results.push(await proxy.connection(connection, newTrace()))
  return { results, traces }
}

/** A proxy and the clients that use it, one after the other. */
export class SimulatedProxy {
  readonly proxy: SimProxy
  private ports = 40_000

  constructor(proxy: SimProxy) {
    this.proxy = proxy
  }

  /** Sends one request and waits for what comes of it. */
  async request(spec: RequestSpec, trace: Trace = Trace.off): Promise<SimulationResult> {
    const { proxy } = this
    await proxy.warm()
    const sent = proxy.upstreamLog.length
    await this.pass(spec.afterMs)
    const ended = proxy.endedStreams.at(-1)
    const response = await (spec.protocol === 'http2' ? this.http2(spec, trace) : this.http1(spec, trace))
    await this.pass(SETTLE_MS)
    const result = resultOf(response, proxy.upstreamLog.slice(sent))
    const info = proxy.endedStreams.at(-1)
    if (!info || info === ended) return result
    // As %RESPONSE_CODE_DETAILS% prints it.
    if (info.responseCodeDetails) result.details = text(info.responseCodeDetails.replace(/\s/g, '_'))
    const flags = info.flagsText()
    if (flags) result.flags = flags
    if (info.route?.name) result.route = info.route.name
    if (info.upstreamCluster) result.cluster = info.upstreamCluster
    return result
  }

  /** Opens a raw connection, sends and listens. */
  async connection(spec: ConnectionSpec, trace: Trace = Trace.off): Promise<SimulationResult> {
    const { proxy } = this
    await proxy.warm()
    const sent = proxy.upstreamLog.length
    await this.pass(spec.afterMs)
    const parts: Uint8Array[] = []
    let closed = false
    let refused = false
    const socket = new CaseSocket(
      spec,
      {
        onData: (bytes) => parts.push(bytes.slice()),
        onEnd: () => {
          closed = true
        },
        onHandshakeFailed: () => {
          closed = true
          refused = true
        },
      },
      this.ports++,
    )
    if (!socket.connect(proxy, spec, trace)) closed = true
    await proxy.loop.run(() => false, proxy.loop.now)
    const sends: (CaseBytes | undefined)[] = spec.send && spec.send.length > 0 ? [...spec.send] : [undefined]
    for (const send of sends) {
      if (refused) break
      const bytes = send === undefined ? undefined : caseBytes(send)
      if (bytes && !closed) socket.send(bytes)
      const until = proxy.loop.now + (spec.waitMs ?? 300)
      await proxy.loop.run(() => closed, until)
      if (!closed && proxy.loop.now < until) await proxy.loop.advanceTo(until)
    }
    socket.close()
    await this.pass(SETTLE_MS)
    return resultOf({ received: joinBytes(parts), closed }, proxy.upstreamLog.slice(sent))
  }

  private async http1(spec: RequestSpec, trace: Trace): Promise<ClientResponse> {
    const reader = new Http1ResponseReader(spec.method ?? 'GET')
    let failed = false
    const socket = new CaseSocket(
      spec,
      {
        onData: (data) => reader.onData(data),
        onEnd: () => reader.onEnd(),
        onHandshakeFailed: () => {
          failed = true
        },
      },
      this.ports++,
    )
    if (!socket.connect(this.proxy, spec, trace)) return { closed: true }
    socket.send(http1Request(spec))
    return this.finish(socket, () => (failed ? { closed: true } : reader.response))
  }

  private async http2(spec: RequestSpec, trace: Trace): Promise<ClientResponse> {
    const exchange = new Http2Exchange(spec)
    let failed = false
    const socket = new CaseSocket(
      spec,
      {
        onData: () => undefined,
        onEnd: () => exchange.onEnd(),
        onHandshakeFailed: () => {
          failed = true
        },
      },
      this.ports++,
      exchange,
    )
    if (!socket.connect(this.proxy, spec, trace)) return { closed: true }
    socket.send(CLIENT_PREFACE)
    return this.finish(socket, () => (failed ? { closed: true } : exchange.response))
  }

  // Runs until the client has its answer, then lets it hang up.
  private async finish(socket: CaseSocket, response: () => ClientResponse | undefined): Promise<ClientResponse> {
    const { loop } = this.proxy
    await loop.run(() => response() !== undefined, loop.now + CLIENT_TIMEOUT_MS)
    // A client needs a moment to hang up: what is about to happen behind the last byte still does.
    await loop.run(() => false, loop.now + HANG_UP_MS)
    socket.close()
    return response() ?? { closed: true }
  }

  private async pass(ms: number | undefined): Promise<void> {
    const { loop } = this.proxy
    if (ms) await loop.advanceTo(loop.now + ms)
  }
}

function resultOf(response: ClientResponse, records: readonly UpstreamRecord[]): SimulationResult {
  const { body, received, headers, ...rest } = response
  return {
    response: {
      ...rest,
      ...(headers ? { headers: normal(headers) } : {}),
      ...(body ? { body: written(body) } : {}),
      ...(received ? { received: written(received, true) } : {}),
    },
    upstream: records.map((record) => {
      if ('received' in record) return { cluster: record.cluster, received: written(record.received) }
      return { ...record, headers: normal(record.headers), body: written(record.body) }
    }),
  }
}

const NOT_COMPARED = new Set(['date', 'connection', 'transfer-encoding', 'keep-alive'])
const MASKED: Record<string, string> = { 'x-request-id': '<uuid>', 'x-envoy-upstream-service-time': '<ms>' }

/** Headers as results have them: sorted by name, volatile ones masked or left out. */
function normal(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers
    .filter(([name]) => !NOT_COMPARED.has(name))
    .map(([name, value]): [string, string] => [name, MASKED[name] ?? value])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function written(bytes: Uint8Array, maskDate = false): WrittenBytes {
  try {
    const decoded = strict.decode(bytes)
    return maskDate ? decoded.replace(/(\r\ndate: )[^\r]*/gi, '$1<date>') : decoded
  } catch {
    return { base64: toBase64(bytes) }
  }
}

function text(bytes: string): string {
  const written8 = written(fromLatin1(bytes))
  return typeof written8 === 'string' ? written8 : bytes
}
