import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { type CaseClient, type CaseTls, toBytes } from '../../src/cli/case-document.ts'
import { ByteStream, ConnectionFailed } from './byte-stream.ts'

const HOST = '127.0.0.1'

export type OnConnect = (localEnd: string) => void

/**
 * Connects to a listener: from the case's source address, its PROXY protocol bytes first, then TLS if it asks for it.
 * @param onConnect is told the client's own end, `address:port`.
 * @throws ConnectionFailed if the connection or the TLS handshake fails.
 */
export async function openConnection(port: number, client: CaseClient, onConnect?: OnConnect): Promise<ByteStream> {
  const socket = connect({ host: HOST, port, localAddress: client.sourceAddress, allowHalfOpen: true })
  await settled(socket, 'connect')
  socket.setNoDelay(true)
  onConnect?.(`${socket.localAddress}:${socket.localPort}`)
  if (client.proxyProtocol !== undefined) socket.write(toBytes(client.proxyProtocol))
  if (client.tls === undefined || client.tls === null) return new ByteStream(socket)
  const secure = connectTls({ ...tlsOptions(client.tls), socket })
  // A failure of the socket below also shows on the TLS socket; unheard, it would end the process.
  socket.on('error', () => undefined)
  await settled(secure, 'secureConnect')
  return new ByteStream(secure)
}

/** The client trusts any certificate: cases are about what Envoy does, not about the client's checks. */
function tlsOptions(tls: CaseTls): ConnectionOptions {
  return {
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    servername: tls.sni || undefined,
    ALPNProtocols: tls.alpn?.length ? tls.alpn : undefined,
    cert: tls.clientCertificate || undefined,
    key: tls.clientCertificate ? tls.clientKey : undefined,
    minVersion: 'TLSv1.2',
  }
}

function settled(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      socket.destroy()
      reject(new ConnectionFailed(reason))
    }
    const onError = (error: Error) => fail(error.message)
    const onClose = () => fail('closed before it was set up')
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once(event, () => {
      socket.off('error', onError)
      socket.off('close', onClose)
      resolve()
    })
  })
}
