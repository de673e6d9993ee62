/**
 * What the engine asks of the outside. It has no clock, no chance and no I/O of its own: the same host answers give the same trace.
 */
export interface Host {
  /** Wall-clock time at the start of the run, in milliseconds since 1970; the virtual clock counts on from it. */
  readonly startTime: number
  /** A new request id, in the form of a UUID version 4. */
  uuid(): string
  /** The next random number, uniform in 0 <= n < 1. */
  random(): number
  /** Services for filters that need more than bytes: Lua and Wasm machines, keyed by what provides them. */
  readonly services: HostServices
}

/** Optional machinery, given by whoever runs the engine; a filter that finds its own missing says so in the trace. */
export interface HostServices {
  /** The Lua machine; typed by src/lua, opaque to the engine. */
  lua?: unknown
  /** The proxy-wasm host; typed by src/wasm, opaque to the engine. */
  wasm?: unknown
  /** CEL, loaded lazily because of its size; typed by src/engine/match/cel.ts. */
  cel?: unknown
  /** zlib, brotli and zstd, loaded lazily because of their size; typed by src/filters/common/compression. */
  codecs?: unknown
}

/** The clock of a run that nobody gave one: after the certificates of every recorded case begin to be valid. */
const DEFAULT_START_TIME = Date.UTC(2026, 11, 1)

/** A host whose every answer is known beforehand: ids count up, chance is a fixed linear congruential sequence. */
export class MemoryHost implements Host {
  readonly startTime: number
  readonly services: HostServices
  private ids = 0
  private state: number

  constructor(options: { startTime?: number; seed?: number; services?: HostServices } = {}) {
    this.startTime = options.startTime ?? DEFAULT_START_TIME
    this.state = (options.seed ?? 1) >>> 0
    this.services = options.services ?? {}
  }

  uuid(): string {
    const n = (++this.ids).toString(16).padStart(12, '0')
    return `00000000-0000-4000-9000-${n}`
  }

  random(): number {
    // Numerical Recipes' constants: chance here has to be repeatable, not good.
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0
    return this.state / 0x1_0000_0000
  }
}
