import { isObject, type JsonObject } from '../../../engine/stream-info.ts'

const REQUEST = ['jsonrpc', 'method', 'id']
const RESPONSE = ['jsonrpc', 'id', 'result', 'error']
const SEND = [
  'taskId',
  'message.taskId',
  'message.contextId',
  'message.messageId',
  'message.role',
  'message.kind',
  'message.metadata',
  'message.parts',
  'configuration',
  'metadata',
]
const TASK = ['id', 'historyLength', 'metadata']
const PUSH = 'tasks/pushNotificationConfig'
const PUSH_CONFIG = ['id', 'metadata', 'pushNotificationConfigId']

/** What is read of each method's parameters, below `params`. */
const PARAMETERS: Record<string, readonly string[]> = {
  'message/send': SEND,
  'message/stream': SEND,
  'tasks/get': TASK,
  'tasks/resubscribe': TASK,
  'tasks/cancel': ['id', 'metadata'],
  'tasks/list': [
    'tenant',
    'contextId',
    'status',
    'pageSize',
    'pageToken',
    'historyLength',
    'lastUpdatedAfter',
    'includeArtifacts',
  ],
  [`${PUSH}/set`]: [
    'taskId',
    ...['id', 'url', 'token', 'authentication'].map((key) => `pushNotificationConfig.${key}`),
  ],
  [`${PUSH}/get`]: PUSH_CONFIG,
  [`${PUSH}/list`]: PUSH_CONFIG,
  [`${PUSH}/delete`]: ['id', 'pushNotificationConfigId'],
}

/**
 * What is written down about a JSON-RPC 2.0 request or response; undefined when it is neither.
 * Envoy: source/extensions/filters/http/a2a/a2a_json_parser.cc.
 */
export function describeMessage(root: JsonObject): JsonObject | undefined {
  const isRequest = typeof root.method === 'string'
  const isResponse = Object.hasOwn(root, 'result') || Object.hasOwn(root, 'error')
  if (root.jsonrpc !== '2.0' || !(isRequest || isResponse)) return undefined
  const found: JsonObject = {}
  for (const key of isRequest ? REQUEST : RESPONSE) if (Object.hasOwn(root, key)) found[key] = root[key]!
  const paths = typeof root.method === 'string' ? (PARAMETERS[root.method] ?? []) : []
  const { params } = root
  if (!isObject(params)) return found
  for (const path of paths) copy(params, path.split('.'), found)
  return found
}

function copy(params: JsonObject, [first, second]: string[], found: JsonObject): void {
  const outer = Object.hasOwn(params, first!) ? params[first!] : undefined
  const inner = second === undefined ? outer : isObject(outer) ? outer[second] : undefined
  if (inner === undefined) return
  const into = isObject(found.params) ? found.params : {}
  found.params = into
  if (second === undefined) into[first!] = inner
  else into[first!] = { ...(isObject(into[first!]) ? (into[first!] as JsonObject) : {}), [second]: inner }
}
