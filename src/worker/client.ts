import type { Design } from '../model/design.ts'
import type { RunMessage, RunOptions, RunResult, WorkerMessage } from './protocol.ts'

/** What the client needs of a worker; the tests have one of their own. */
export interface WorkerLike {
  postMessage(message: RunMessage): void
  terminate(): void
  onmessage: ((event: { data: WorkerMessage }) => void) | null
  onerror: ((event: { message: string }) => void) | null
}

/** A run that did not come to a result. */
export class RunError extends Error {
  readonly kind: 'superseded' | 'timeout' | 'failed' | 'crashed'
  /** Place in the document, when there is one. */
  readonly path: string | undefined

  constructor(kind: RunError['kind'], message: string, path?: string) {
    super(message)
    this.name = 'RunError'
    this.kind = kind
    this.path = path
  }
}

interface Pending {
  id: number
  budgetMs: number
  timer: ReturnType<typeof setTimeout> | undefined
  settle(outcome: { result: RunResult } | { error: RunError }): void
}

/** Real milliseconds that a run may take before its worker is ended, beside what reading the configuration takes. */
export const RUN_BUDGET_MS = 1_000

/** A proxy is built anew for each run: a millisecond for each thousand characters of its configuration, and not for ever. */
function buildMs({ config }: Design): number {
  return Math.min(10_000, (JSON.stringify(config)?.length ?? 0) / 1_000)
}

/**
 * Runs designs in a worker. One run at a time counts: a newer one supersedes it, and one past its budget is ended together
 * with its worker, which is replaced. The page stays usable whatever a script does.
 */
export class SimulatorClient {
  private readonly create: () => WorkerLike
  private readonly budgetMs: number
  private worker: WorkerLike | undefined
  private pending: Pending | undefined
  private nextId = 1

  constructor(create: () => WorkerLike, budgetMs = RUN_BUDGET_MS) {
    this.create = create
    this.budgetMs = budgetMs
  }

  /** Starts the worker ahead of the first run, so that its assets are there by then. */
  warm(): void {
    this.worker ??= this.start()
  }

  /** @throws RunError */
  run(design: Design, options: RunOptions = {}): Promise<RunResult> {
    if (this.pending) {
      // A worker cannot be interrupted: the only way to stop the old run is to end the worker.
      this.finish({ error: new RunError('superseded', 'a newer run has begun') })
      this.replace()
    }
    this.worker ??= this.start()
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      this.pending = {
        id,
        budgetMs: this.budgetMs + buildMs(design),
        timer: undefined,
        settle: (outcome) => ('result' in outcome ? resolve(outcome.result) : reject(outcome.error)),
      }
      this.worker!.postMessage({ type: 'run', id, design, options })
    })
  }

  dispose(): void {
    this.finish({ error: new RunError('superseded', 'the simulator was closed') })
    this.worker?.terminate()
    this.worker = undefined
  }

  private start(): WorkerLike {
    const worker = this.create()
    worker.onmessage = ({ data }) => this.receive(worker, data)
    worker.onerror = ({ message }) => {
      if (worker !== this.worker) return
      this.finish({ error: new RunError('crashed', `the simulator stopped: ${message}`) })
      this.replace()
    }
    return worker
  }

  private receive(worker: WorkerLike, message: WorkerMessage): void {
    if (worker !== this.worker || message.id !== this.pending?.id) return
    if (message.type === 'started') {
      const { budgetMs } = this.pending
      this.pending.timer = setTimeout(() => this.expire(budgetMs), budgetMs)
    } else if (message.type === 'done') {
      this.finish({ result: message.result })
    } else {
      this.finish({ error: new RunError('failed', message.message, message.path) })
    }
  }

  private expire(budgetMs: number): void {
    const seconds = Math.round(budgetMs / 100) / 10
    this.finish({
      error: new RunError('timeout', `the run was ended after ${seconds} s; is there a loop without an end?`),
    })
    this.replace()
  }

  private finish(outcome: { result: RunResult } | { error: RunError }): void {
    const { pending } = this
    this.pending = undefined
    clearTimeout(pending?.timer)
    pending?.settle(outcome)
  }

  private replace(): void {
    this.worker?.terminate()
    this.worker = this.start()
  }
}
