import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type { ParserConfig } from '../../../envoy/types/envoy/extensions/filters/http/mcp/v3/mcp_pb.d.ts'

/** The method that a response of the protocol is said to have. */
const RESPONSE = '__jsonrpc_response'
const ALWAYS = ['jsonrpc', 'method', 'id', 'params._meta']

/** What is read of each method's parameters, below `params`. */
const PARAMETERS: Record<string, readonly string[]> = {
  'tools/call': ['name'],
  'resources/read': ['uri'],
  'resources/subscribe': ['uri'],
  'resources/unsubscribe': ['uri'],
  'prompts/get': ['name'],
  'completion/complete': ['ref'],
  'logging/setLevel': ['level'],
  initialize: ['protocolVersion', 'clientInfo.name'],
  'notifications/resources/updated': ['uri'],
  'notifications/progress': ['progressToken', 'progress'],
  'notifications/cancelled': ['requestId'],
  'notifications/message': ['level'],
  'tasks/get': ['taskId'],
  'tasks/cancel': ['taskId'],
}

const GROUPS: Record<string, string> = {
  initialize: 'lifecycle',
  'notifications/initialized': 'lifecycle',
  ping: 'lifecycle',
  'tools/call': 'tool',
  'tools/list': 'tool',
  'resources/read': 'resource',
  'resources/list': 'resource',
  'resources/subscribe': 'resource',
  'resources/unsubscribe': 'resource',
  'resources/templates/list': 'resource',
  'prompts/get': 'prompt',
  'prompts/list': 'prompt',
  'logging/setLevel': 'logging',
  'completion/complete': 'completion',
  'sampling/createMessage': 'sampling',
  'server/discover': 'discovery',
  'subscriptions/listen': 'subscription',
}

/** ParserConfig made ready: what to read of which method, and where to write the method's group. */
export interface Attributes {
  /** The method of a JSON-RPC 2.0 message; undefined when it is none. A response has a method of its own. */
  method(root: JsonObject | undefined): string | undefined
  /** What is written down about the message; without a method, which none of it is, only its group. */
  extract(root: JsonObject | undefined, method: string | undefined): JsonObject
}

/** Envoy: source/extensions/filters/http/mcp/mcp_json_parser.cc. */
export function attributes(config: ParserConfig | undefined): Attributes {
  const own = new Map((config?.methods ?? []).map((method) => [method.method, method]))
  const paths = (method: string) =>
    own.get(method)?.extractionRules.map((rule) => rule.path) ??
    (PARAMETERS[method] ?? []).map((parameter) => `params.${parameter}`)
  const groupKey = config?.groupMetadataKey
  return {
    method(root) {
      if (root?.jsonrpc !== '2.0') return undefined
      if (isObject(root.result) || isObject(root.error)) return RESPONSE
      return typeof root.method === 'string' ? root.method : undefined
    },
    extract(root, method) {
      const found: JsonObject = {}
      if (method !== undefined) {
        const source: JsonObject = { ...root, method }
        for (const path of [...ALWAYS, ...paths(method)]) copy(source, found, path.split('.'))
      }
      if (groupKey) found[groupKey] = own.get(method ?? '')?.group || groupOf(method ?? '')
      return found
    },
  }
}

function groupOf(method: string): string {
  return GROUPS[method] ?? (method.startsWith('notifications/') ? 'notification' : 'unknown')
}

function copy(from: JsonObject, into: JsonObject, path: readonly string[]): void {
  const [key, ...rest] = path
  if (key === undefined || !Object.hasOwn(from, key)) return
  const value: JsonValue = from[key]!
  if (rest.length === 0) {
    into[key] = value
    return
  }
  if (!isObject(value)) return
  const nested = isObject(into[key]) ? into[key] : {}
  copy(value, nested, rest)
  if (Object.keys(nested).length > 0) into[key] = nested
}
