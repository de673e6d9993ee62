import { type CaseConnection, type CaseResponse, fromBytes, toBytes } from '../../src/cli/case-document.ts'
import { type ByteStream, ConnectionFailed, TimedOut } from './byte-stream.ts'
import { openConnection } from './client-connect.ts'

const DEFAULT_WAIT_MS = 300

/** Opens a raw connection, sends each piece and listens for `waitMs` after it; says what came and whether it was closed. */
export async function exchangeBytes(port: number, connection: CaseConnection): Promise<CaseResponse> {
  let stream: ByteStream
  try {
    stream = await openConnection(port, connection)
  } catch (error) {
    if (error instanceof ConnectionFailed) return { received: '', closed: true }
    throw error
  }
  const got: Buffer[] = []
  let closed = false
  for (const piece of connection.send?.length ? connection.send : [undefined]) {
    try {
      if (piece !== undefined) stream.write(toBytes(piece))
      const deadline = Date.now() + (connection.waitMs ?? DEFAULT_WAIT_MS)
      while (Date.now() < deadline && !closed) {
        const bytes = await stream.read(Math.max(10, deadline - Date.now()))
        if (bytes === undefined) closed = true
        else got.push(bytes)
      }
    } catch (error) {
      if (error instanceof ConnectionFailed) closed = true
      else if (!(error instanceof TimedOut)) throw error
    }
  }
  stream.close()
  return { received: fromBytes(Buffer.concat(got)), closed }
}
