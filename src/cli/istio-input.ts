import { readFile } from 'node:fs/promises'
import { importProxy } from '../envoy/import/index.ts'
import { DocumentError, type EnvoyRegistry, readDocuments } from '../envoy/index.ts'
import type { ProxyConfig, ProxyIdentity, ProxyKind } from '../istio/apply/index.ts'
import { isObject, type JsonObject, stringAt } from '../istio/message/json.ts'

/** The command was used wrongly; the message says how. */
export class UsageError extends Error {}

/** The flags that `apply` and `export` share, and what is left of the arguments. */
export interface IstioFlags {
  flags: Map<string, string>
  rest: string[]
  proxy: ProxyIdentity
}

const kinds: ProxyKind[] = ['gateway', 'sidecar', 'waypoint']

/**
 * Reads `--name value` and `--name=value` and makes the proxy of --proxy, --namespace and --labels.
 * @throws UsageError for a flag that is unknown, has no value or a wrong one.
 */
export function readFlags(args: string[], known: string[]): IstioFlags {
  const all = new Set(['base', 'proxy', 'namespace', 'labels', ...known])
  const flags = new Map<string, string>()
  const rest: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string
    if (!arg.startsWith('--')) {
      rest.push(arg)
      continue
    }
    const equals = arg.indexOf('=')
    const name = arg.slice(2, equals < 0 ? undefined : equals)
    if (!all.has(name)) throw new UsageError(`no such flag: --${name}`)
    const value = equals < 0 ? args[++index] : arg.slice(equals + 1)
    if (value === undefined) throw new UsageError(`--${name} needs a value`)
    flags.set(name, value)
  }
  return { flags, rest, proxy: proxyOf(flags) }
}

function proxyOf(flags: Map<string, string>): ProxyIdentity {
  const kind = flags.get('proxy') as ProxyKind | undefined
  if (!kind || !kinds.includes(kind)) throw new UsageError(`--proxy is one of ${kinds.join(', ')}`)
  const namespace = flags.get('namespace') ?? (kind === 'gateway' ? 'istio-system' : 'default')
  const labels: Record<string, string> = {}
  for (const pair of (flags.get('labels') ?? '').split(',').filter(Boolean)) {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UsageError(`--labels is a list like app=web,version=v1; ${pair} has no =`)
    labels[pair.slice(0, equals).trim()] = pair.slice(equals + 1).trim()
  }
  return { kind, namespace, labels }
}

/** The value of a flag that must be there. */
export function required(flags: Map<string, string>, name: string): string {
  const value = flags.get(name)
  if (value === undefined) throw new UsageError(`--${name} is missing`)
  return value
}

/**
 * The resources in files of JSON or YAML, as Kubernetes reads them: several documents, and the items of lists.
 * @throws Error that starts with the file and says line and column.
 */
export async function readResources(files: string[]): Promise<JsonObject[]> {
  const resources: JsonObject[] = []
  for (const file of files) {
    const text = await readText(file)
    for (const document of located(file, () => readDocuments(text, { dialect: 'kubernetes' }))) {
      const { json } = document
      if (!isObject(json)) {
        const { line, column } = document.locate([])
        throw new Error(
          `${file}: line ${line}, column ${column}: expected a Kubernetes resource with apiVersion and kind`,
        )
      }
      const items = stringAt(json, 'kind').endsWith('List') && Array.isArray(json.items) ? json.items : [json]
      resources.push(...items.filter(isObject))
    }
  }
  return resources
}

/**
 * What istiod sends a proxy, from a file: its lists of messages, an Envoy config dump or what `istioctl proxy-config`
 * prints. Of a dump only what came from the control plane counts: the rest stands in the proxy's bootstrap.
 * @throws Error that starts with the file and says what was expected where.
 */
export async function readProxy(file: string, registry: EnvoyRegistry): Promise<ProxyConfig> {
  const { listeners, routes, clusters, endpoints, statics } = importProxy(await readText(file), registry, file)
  const sent = (messages: JsonObject[], own: string[]) =>
    messages.filter((message) => !own.includes(String(message.name ?? '')))
  return {
    listeners: sent(listeners as JsonObject[], statics.listeners),
    routes: routes as JsonObject[],
    clusters: sent(clusters as JsonObject[], statics.clusters),
    endpoints: endpoints as JsonObject[],
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Error(`${file}: cannot be read: ${(error as Error).message}`)
  }
}

function located<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DocumentError) {
      const place = /line \d+/.test(error.message) ? '' : `line ${error.line}, column ${error.column}: `
      throw new Error(`${file}: ${place}${error.message}`)
    }
    throw error
  }
}

/**
 * Runs a command; wrong usage is said with the usage line and answered with 2, wrong input with 1.
 */
export async function guarded(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    if (!(error instanceof UsageError)) return 1
    process.stderr.write(`usage: chainwright ${usage}\n`)
    return 2
  }
}
