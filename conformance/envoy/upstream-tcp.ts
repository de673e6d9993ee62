import { type TcpStub, toBytes } from '../../src/cli/case-document.ts'
import type { ByteStream } from './byte-stream.ts'
import type { Received, StubHost } from './upstream.ts'

/** A byte server: greets, then echoes or replies to each piece it reads, until the other side is done. */
export async function serveTcp(stream: ByteStream, script: TcpStub, host: StubHost): Promise<void> {
  const record: Received & { received: Buffer } = { cluster: host.cluster, received: Buffer.alloc(0) }
  host.log.push(record)
  const { greeting, echo, reply } = script.tcp
  if (greeting !== undefined) stream.write(toBytes(greeting))
  for (;;) {
    const bytes = await stream.read()
    if (bytes === undefined) return
    record.received = Buffer.concat([record.received, bytes])
    if (echo) stream.write(bytes)
    else if (reply !== undefined) stream.write(toBytes(reply))
  }
}
