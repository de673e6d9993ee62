import { ID_STEP, MetricType, Result } from './abi.ts'

/** Metrics that a module defines, by id. Envoy shows them in its statistics; here they live for the module to read. */
export class Metrics {
  private readonly byName = new Map<string, { value: bigint }>()
  private readonly names = new Map<number, string>()
  private readonly next = [ID_STEP, ID_STEP + 1, ID_STEP + 2]

  /** A new id; undefined for a kind that there is not. The same name is the same metric under another id. */
  define(type: number, name: string): number | undefined {
    const id = this.next[type]
    if (id === undefined) return undefined
    this.next[type] = id + ID_STEP
    const key = `${type}\0${name}`
    this.names.set(id, key)
    if (!this.byName.has(key)) this.byName.set(key, { value: 0n })
    return id
  }

  increment(id: number, by: bigint): number {
    const type = id & 3
    if (type !== MetricType.Counter && type !== MetricType.Gauge) return Result.BadArgument
    const metric = this.find(id)
    if (!metric) return Result.NotFound
    if (type === MetricType.Counter && by <= 0n) return Result.BadArgument
    metric.value = BigInt.asUintN(64, metric.value + by)
    return Result.Ok
  }

  /** Adds to a counter, sets a gauge. */
  record(id: number, value: bigint): number {
    const metric = this.find(id)
    if (!metric) return Result.NotFound
    const unsigned = BigInt.asUintN(64, value)
    if ((id & 3) === MetricType.Counter) metric.value = BigInt.asUintN(64, metric.value + unsigned)
    else if ((id & 3) === MetricType.Gauge) metric.value = unsigned
    return Result.Ok
  }

  /** The value, or why there is none. */
  read(id: number): bigint | number {
    if ((id & 3) > MetricType.Gauge) return Result.BadArgument
    return this.find(id)?.value ?? Result.NotFound
  }

  private find(id: number): { value: bigint } | undefined {
    const name = this.names.get(id)
    return name === undefined ? undefined : this.byName.get(name)
  }
}
