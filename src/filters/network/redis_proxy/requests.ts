import type { RequestHandle } from './client.ts'
import { IGNORED } from './client.ts'
import type { PoolCallbacks } from './pool.ts'
import { command, failure, type RespValue } from './resp.ts'
import type { RedisRoute } from './router.ts'
import type { Asker, Handler, SplitterContext } from './splitter.ts'

export const NO_UPSTREAM_HOST = 'no upstream host'
export const UPSTREAM_FAILURE = 'upstream failure'
export const UPSTREAM_PROTOCOL_ERROR = 'upstream protocol error'

/** The answer to a command with too few or too many words. */
export function wrongArguments(words: readonly string[]): RespValue {
  return failure(`wrong number of arguments for '${words[0]}' command`)
}

/**
 * Sends a request along a route, and copies of it to the route's mirrors, whose answers nobody waits for.
 * Undefined when there is no server; nothing is mirrored then.
 */
export function sendAlong(
  route: RedisRoute,
  name: string,
  request: RespValue,
  callbacks: PoolCallbacks,
  asker: Asker,
): RequestHandle | undefined {
  const { transaction, info } = asker
  const pool = route.upstream(name)
  const handle = pool.request(request, callbacks, transaction, info)
  if (!handle) {
    asker.note(`${name}: no server in cluster ${pool.name}`)
    return undefined
  }
  const mirrors = route.mirrors(name)
  for (const [i, mirror] of mirrors.entries()) mirror?.request(request, IGNORED, transaction, info, i + 1)
  const copies = mirrors.flatMap((mirror) => (mirror ? [mirror.name] : []))
  asker.note(`${name}: to cluster ${pool.name}${copies.length > 0 ? `, mirrored to ${copies.join(', ')}` : ''}`)
  return handle
}

/** The route of a key; notes it when there is none. */
export function routeOf(
  key: string,
  asker: Asker,
  { router, factory }: SplitterContext,
): { route: RedisRoute; key: string } | undefined {
  const found = router.route(key, asker.info, factory.loop.now)
  if (!found) asker.note(`no route for the key '${key}'`)
  return found
}

/** Callbacks that hand a server's answer on as it is. */
export function handOn(asker: Asker): PoolCallbacks {
  return {
    onResponse: (value) => asker.respond(value),
    onFailure: () => asker.respond(failure(UPSTREAM_FAILURE)),
  }
}

/** A command that goes to one server as a whole: its key stands at `at`, and it has at least `least` words. */
export function single(at: number, least: number): Handler {
  return (words, asker, context) => {
    if (words.length < least) {
      asker.respond(wrongArguments(words))
      return undefined
    }
    const found = routeOf(words[at]!, asker, context)
    const request = [...words]
    if (found) request[at] = found.key
    const handle = found && sendAlong(found.route, words[0]!, command(...request), handOn(asker), asker)
    if (!handle) asker.respond(failure(NO_UPSTREAM_HOST))
    return handle
  }
}
