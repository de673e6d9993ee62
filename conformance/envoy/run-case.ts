import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type CaseConnection,
  type CaseDocument,
  type CaseRequest,
  type CaseResponse,
  type CaseResult,
  fromBytes,
  type UpstreamRecord,
} from '../../src/cli/case-document.ts'
import { clusterNames, fileSize, type Listener, prepareConfig, startEnvoy, temporaryFolder } from './boot.ts'
import { ConnectionFailed, sleep } from './byte-stream.ts'
import { requestH2 } from './client-h2.ts'
import { requestHttp1 } from './client-http1.ts'
import { exchangeBytes } from './client-tcp.ts'
import { normaliseResult } from './normalise.ts'
import { freePort } from './ports.ts'
import { type Received, startUpstream, type Upstream } from './upstream.ts'

// Envoy flushes its access log every 20 ms, and a mirrored request may trail its answer: both are in by then.
const SETTLE_MS = 120
/** How long a busy machine may take to write the line of a request that was answered, or whose connection was closed. */
const LOG_MS = { answered: 2_000, closed: 400 }

const OUTCOME_FIELDS = ['details', 'flags', 'route', 'cluster'] as const

type Traffic = { kind: 'request'; value: CaseRequest } | { kind: 'connection'; value: CaseConnection }

/**
 * Runs a case through the real Envoy and gives what came of each request, then of each connection, normalised.
 * @throws Error if Envoy refuses the config, or a client hears nothing for 20 s.
 */
export async function runCase(document: CaseDocument, envoy: string): Promise<CaseResult[]> {
  const folder = temporaryFolder()
  const log: Received[] = []
  const upstreams: Upstream[] = []
  let stop: (() => Promise<void>) | undefined
  try {
    const ports = new Map<string, number>()
    for (const cluster of clusterNames(document.config)) {
      const script = document.upstreams?.[cluster] ?? [{}]
      if (script === 'down') ports.set(cluster, await freePort())
      else {
        const upstream = await startUpstream(cluster, script, log)
        upstreams.push(upstream)
        ports.set(cluster, upstream.port)
      }
    }
    const accessLog = join(folder.path, 'access.log')
    const { bootstrap, listeners } = await prepareConfig(document.config, ports, accessLog)
    const running = await startEnvoy(envoy, bootstrap, folder.path)
    stop = running.stop
    const results: CaseResult[] = []
    for (const traffic of trafficOf(document)) results.push(await exchange(traffic, listeners, log, accessLog))
    return results
  } finally {
    await stop?.()
    for (const upstream of upstreams) upstream.close()
    folder.remove()
  }
}

function trafficOf(document: CaseDocument): Traffic[] {
  return [
    ...(document.requests ?? []).map((value): Traffic => ({ kind: 'request', value: value ?? {} })),
    ...(document.connections ?? []).map((value): Traffic => ({ kind: 'connection', value: value ?? {} })),
  ]
}

async function exchange(
  traffic: Traffic,
  listeners: Listener[],
  log: Received[],
  accessLog: string,
): Promise<CaseResult> {
  const { value } = traffic
  const listener = listeners.find(({ name }) => value.listener === undefined || value.listener === name)
  if (!listener) throw new Error(`no listener ${value.listener ?? 'that is bound to a port'}`)
  const mark = log.length
  const seen = fileSize(accessLog)
  if (value.afterMs) await sleep(value.afterMs)
  const response = await send(traffic, listener.port)
  await sleep(SETTLE_MS)
  const result: CaseResult = { response, upstream: log.slice(mark).map(record) }
  if (traffic.kind === 'request') {
    for (let waited = 0; fileSize(accessLog) <= seen && waited < LOG_MS[response.closed ? 'closed' : 'answered']; ) {
      await sleep(40)
      waited += 40
    }
    const outcome = lastEntry(accessLog, seen)
    for (const field of OUTCOME_FIELDS) {
      const text = outcome[field]
      if (typeof text === 'string' && text !== '' && text !== '-') result[field] = text
    }
  }
  return normaliseResult(result)
}

async function send(traffic: Traffic, port: number): Promise<CaseResponse> {
  try {
    if (traffic.kind === 'connection') return await exchangeBytes(port, traffic.value)
    if (traffic.value.protocol === 'http2') return await requestH2(port, traffic.value)
    return await requestHttp1(port, traffic.value)
  } catch (error) {
    if (error instanceof ConnectionFailed) return { closed: true }
    throw error
  }
}

function record(received: Received): UpstreamRecord {
  const { body, received: bytes, ...rest } = received
  return {
    ...rest,
    ...(body !== undefined && { body: fromBytes(body) }),
    ...(bytes !== undefined && { received: fromBytes(bytes) }),
  }
}

/** The last line that a log gained after `seen` bytes; nothing if it gained none. */
function lastEntry(path: string, seen: number): Record<string, unknown> {
  if (fileSize(path) <= seen) return {}
  const line = readFileSync(path).subarray(seen).toString('utf8').trimEnd().split('\n').at(-1)
  return line ? JSON.parse(line) : {}
}
