import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject, type Json, type JsonObject } from '../../src/cli/case-document.ts'
import { sleep } from './byte-stream.ts'
import { freePort } from './ports.ts'

const READY_POLL_MS = 25
const READY_POLLS = 800

const ACCESS_LOG_FORMAT = {
  details: '%RESPONSE_CODE_DETAILS%',
  flags: '%RESPONSE_FLAGS%',
  route: '%ROUTE_NAME%',
  cluster: '%UPSTREAM_CLUSTER%',
}

export interface Listener {
  name: string
  port: number
}

/** A config made runnable here: where its listeners are and where its connection managers log. */
export interface PreparedConfig {
  bootstrap: JsonObject
  /** In the config's order; those with `bind_to_port: false` are not among them. */
  listeners: Listener[]
}

/**
 * Turns a case's config into a bootstrap: each bound listener gets a free port of 127.0.0.1, each cluster its stub's
 * endpoint, and each HTTP connection manager an access log of its outcome in `accessLog`, if that is given.
 * `extraFields` are logged as well.
 */
export async function prepareConfig(
  config: JsonObject,
  clusterPorts: Map<string, number>,
  accessLog?: string,
  extraFields: Record<string, string> = {},
): Promise<PreparedConfig> {
  const copy = structuredClone(config)
  const resources = isObject(copy.static_resources) ? copy.static_resources : copy
  for (const cluster of objects(resources.clusters)) fillCluster(cluster, clusterPorts)
  const listeners: Listener[] = []
  for (const listener of objects(resources.listeners)) {
    // Nobody connects to it: its address is what connections are matched by.
    if (listener.bind_to_port === false) continue
    const port = await freePort()
    const address = child(child(listener, 'address'), 'socket_address')
    address.address = '127.0.0.1'
    address.port_value = port
    listeners.push({ name: typeof listener.name === 'string' ? listener.name : '', port })
  }
  if (accessLog) addAccessLogs(resources.listeners ?? null, accessLog, { ...ACCESS_LOG_FORMAT, ...extraFields })
  const bootstrap: JsonObject = { static_resources: resources }
  for (const key of ['layered_runtime', 'stats_config']) if (copy[key] !== undefined) bootstrap[key] = copy[key]
  return { bootstrap, listeners }
}

function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

function child(parent: JsonObject, key: string): JsonObject {
  const existing = parent[key]
  if (isObject(existing)) return existing
  const created: JsonObject = {}
  parent[key] = created
  return created
}

function fillCluster(cluster: JsonObject, ports: Map<string, number>): void {
  cluster.connect_timeout ??= '2s'
  if (cluster.type === 'ORIGINAL_DST' || cluster.cluster_type !== undefined) return
  const name = String(cluster.name)
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: ports.get(name)! } } }
  cluster.type = 'STATIC'
  cluster.load_assignment = { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] }
}

function addAccessLogs(node: Json, path: string, fields: Record<string, string>): void {
  if (Array.isArray(node)) for (const item of node) addAccessLogs(item, path, fields)
  if (!isObject(node)) return
  if (typeof node['@type'] === 'string' && node['@type'].endsWith('HttpConnectionManager')) {
    const logs = Array.isArray(node.access_log) ? node.access_log : []
    const type = 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog'
    logs.push({ name: 'truth', typed_config: { '@type': type, path, log_format: { json_format: { ...fields } } } })
    node.access_log = logs
  }
  for (const value of Object.values(node)) addAccessLogs(value, path, fields)
}

/** The names of the clusters a config has, in order. */
export function clusterNames(config: JsonObject): string[] {
  const resources = isObject(config.static_resources) ? config.static_resources : config
  return objects(resources.clusters).map((cluster) => String(cluster.name))
}

/** A folder for one run of Envoy, removed by `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'chainwright-envoy-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface RunningEnvoy {
  stop: () => Promise<void>
  /** The port of the admin interface. */
  admin: number
  pid: number
  /** False once it has crashed. */
  isRunning: () => boolean
}

/**
 * Starts Envoy with one worker on a bootstrap and waits until it is ready. Its log stays in `folder`.
 * @throws Error with the end of Envoy's log if it refuses the bootstrap or does not get ready within 20 s.
 */
export async function startEnvoy(envoy: string, bootstrap: JsonObject, folder: string): Promise<RunningEnvoy> {
  const admin = await freePort()
  const adminAddress = { address: { socket_address: { address: '127.0.0.1', port_value: admin } } }
  const file = join(folder, 'envoy.json')
  writeFileSync(file, JSON.stringify({ admin: adminAddress, ...bootstrap }))
  const logFile = join(folder, 'envoy.log')
  const log = openSync(logFile, 'w')
  const options = ['--concurrency', '1', '--disable-hot-restart', '-l', 'warning']
  const timing = ['--file-flush-interval-msec', '20', '--drain-time-s', '1']
  const child = spawn(envoy, ['-c', file, ...options, ...timing], { stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async () => {
    if (isRunning(child)) child.kill('SIGTERM')
    await exited
  }
  for (let poll = 0; poll < READY_POLLS; poll++) {
    if (!isRunning(child)) throw new Error(`envoy refused the case:\n${reason(readFileSync(logFile, 'utf8'))}`)
    if (await isReady(admin)) return { stop, admin, pid: child.pid!, isRunning: () => isRunning(child) }
    await sleep(READY_POLL_MS)
  }
  await stop()
  throw new Error(`envoy did not get ready:\n${readFileSync(logFile, 'utf8').slice(-1500)}`)
}

/** The lines in which Envoy says why it stopped; the whole end of its log if it does not say. */
function reason(log: string): string {
  const critical = log.split(/\n(?=\[)/).filter((line) => /\]\[critical\]|error initializing/.test(line))
  if (critical.length === 0) return log.slice(-1500)
  // The message may hold the whole configuration; what is wrong with it stands before or after.
  const text = critical.join('\n')
  return text.length > 1500 ? `${text.slice(0, 500)}\n...\n${text.slice(-1000)}` : text
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/ready', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
    request.end()
  })
}

/** The size of a file in bytes, 0 if it does not exist. */
export function fileSize(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}
