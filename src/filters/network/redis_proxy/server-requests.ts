import { CLUSTER_SUBCOMMANDS } from './commands.ts'
import { handOn, NO_UPSTREAM_HOST, routeOf, sendAlong, UPSTREAM_FAILURE, wrongArguments } from './requests.ts'
import { command, failure, isError, type RespValue } from './resp.ts'
import type { RedisRoute } from './router.ts'
import type { Asker, Handler, SplitterContext } from './splitter.ts'

/** How the answers of all servers become one; a recorded cluster has one server. */
type Join = (value: RespValue) => RespValue

const asIs: Join = (value) => value
const merged: Join = (value) =>
  value.type === 'array' || value.type === 'map'
    ? { type: 'array', items: value.items }
    : failure('non-array response received from shard')
const listed: Join = (value) =>
  value.type === 'array' ? { type: 'array', items: [value] } : failure('non-array response received from shard')
const added: Join = (value) => {
  if (value.type !== 'integer') return failure('non-integer response received from shard')
  return value.value < 0n ? failure('negative value received from upstream') : value
}
const described: Join = (value) =>
  value.type === 'bulk' || value.type === 'verbatim' ? value : failure('unexpected response type received from shard')

/** By command, or command and subcommand (Envoy: source/extensions/filters/network/redis_proxy/cluster_response_handler.cc). */
const JOINS: Record<string, Join> = {
  script: asIs,
  flushall: asIs,
  flushdb: asIs,
  select: asIs,
  'config:set': asIs,
  'config:rewrite': asIs,
  'config:resetstat': asIs,
  'slowlog:reset': asIs,
  'config:get': merged,
  'slowlog:get': merged,
  'slowlog:len': added,
  info: described,
  keys: merged,
  role: listed,
}

/** Commands of the whole cluster: sent to every server, the answers joined. */
export const clusterScope: Handler = (words, asker, context) => {
  const name = words[0]!.toLowerCase()
  const route = routeWithoutKey(name, asker, context)
  if (!route) return undefined
  const join = JOINS[`${name}:${(words[1] ?? '').toLowerCase()}`] ?? JOINS[name]
  if (!join) {
    asker.respond(failure('ERR unsupported cluster scope command or invalid arguments'))
    return undefined
  }
  if (name === 'info') asker.note('INFO: Envoy would write the answer anew, with the metrics it knows')
  const callbacks = {
    onResponse: (value: RespValue) => asker.respond(isError(value) ? value : join(value)),
    onFailure: () => asker.respond(failure(UPSTREAM_FAILURE)),
  }
  return sendAlong(route, name, command(...words), callbacks, asker)
}

/** Commands that any one server can answer. */
export const oneServer: Handler = (words, asker, context) => {
  const name = words[0]!.toLowerCase()
  const subcommand = words[1]?.toLowerCase()
  if (name === 'cluster' && subcommand !== undefined && !CLUSTER_SUBCOMMANDS.has(subcommand)) {
    asker.respond(failure(`ERR ${name} subcommand '${subcommand}' is not supported`))
    return undefined
  }
  const route = routeWithoutKey(name, asker, context)
  return route && sendAlong(route, name, command(...words), handOn(asker), asker)
}

/** INFO.SHARD n [section]: INFO of one server, by its number. */
export const shardInfo: Handler = (words, asker, context) => {
  if (words.length > 3) {
    asker.respond(wrongArguments(words))
    return undefined
  }
  const shard = words[1]!.trim()
  if (!/^\+?\d+$/.test(shard) || Number(shard) > 0xffff) {
    asker.respond(failure('ERR invalid shard_id - must be a numeric shard index'))
    return undefined
  }
  const route = routeWithoutKey('info', asker, context)
  if (!route) return undefined
  if (Number(shard) > 0) {
    asker.respond(failure(`ERR shard_id ${Number(shard)} out of range (0-0)`))
    return undefined
  }
  return sendAlong(route, 'info', command('INFO', ...words.slice(2)), handOn(asker), asker)
}

// Such commands go where the empty key goes: to the catch-all, or a route of the empty prefix.
function routeWithoutKey(name: string, asker: Asker, context: SplitterContext): RedisRoute | undefined {
  const route = routeOf('', asker, context)?.route
  if (route?.upstream(name).available(asker.info)) return route
  asker.respond(failure(NO_UPSTREAM_HOST))
  return undefined
}
