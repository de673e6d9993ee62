/** A timer that was armed on the virtual clock. */
export interface Timer {
  cancel(): void
}

interface Scheduled {
  at: number
  order: number
  run: (() => void) | undefined
}

/**
 * Envoy's dispatcher on a virtual clock: callbacks run in the order of their time, then of their arming; nothing sleeps.
 * Work that only the host can finish (WebCrypto, say) is announced with `await`, and `run` waits for it.
 */
export class EventLoop {
  /** Virtual time in milliseconds since the loop was made. */
  now = 0
  private queue: Scheduled[] = []
  private order = 0
  private cancelled = 0
  private outstanding = new Set<Promise<void>>()

  /** Runs `callback` after what is already due now (Dispatcher::post). */
  post(callback: () => void): Timer {
    return this.timer(0, callback)
  }

  /** Runs `callback` once the virtual clock has moved by `ms` (fractions allowed, negative is now). */
  timer(ms: number, callback: () => void): Timer {
    const entry: Scheduled = { at: this.now + Math.max(0, ms), order: this.order++, run: callback }
    this.push(entry)
    return {
      cancel: () => {
        if (!entry.run) return
        entry.run = undefined
        this.cancelled++
        if (this.cancelled > 64 && this.cancelled * 2 > this.queue.length) this.compact()
      },
    }
  }

  /** Lets the loop wait for a promise of the host; `settle` runs on the loop when it has come. */
  await<T>(promise: Promise<T>, settle: (outcome: { value: T } | { error: unknown }) => void): void {
    const done = promise.then(
      (value) => void this.post(() => settle({ value })),
      (error: unknown) => void this.post(() => settle({ error })),
    )
    const tracked = done.finally(() => this.outstanding.delete(tracked))
    this.outstanding.add(tracked)
  }

  /** True when the host still owes an answer: only then does `run` need to be awaited. */
  get waiting(): boolean {
    return this.outstanding.size > 0
  }

  /**
   * Runs what is scheduled until `done` says so, or nothing is left, or the clock would pass `until` (ms, virtual).
   * Synchronous: callers look at `waiting` and await `settled` before they call again.
   */
  drain(done: () => boolean = () => false, until = Number.POSITIVE_INFINITY): void {
    while (!done() && this.queue.length > 0 && this.queue[0]!.at <= until) {
      const entry = this.pop()
      const { run } = entry
      if (!run) {
        this.cancelled--
        continue
      }
      // A timer that has fired is not there to be cancelled.
      entry.run = undefined
      if (entry.at > this.now) this.now = entry.at
      run()
    }
  }

  /** Resolves when every promise given to `await` so far has been settled. */
  async settled(): Promise<void> {
    await Promise.all(this.outstanding)
  }

  /** Drains, waiting for the host where it has to. */
  async run(done: () => boolean = () => false, until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      this.drain(done, until)
      if (done() || !this.waiting) return
      await this.settled()
    }
  }

  /** Moves the clock to `time` (ms, virtual), running what falls due on the way. */
  async advanceTo(time: number): Promise<void> {
    await this.run(() => false, time)
    if (time > this.now) this.now = time
  }

  // Most timers are cancelled long before they are due: they must not pile up.
  private compact(): void {
    const live = this.queue.filter((entry) => entry.run)
    this.queue = []
    this.cancelled = 0
    for (const entry of live) this.push(entry)
  }

  // A binary heap: a thousand timers must not make each insertion scan a thousand entries.
  private push(entry: Scheduled): void {
    const heap = this.queue
    let i = heap.push(entry) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(heap[i]!, heap[parent]!)) break
      ;[heap[i], heap[parent]] = [heap[parent]!, heap[i]!]
      i = parent
    }
  }

  private pop(): Scheduled {
    const heap = this.queue
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ; ) {
      const left = 2 * i + 1
      const right = left + 1
      let least = i
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right
      if (least === i) return first
      ;[heap[i], heap[least]] = [heap[least]!, heap[i]!]
      i = least
    }
  }
}

function before(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
