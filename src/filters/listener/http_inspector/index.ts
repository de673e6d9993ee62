import { latin1 } from '../../../engine/bytes.ts'
import {
  methodIsValid,
  splitFirstLine,
  targetIsValid,
  versionIsValid,
} from '../../../engine/http/codec/http1-syntax.ts'
import type { HttpInspector } from '../../../envoy/types/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.d.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** How much of a request line is waited for, in bytes. */
const MAX_INSPECTED = 8_192

/**
 * Looks at the first line of what is not TLS and notes `http/1.0`, `http/1.1` or `h2c` as the application protocol.
 * Envoy: source/extensions/filters/listener/http_inspector/http_inspector.cc.
 */
export const httpInspector = defineListenerFilter<HttpInspector>({
  ...about,
  create: () => ({
    onAccept(socket, ended) {
      const { info } = socket
      if (info.transportProtocol !== '' && info.transportProtocol !== 'raw_buffer') {
        socket.note(`${info.transportProtocol}: nothing to look at`)
        return 'Continue'
      }
      const verdict = inspect(latin1(socket.peek().subarray(0, MAX_INSPECTED)))
      if (verdict === 'more' && !ended) return 'WaitForData'
      if (verdict === 'more' || verdict === 'none') {
        socket.note('not HTTP')
        return 'Continue'
      }
      info.applicationProtocols = [verdict]
      socket.note(verdict)
      return 'Continue'
    },
  }),
})

/** The protocol of the first bytes; `more` when they do not tell yet. */
export function inspect(text: string): 'http/1.0' | 'http/1.1' | 'h2c' | 'none' | 'more' {
  if (text.startsWith(PREFACE)) return 'h2c'
  if (text !== '' && PREFACE.startsWith(text)) return 'more'
  const end = text.indexOf('\n')
  const line = end < 0 ? text : text.slice(0, end)
  const method = /^[^ \t\r]*/.exec(line)![0]
  if (end < 0 && text.length < MAX_INSPECTED && (method === '' ? text === '' : methodIsValid(method, true)))
    return 'more'
  const words = end < 0 ? undefined : splitFirstLine(line)
  // Any token is a method here, whatever the connection manager will say of it later.
  if (!words || !methodIsValid(words.first, true) || !targetIsValid(words.second, words.first === 'CONNECT'))
    return 'none'
  const version = words.third ?? ''
  if (!versionIsValid(version)) return 'none'
  // Every version but 1.1 counts as 1.0; a line without one is HTTP/0.9.
  return version === 'HTTP/1.1' ? 'http/1.1' : 'http/1.0'
}
