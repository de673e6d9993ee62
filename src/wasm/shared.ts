import { Result } from './abi.ts'

interface SharedValue {
  value: string
  cas: number
}

interface Queue {
  vmId: string
  name: string
  items: string[]
  /** Tells the root context that registered the queue. */
  ready: () => void
}

/**
 * Data and queues that modules of one proxy share, by vm_id (proxy-wasm-cpp-host: shared_data.cc and shared_queue.cc).
 */
export class SharedState {
  private readonly data = new Map<string, Map<string, SharedValue>>()
  private lastCas = 0
  private readonly queues = new Map<number, Queue>()
  private lastToken = 0

  get(vmId: string, key: string): SharedValue | undefined {
    return this.data.get(vmId)?.get(key)
  }

  /** A cas of 0 sets in any case; another one only what still has it. */
  set(vmId: string, key: string, value: string, cas: number): number {
    const values = this.data.get(vmId) ?? new Map<string, SharedValue>()
    this.data.set(vmId, values)
    const old = values.get(key)
    if (old && cas !== 0 && cas !== old.cas) return Result.CasMismatch
    values.set(key, { value, cas: ++this.lastCas })
    return Result.Ok
  }

  /** The token of a queue, made when there is none of this name; the last to register is the one that is told. */
  register(vmId: string, name: string, ready: () => void): number {
    const known = this.resolve(vmId, name)
    const token = known ?? ++this.lastToken
    this.queues.set(token, { vmId, name, items: this.queues.get(token)?.items ?? [], ready })
    return token
  }

  resolve(vmId: string, name: string): number | undefined {
    for (const [token, queue] of this.queues) if (queue.vmId === vmId && queue.name === name) return token
    return undefined
  }

  enqueue(token: number, item: string): number {
    const queue = this.queues.get(token)
    if (!queue) return Result.NotFound
    queue.items.push(item)
    queue.ready()
    return Result.Ok
  }

  /** The oldest item, or why there is none. */
  dequeue(token: number): string | number {
    const queue = this.queues.get(token)
    return queue ? (queue.items.shift() ?? Result.Empty) : Result.NotFound
  }
}
