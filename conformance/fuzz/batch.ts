import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type CaseDocument,
  type CaseResponse,
  type CaseResult,
  fromBytes,
  type JsonObject,
  type StubAnswer,
} from '../../src/cli/case-document.ts'
import { prepareConfig, startEnvoy, temporaryFolder } from '../envoy/boot.ts'
import { ConnectionFailed, sleep } from '../envoy/byte-stream.ts'
import { requestH2 } from '../envoy/client-h2.ts'
import { requestHttp1 } from '../envoy/client-http1.ts'
import { normaliseResult } from '../envoy/normalise.ts'
import { freePort } from '../envoy/ports.ts'
import { type Answers, inSequence, type Received, startUpstream, type Upstream } from '../envoy/upstream.ts'
import { clusters, ID_HEADER, withIds } from './program.ts'

const AT_ONCE = 16
// The access log is flushed every 20 ms; this long after the last answer all of it is there.
const SETTLE_MS = 200
// Nothing here waits for so long by itself: what takes longer hangs in Envoy, too.
const ANSWER_TIMEOUT_MS = 8_000

/** Envoy asks for listeners only with a name of its own. */
export const NODE = { id: 'fuzz', cluster: 'fuzz' }

/** What Envoy did with one program, or why it refused its listener. */
export type Outcome = { document: CaseDocument; results: CaseResult[] } | { document: CaseDocument; refused: string }

interface Entry {
  /** `-` where the request was refused before it had headers, or a filter took the header away. */
  id: string
  peer: string
  local: string
  [field: string]: unknown
}

/**
 * Runs many programs through one Envoy: each is a listener of its own, and what its requests left at the servers and in
 * the access log is found by the request's id and the connection. A listener that Envoy refuses does not hurt the
 * others (they come from a file, as a control plane would send them), and one that crashes Envoy is found by halves.
 */
export async function runBatch(programs: readonly CaseDocument[], envoy: string): Promise<Outcome[]> {
  const outcomes = await runAll(programs, envoy)
  if (outcomes) return outcomes
  if (programs.length === 1) return [{ document: programs[0]!, refused: 'Envoy crashes' }]
  const middle = programs.length >> 1
  return [...(await runBatch(programs.slice(0, middle), envoy)), ...(await runBatch(programs.slice(middle), envoy))]
}

/** Undefined when Envoy did not live to the end. */
async function runAll(programs: readonly CaseDocument[], envoy: string): Promise<Outcome[] | undefined> {
  const documents = programs.map((program, index) => withIds(program, `p${index}`))
  const folder = temporaryFolder()
  const log: Received[] = []
  const servers = new Map<string, Upstream>()
  const ports = new Map<string, number>()
  for (const name of clusters.map((cluster) => String(cluster.name))) {
    if (name === 'down') ports.set(name, await freePort())
    else {
      const server = await startUpstream(name, scripted(name, documents), log)
      servers.set(name, server)
      ports.set(name, server.port)
    }
  }
  const accessLog = join(folder.path, 'access.log')
  let stop: (() => Promise<void>) | undefined
  try {
    const listeners = documents.map((document, index) => ({ ...firstListener(document), name: `p${index}` }))
    const fields = {
      id: `%REQ(${ID_HEADER})%`,
      peer: '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%',
      local: '%DOWNSTREAM_DIRECT_LOCAL_ADDRESS%',
    }
    const prepared = await prepareConfig({ listeners, clusters }, ports, accessLog, fields)
    const resources = prepared.bootstrap.static_resources as JsonObject
    const bootstrap = discovery(resources, folder.path)
    const running = await startEnvoy(envoy, bootstrap, folder.path)
    stop = running.stop
    const refusals = await findRefusals(documents.length, running.admin, join(folder.path, 'envoy.log'))
    const answers = await sendAll(
      documents,
      prepared.listeners.map(({ port }) => port),
      refusals,
    )
    await sleep(SETTLE_MS)
    if (!running.isRunning()) return undefined
    const entries = byConnection(accessLog)
    const received = groupById(log)
    return documents.map((document, index) => {
      const refused = refusals.get(`p${index}`)
      if (refused !== undefined) return { document, refused }
      return { document, results: answers[index]!.map((answer) => result(answer, entries, received)) }
    })
  } finally {
    await stop?.()
    for (const server of servers.values()) server.close()
    folder.remove()
  }
}

function firstListener(document: CaseDocument): JsonObject {
  return structuredClone((document.config.listeners as JsonObject[])[0]!)
}

/** The listeners in a file that Envoy watches, everything else in the bootstrap. */
function discovery(resources: JsonObject, folder: string): JsonObject {
  const { listeners, ...rest } = resources
  const file = join(folder, 'listeners.json')
  const type = 'type.googleapis.com/envoy.config.listener.v3.Listener'
  const list = (listeners as JsonObject[]).map((listener) => ({ '@type': type, ...listener }))
  writeFileSync(`${file}.new`, JSON.stringify({ version_info: '1', resources: list }))
  renameSync(`${file}.new`, file)
  return {
    node: NODE,
    static_resources: rest,
    dynamic_resources: { lds_config: { path_config_source: { path: file }, resource_api_version: 'V3' } },
  }
}

/** The listeners that Envoy does not have, each with what its log says of it. */
async function findRefusals(count: number, admin: number, log: string): Promise<Map<string, string>> {
  const response = await fetch(`http://127.0.0.1:${admin}/listeners`)
  const active = new Set([...(await response.text()).matchAll(/^(p\d+)::/gm)].map(([, name]) => name))
  const entries = readFileSync(log, 'utf8').split(/\n(?=\[\d{4}-)/)
  const refusals = new Map<string, string>()
  for (let index = 0; index < count; index++) {
    const name = `p${index}`
    if (active.has(name)) continue
    const said = entries.find((entry) => new RegExp(`\\b${name}: `).test(entry))
    refusals.set(
      name,
      said
        ?.split(`${name}: `)[1]
        ?.split(/\bp\d+: /)[0]
        ?.slice(-300) ?? 'Envoy does not say why',
    )
  }
  return refusals
}

/** A cluster's answers come from the script of the program that the request belongs to, one after another. */
function scripted(cluster: string, documents: readonly CaseDocument[]): Answers {
  const scripts = documents.map(({ upstreams }) =>
    inSequence((upstreams?.[cluster] as StubAnswer[] | undefined) ?? [{}]),
  )
  return (request) => {
    const program = Number(/^p(\d+)-/.exec(requestId(request))?.[1] ?? -1)
    return scripts[program]?.(request) ?? {}
  }
}

function requestId(request: Received): string {
  return request.headers?.find(([name]) => name === ID_HEADER)?.[1] ?? ''
}

interface Answer {
  id: string
  connection: string
  response: CaseResponse
}

async function sendAll(
  documents: readonly CaseDocument[],
  ports: readonly number[],
  refusals: Map<string, string>,
): Promise<Answer[][]> {
  const answers: Answer[][] = documents.map(() => [])
  let next = 0
  const worker = async () => {
    while (next < documents.length) {
      const index = next++
      if (refusals.has(`p${index}`)) continue
      for (const [n, request] of (documents[index]!.requests ?? []).entries()) {
        let peer = ''
        const onConnect = (address: string) => {
          peer = address
        }
        const send = request.protocol === 'http2' ? requestH2 : requestHttp1
        const answer = send(ports[index]!, request, onConnect).catch((error: Error): CaseResponse => {
          if (error instanceof ConnectionFailed) return { closed: true }
          throw new Error(`p${index}-${n}: ${error.message}`)
        })
        const response = await withinTime(answer)
        if (!response) {
          refusals.set(`p${index}`, `request ${n} gets no answer`)
          break
        }
        answers[index]!.push({ id: `p${index}-${n}`, connection: connectionOf(peer, ports[index]!), response })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

/** Undefined once the time is over; what comes of the answer afterwards is nobody's business any more. */
async function withinTime(answer: Promise<CaseResponse>): Promise<CaseResponse | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      answer.catch(() => undefined)
      resolve(undefined)
    }, ANSWER_TIMEOUT_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Both ends of a connection: client ports are used again within a batch, now and then for the same listener. */
function connectionOf(peer: string, localPort: number | string): string {
  return `${peer} to ${localPort}`
}

/** The entries of each client connection. */
function byConnection(accessLog: string): Map<string, Entry[]> {
  const lines = existsSync(accessLog) ? readFileSync(accessLog, 'utf8').trimEnd().split('\n').filter(Boolean) : []
  const found = new Map<string, Entry[]>()
  for (const line of lines) {
    const entry = JSON.parse(line) as Entry
    const key = connectionOf(entry.peer, entry.local.split(':').at(-1)!)
    found.set(key, [...(found.get(key) ?? []), entry])
  }
  return found
}

/** A request's last entry: one that names it, else one of its connection that names none. */
function entryOf(answer: Answer, entries: Map<string, Entry[]>): Entry | undefined {
  const own = entries.get(answer.connection) ?? []
  return own.findLast(({ id }) => id === answer.id) ?? own.findLast(({ id }) => id === '-') ?? own.at(-1)
}

function groupById(log: readonly Received[]): Map<string, Received[]> {
  const groups = new Map<string, Received[]>()
  for (const received of log) {
    const id = requestId(received)
    const group = groups.get(id)
    if (group) group.push(received)
    else groups.set(id, [received])
  }
  return groups
}

function result(answer: Answer, entries: Map<string, Entry[]>, received: Map<string, Received[]>): CaseResult {
  const upstream = (received.get(answer.id) ?? []).map(({ body, received: _, ...rest }) => ({
    ...rest,
    ...(body !== undefined && { body: fromBytes(body) }),
  }))
  const outcome: CaseResult = { response: answer.response, upstream }
  const entry = entryOf(answer, entries)
  for (const field of ['details', 'flags', 'route', 'cluster'] as const) {
    const text = entry?.[field]
    if (typeof text === 'string' && text !== '' && text !== '-') outcome[field] = text
  }
  return normaliseResult(outcome)
}
