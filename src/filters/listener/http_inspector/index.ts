import { latin1 } from '../../../engine/bytes.ts'
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
  const line = text.match(/^[\r\n]*([^\r\n]*)(\r?\n)?/)!
  const words = line[1]!.split(' ')
  const method = words[0]!
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/.test(method)) return 'none'
  if (line[2] === undefined) return text.length >= MAX_INSPECTED ? 'none' : 'more'
  // A line without a version is HTTP/0.9, which counts with 1.0.
  if (words.length === 2 && method !== '' && words[1] !== '') return 'http/1.0'
  if (words.length !== 3 || method === '' || words[1] === '') return 'none'
  if (words[2] === 'HTTP/1.1') return 'http/1.1'
  return words[2] === 'HTTP/1.0' ? 'http/1.0' : 'none'
}
