import type { Finding } from '../envoy/validate/index.ts'
import type { CheckAnswer, CheckMessage } from './protocol.ts'

/** What the checker needs of a worker. */
export interface CheckWorker {
  postMessage(message: CheckMessage): void
  onmessage: ((event: { data: CheckAnswer }) => void) | null
  onerror: ((event: { message: string }) => void) | null
}

interface Waiting {
  text: string
  resolve(findings: Finding[] | undefined): void
  reject(error: Error): void
}

/**
 * Checks texts in a worker, one at a time: a large document takes seconds. A text that was asked for while another was
 * looked at waits, and one that a newer one overtakes while it waits is answered with undefined.
 */
export class Checker {
  private readonly create: () => CheckWorker
  private worker: CheckWorker | undefined
  private running: Waiting | undefined
  private next: Waiting | undefined
  private id = 0

  constructor(create: () => CheckWorker) {
    this.create = create
  }

  /** @throws Error when the document could not be checked at all. */
  check(text: string): Promise<Finding[] | undefined> {
    return new Promise((resolve, reject) => {
      this.next?.resolve(undefined)
      this.next = { text, resolve, reject }
      if (!this.running) this.begin()
    })
  }

  private begin(): void {
    this.running = this.next
    this.next = undefined
    if (!this.running) return
    this.worker ??= this.start()
    this.worker.postMessage({ id: ++this.id, text: this.running.text })
  }

  private start(): CheckWorker {
    const worker = this.create()
    worker.onmessage = ({ data }) => {
      if (data.id !== this.id) return
      if ('error' in data) this.running?.reject(new Error(data.error))
      else this.running?.resolve(data.findings)
      this.begin()
    }
    worker.onerror = ({ message }) => {
      this.worker = undefined
      this.running?.reject(new Error(message))
      this.begin()
    }
    return worker
  }
}
