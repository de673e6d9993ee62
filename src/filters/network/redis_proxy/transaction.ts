import { IGNORED } from './client.ts'
import { MULTI_KEY, SIMPLE, TRANSACTION } from './commands.ts'
import type { Transaction } from './pool.ts'
import { handOn, NO_UPSTREAM_HOST, routeOf, sendAlong } from './requests.ts'
import { command, failure, type RespValue, simple } from './resp.ts'
import type { RedisRoute } from './router.ts'
import type { Asker, Handler, SplitterContext } from './splitter.ts'

/** A transaction that has not begun. */
export function noTransaction(onClose: () => void): Transaction {
  return { active: false, key: '', established: false, shouldClose: false, clients: [], onClose }
}

/** Ends a transaction and the connections that were its own. */
export function endTransaction(transaction: Transaction): void {
  const { clients, established } = transaction
  Object.assign(transaction, { active: false, key: '', established: false, shouldClose: false, clients: [] })
  if (established) for (const client of clients) client?.close()
}

/**
 * MULTI, EXEC, DISCARD, WATCH and UNWATCH, and every command between MULTI and its end. A transaction belongs to the
 * server of its first key: only then is MULTI sent, on a connection of its own.
 */
export const inTransaction: Handler = (words, asker, context) => {
  const name = words[0]!.toLowerCase()
  const { transaction } = asker
  const answer = answeredHere(name, words, transaction, context.custom)
  if (answer) {
    asker.respond(answer)
    return undefined
  }
  if (name === 'watch' && !transaction.active) transaction.key = words[1] ?? ''
  let route: RedisRoute | undefined
  if (transaction.key === '') {
    if (name === 'unwatch') {
      asker.respond(simple(transaction.active ? 'QUEUED' : 'OK'))
      return undefined
    }
    transaction.key = words[1] ?? ''
    route = routed(asker, context)
    if (route) {
      sendAlong(route, 'MULTI', command('MULTI'), IGNORED, asker)
      transaction.established = true
    }
  } else route = routed(asker, context)
  const handle = route && sendAlong(route, words[0]!, command(...words), handOn(asker), asker)
  if (name === 'unwatch' && !transaction.active) transaction.key = ''
  if (!handle) {
    asker.respond(failure(NO_UPSTREAM_HOST))
    return undefined
  }
  if (name === 'multi') transaction.established = true
  return handle
}

// Begins or ends the transaction; an answer when the command needs no server.
function answeredHere(
  name: string,
  words: readonly string[],
  transaction: Transaction,
  custom: ReadonlySet<string>,
): RespValue | undefined {
  if (![TRANSACTION, SIMPLE, MULTI_KEY, custom].some((list) => list.has(name)))
    return failure(`'${words[0]}' command is not supported within transaction`)
  if (name === 'multi') {
    if (transaction.active) return failure('MULTI calls can not be nested')
    transaction.active = true
    return transaction.key === '' ? simple('OK') : undefined
  }
  if (name !== 'exec' && name !== 'discard') return undefined
  if (!transaction.active) return failure(`${name.toUpperCase()} without MULTI`)
  if (transaction.key === '') {
    endTransaction(transaction)
    return name === 'exec' ? { type: 'array', items: [] } : simple('OK')
  }
  transaction.shouldClose = true
  return undefined
}

// The transaction's key is routed anew for each command, and stays as the route has left it.
function routed(asker: Asker, context: SplitterContext): RedisRoute | undefined {
  const { transaction } = asker
  const found = routeOf(transaction.key, asker, context)
  if (found) transaction.key = found.key
  return found?.route
}
