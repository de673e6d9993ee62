import { readClientHello } from '../../../engine/listener/client-hello.ts'
import type { AcceptedSocket } from '../../../engine/listener/types.ts'
import type { TlsInspector } from '../../../envoy/types/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.d.ts'
import { defineListenerFilter } from '../../define.ts'
import { about } from './about.ts'

/** max_client_hello_size when it is not configured, in bytes. */
const MAX_CLIENT_HELLO = 16_384

/** Envoy: source/extensions/filters/listener/tls_inspector/tls_inspector.cc. */
export const tlsInspector = defineListenerFilter<TlsInspector>({
  ...about,
  create: ({ config }) => ({
    onAccept(socket, ended) {
      // A simulated TLS client comes with its hello as data: its bytes are a stand-in.
      if (socket.clientHello) return found(socket, socket.clientHello)
      const bytes = socket.peek()
      const outcome = readClientHello(bytes, config.maxClientHelloSize ?? MAX_CLIENT_HELLO)
      if (outcome.kind === 'hello') return found(socket, outcome.hello)
      if (outcome.kind === 'incomplete' && !ended) return 'WaitForData'
      if (outcome.kind === 'closed') {
        socket.note('the client closed TLS before a client hello')
        return 'Close'
      }
      socket.note(outcome.kind === 'none' ? `not TLS: ${outcome.why}` : 'the connection ended before a client hello')
      if (config.closeConnectionOnClientHelloParsingErrors && bytes[0] === 22) {
        socket.close('client_hello_parsing_error')
        return 'Close'
      }
      return 'Continue'
    },
  }),
})

function found(socket: AcceptedSocket, hello: { sni?: string | undefined; alpn: string[] }): 'Continue' {
  const { info } = socket
  info.transportProtocol = 'tls'
  if (hello.sni !== undefined) info.requestedServerName = hello.sni.toLowerCase()
  if (hello.alpn.length > 0) info.applicationProtocols = [...hello.alpn]
  socket.note(`TLS, SNI ${hello.sni ?? 'none'}, ALPN ${hello.alpn.join(', ') || 'none'}`)
  return 'Continue'
}
