import { createServer } from 'node:net'

// Below Linux's ephemeral range (32768 and up): an outgoing connection can never take a port between choosing and using it.
const FIRST = 15000
const LAST = 32000

let next = FIRST + Math.floor(Math.random() * (LAST - FIRST))

/** A TCP port of 127.0.0.1 that nothing listens on and this process has not handed out recently. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < LAST - FIRST; attempt++) {
    const port = next
    next = next >= LAST ? FIRST : next + 1
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
