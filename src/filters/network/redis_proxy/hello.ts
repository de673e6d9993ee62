import { bulk, failure, type RespValue } from './resp.ts'
import type { Asker } from './splitter.ts'

/** The answer to a client that speaks another version of RESP than the listener. */
export const UNSUPPORTED = failure('NOPROTO unsupported protocol version')

/** HELLO [version [AUTH user password] [SETNAME name]], answered by the proxy itself. `required`: the version that the listener speaks. */
export function answerHello(words: readonly string[], asker: Asker, required: 2 | 3): RespValue {
  let version = asker.version
  const asked = words[1]
  if (asked !== undefined) {
    if (!/^\s*\+?0*[23]\s*$/.test(asked)) return UNSUPPORTED
    version = Number(asked) as 2 | 3
  }
  if (version !== required) return UNSUPPORTED
  let credentials: { username: string; password: string } | undefined
  const seen = new Set<string>()
  for (let i = 2; i < words.length; ) {
    const option = words[i]!.toUpperCase()
    const again = seen.has(option) ? failure(`ERR Syntax error: HELLO ${option} specified more than once`) : undefined
    seen.add(option)
    if (option === 'AUTH') {
      if (i + 2 >= words.length) return failure('ERR Syntax error: HELLO AUTH requires <username> <password>')
      if (again) return again
      credentials = { username: words[i + 1]!, password: words[i + 2]! }
      i += 3
    } else if (option === 'SETNAME') {
      if (i + 1 >= words.length) return failure('ERR Syntax error: HELLO SETNAME requires a <clientname>')
      if (again) return again
      i += 2
    } else return failure(`ERR Syntax error: unknown HELLO option '${words[i]}'`)
  }
  if (credentials) {
    const refusal = asker.refuses(credentials.username, credentials.password)
    if (refusal) return refusal
  } else if (!asker.allowed) return failure('NOAUTH Authentication required.')
  asker.version = version
  return greeting(version)
}

function greeting(version: 2 | 3): RespValue {
  const fields: [string, RespValue][] = [
    ['server', bulk('envoy-redis-proxy')],
    ['version', bulk('6.0.0')],
    ['proto', { type: 'integer', value: BigInt(version) }],
    ['id', { type: 'integer', value: 0n }],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', { type: 'array', items: [] }],
  ]
  return { type: 'map', items: fields.flatMap(([name, value]) => [bulk(name), value]) }
}
