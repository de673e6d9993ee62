import type { RequestHandle } from './client.ts'
import type { PoolCallbacks } from './pool.ts'
import {
  NO_UPSTREAM_HOST,
  routeOf,
  sendAlong,
  UPSTREAM_FAILURE,
  UPSTREAM_PROTOCOL_ERROR,
  wrongArguments,
} from './requests.ts'
import { command, failure, isError, type RespValue, simple } from './resp.ts'
import type { Asker, Handler, SplitterContext } from './splitter.ts'

/** One of the requests that a command is taken apart into: the key that it is routed by, and its words for that key. */
interface Part {
  key: string
  name: string
  words(key: string): string[]
}

/** MGET: a GET for each key; whatever is no string makes an error of its place in the answer. */
export const multipleGet: Handler = (words, asker, context) => {
  const parts = words.slice(1).map((key): Part => ({ key, name: 'get', words: (routed) => ['get', routed] }))
  return inParts(parts, asker, context, (answers) => ({ type: 'array', items: answers.map(stringOrError) }))
}

function stringOrError(value: RespValue): RespValue {
  if (value.type === 'bulk' || value.type === 'null' || isError(value)) return value
  return failure(UPSTREAM_PROTOCOL_ERROR)
}

/** MSET: a SET for each pair; OK when all are. */
export const multipleSet: Handler = (words, asker, context) => {
  if (words.length % 2 === 0) {
    asker.respond(wrongArguments(words))
    return undefined
  }
  const parts: Part[] = []
  for (let i = 1; i < words.length; i += 2)
    parts.push({ key: words[i]!, name: 'set', words: (routed) => ['set', routed, words[i + 1]!] })
  return inParts(parts, asker, context, (answers) => {
    const errors = answers.filter((value) => value.type !== 'simple' || value.text !== 'OK').length
    return errors === 0 ? simple('OK') : finishedWith(errors)
  })
}

/** DEL and the like: the command for each key, the numbers added up. */
export const summed: Handler = (words, asker, context) => {
  const name = words[0]!
  const parts = words.slice(1).map((key): Part => ({ key, name, words: (routed) => [name, routed] }))
  return inParts(parts, asker, context, (answers) => {
    let total = 0n
    let errors = 0
    for (const value of answers)
      if (value.type === 'integer') total += value.value
      else errors++
    return errors === 0 ? { type: 'integer', value: BigInt.asIntN(64, total) } : finishedWith(errors)
  })
}

/** SCAN: asked of every server, of which a recorded cluster has one; the answers are joined. */
export const scan: Handler = (words, asker, context) => {
  const part: Part = { key: words[1]!, name: words[0]!, words: (routed) => [words[0]!, routed, ...words.slice(2)] }
  const found = routeOf(words[1]!, asker, context)
  if (!found?.route.upstream(part.name).available(asker.info)) {
    asker.respond(failure(NO_UPSTREAM_HOST))
    return undefined
  }
  return inParts([part], asker, context, ([value]) => (value?.type === 'array' ? value : finishedWith(1)))
}

function finishedWith(errors: number): RespValue {
  return failure(`finished with ${errors} error(s)`)
}

function inParts(
  parts: readonly Part[],
  asker: Asker,
  context: SplitterContext,
  join: (answers: RespValue[]) => RespValue,
): RequestHandle {
  const answers: RespValue[] = []
  const handles: RequestHandle[] = []
  let missing = parts.length
  parts.forEach((part, i) => {
    const take = (value: RespValue) => {
      answers[i] = value
      if (--missing === 0) asker.respond(join(answers))
    }
    const callbacks: PoolCallbacks = { onResponse: take, onFailure: () => take(failure(UPSTREAM_FAILURE)) }
    const found = routeOf(part.key, asker, context)
    const handle = found && sendAlong(found.route, part.name, command(...part.words(found.key)), callbacks, asker)
    if (handle) handles.push(handle)
    else take(failure(NO_UPSTREAM_HOST))
  })
  return {
    cancel: () => {
      for (const handle of handles) handle.cancel()
    },
  }
}
