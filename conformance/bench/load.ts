// A load generator with a process of its own: `load.ts PORT SECONDS`. Prints the requests it got answers to, a second
// and in all.
import { connect } from 'node:net'
import { REQUEST_HEAD } from './chains.ts'

const CONNECTIONS = 32
const WARM_UP_MS = 500

const port = Number(process.argv[2])
const seconds = Number(process.argv[3])
const request = Buffer.from(REQUEST_HEAD)

let answered = 0

/** One request after another. Every answer has the same length: once it is known, counting bytes is counting answers. */
function run(length: number): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let bytes = 0
  socket.on('connect', () => socket.write(request))
  socket.on('data', (chunk) => {
    bytes += chunk.length
    if (bytes < length) return
    bytes -= length
    answered++
    socket.write(request)
  })
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
}

function answerLength(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    let text = ''
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      const body = /\r\ncontent-length: (\d+)/i.exec(text)
      if (end < 0 || !body || text.length < end + 4 + Number(body[1])) return
      socket.destroy()
      if (text.startsWith('HTTP/1.1 200 ')) resolve(text.length)
      else reject(new Error(`the answer is ${text.slice(0, text.indexOf('\r\n'))}`))
    })
  })
}

const length = await answerLength()
for (let index = 0; index < CONNECTIONS; index++) run(length)
setTimeout(() => {
  const before = answered
  const begin = performance.now()
  setTimeout(() => {
    const perSecond = ((answered - before) / (performance.now() - begin)) * 1000
    process.stdout.write(`${perSecond.toFixed(0)} ${answered}\n`)
    process.exit(0)
  }, seconds * 1000)
}, WARM_UP_MS)
