import type { NetworkFactoryContext } from '../../../engine/network/types.ts'
import type { ConnectionInfo } from '../../../engine/stream-info.ts'
import type { RequestHandle } from './client.ts'
import { CLUSTER_SCOPE, EVAL, isSupported, ONE_SERVER, SUMMED, standsAlone, TRANSACTION } from './commands.ts'
import type { RedisFault } from './faults.ts'
import { answerHello, UNSUPPORTED } from './hello.ts'
import type { Transaction } from './pool.ts'
import { single } from './requests.ts'
import { bulk, failure, type RespValue, simple } from './resp.ts'
import type { RedisRouter } from './router.ts'
import { clusterScope, oneServer, shardInfo } from './server-requests.ts'
import { multipleGet, multipleSet, scan, summed } from './split-requests.ts'
import { inTransaction } from './transaction.ts'

/** One command of a client, as those who answer it see it. */
export interface Asker {
  respond(value: RespValue): void
  /** AUTH, with or without a user name; answers itself. */
  authenticate(username: string | undefined, password: string): void
  /** AUTH as an option of HELLO: the error, when it is refused. */
  refuses(username: string, password: string): RespValue | undefined
  readonly allowed: boolean
  quit(): void
  /** RESP version of the client's connection. */
  version: 2 | 3
  readonly transaction: Transaction
  readonly info: ConnectionInfo
  note(text: string): void
}

/** What handlers of commands share. */
export interface SplitterContext {
  router: RedisRouter
  factory: NetworkFactoryContext
  /** protocol_version: what clients have to speak; version 3 begins with HELLO 3. */
  version: 2 | 3
  /** custom_commands as configured: those that are not in lower case are never met. */
  custom: ReadonlySet<string>
  fault(command: string): RedisFault | undefined
}

/** Answers a command, at once or when its servers have. */
export type Handler = (words: string[], asker: Asker, context: SplitterContext) => RequestHandle | undefined

/**
 * Answers a client's command: here, or by one or several requests to servers. Envoy:
 * source/extensions/filters/network/redis_proxy/command_splitter_impl.cc.
 */
export function split(request: RespValue, asker: Asker, context: SplitterContext): RequestHandle | undefined {
  const words = wordsOf(request)
  if (!words) return answer(asker, failure('invalid request'))
  const name = words[0]!.toLowerCase()
  if (asker.version !== context.version && !ANY_VERSION.has(name)) return answer(asker, UNSUPPORTED)
  // Clients are told of unknown commands before they are asked who they are: some probe for commands that way.
  if (!isSupported(name) && !context.custom.has(name)) {
    const text = `ERR unknown command '${words[0]}', with args beginning with: ${words[1] ?? ''}`
    return answer(asker, failure(text))
  }
  const local = answeredHere(name, words, asker, context)
  if (local) return answer(asker, local === 'elsewhere' ? undefined : local)
  if (words.length < 2 && !standsAlone(name)) return answer(asker, failure('invalid request'))
  return forwarded(name, words, asker, context)
}

/** Commands that may come before the version is agreed on. */
const ANY_VERSION: ReadonlySet<string> = new Set(['hello', 'auth', 'quit'])

function wordsOf(request: RespValue): string[] | undefined {
  if (request.type !== 'array' || request.items.length === 0) return undefined
  const words: string[] = []
  for (const item of request.items) {
    if (item.type !== 'bulk') return undefined
    words.push(item.text)
  }
  return words
}

function answer(asker: Asker, value: RespValue | undefined): undefined {
  if (value) asker.respond(value)
  return undefined
}

// The answer to what needs no server; 'elsewhere' when it has been given already.
function answeredHere(
  name: string,
  words: readonly string[],
  asker: Asker,
  context: SplitterContext,
): RespValue | 'elsewhere' | undefined {
  if (name === 'auth') {
    if (words.length < 2) return failure('invalid request')
    if (words.length === 3) asker.authenticate(words[1], words[2]!)
    else asker.authenticate(undefined, words[1]!)
    return 'elsewhere'
  }
  if (name === 'hello') return answerHello(words, asker, context.version)
  if (name === 'quit') {
    asker.quit()
    return 'elsewhere'
  }
  if (!asker.allowed) return failure('NOAUTH Authentication required.')
  switch (name) {
    case 'client': {
      if (words.length < 2) return failure('invalid request')
      const told = ['setinfo', 'setname'].includes(words[1]!.toLowerCase())
      return told ? simple('OK') : failure(`ERR CLIENT subcommand '${words[1]}' is not supported by the proxy`)
    }
    case 'ping':
      return simple('PONG')
    case 'echo':
      return words.length === 2 ? bulk(words[1]!) : failure('invalid request')
    case 'time': {
      const { loop, host } = context.factory
      const micros = Math.floor((host.startTime + loop.now) * 1000)
      return { type: 'array', items: [bulk(String(Math.floor(micros / 1e6))), bulk(String(micros))] }
    }
    case 'scan':
      return words.length < 2 ? failure(`ERR wrong number of arguments for '${words[0]}' command`) : undefined
    default:
      return undefined
  }
}

function forwarded(name: string, words: string[], asker: Asker, context: SplitterContext): RequestHandle | undefined {
  const handler = asker.transaction.active ? inTransaction : handlerOf(name)
  const fault = context.fault(name)
  const { asker: waiting, cancel } =
    fault && fault.delayMs > 0 ? delayed(asker, fault.delayMs, context) : { asker, cancel: undefined }
  let handle: RequestHandle | undefined
  if (fault?.error) {
    asker.note(`${words[0]}: fault injected`)
    waiting.respond(failure('Fault Injected: Error'))
  } else handle = handler(words, waiting, context)
  if (!cancel) return handle
  return {
    cancel: () => {
      handle?.cancel()
      cancel()
    },
  }
}

function handlerOf(name: string): Handler {
  if (TRANSACTION.has(name)) return inTransaction
  if (EVAL.has(name)) return single(3, 4)
  if (SUMMED.has(name)) return summed
  if (CLUSTER_SCOPE.has(name)) return clusterScope
  if (ONE_SERVER.has(name)) return oneServer
  return NAMED[name] ?? single(1, 2)
}

const NAMED: Record<string, Handler> = {
  mget: multipleGet,
  mset: multipleSet,
  scan,
  'info.shard': shardInfo,
  object: single(2, 3),
}

// The same asker, whose answer comes so much later.
function delayed(asker: Asker, delayMs: number, { factory }: SplitterContext): { asker: Asker; cancel: () => void } {
  let cancelled = false
  const later: Asker = Object.create(asker, {
    respond: {
      value: (value: RespValue) => {
        asker.note(`answer delayed by ${delayMs} ms`)
        factory.loop.timer(delayMs, () => {
          if (!cancelled) asker.respond(value)
        })
      },
    },
  })
  return {
    asker: later,
    cancel: () => {
      cancelled = true
    },
  }
}
