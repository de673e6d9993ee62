import { Buffer } from '../../../engine/buffer.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { TokenBucket } from '../../../engine/token-bucket.ts'

/** Where a limiter's bytes go. */
export interface LimiterOutput {
  write(data: Buffer, endStream: boolean): void
  /** Everything has been written, trailers are next. */
  finished(): void
  timer(ms: number, callback: () => void): Timer
}

/** A piece is the sixteenth part of what a second allows, however often pieces are let through. */
const SLICES = 16

/** One direction of a stream, held to a pace (Envoy: source/extensions/filters/http/common/stream_rate_limiter.cc). */
export class Limiter {
  /** Milliseconds that data had to wait; 0 when it never did. */
  delayMs = 0
  private readonly bucket: TokenBucket
  private readonly sliceBytes: number
  private readonly intervalMs: number
  private readonly output: LimiterOutput
  private held = new Buffer()
  private ended: 'no' | 'with data' | 'with trailers' = 'no'
  private waiting: Timer | undefined

  /** @param bucket bytes, shared by all streams of the filter; @param intervalMs time between two pieces. */
  constructor(bucket: TokenBucket, intervalMs: number, output: LimiterOutput) {
    this.bucket = bucket
    this.intervalMs = intervalMs
    this.sliceBytes = Math.max(1, Math.floor(bucket.fillRate / SLICES))
    this.output = output
  }

  data(data: Buffer, endStream: boolean): void {
    this.held.moveFrom(data)
    if (endStream) this.ended = 'with data'
    this.waiting ??= this.output.timer(0, () => this.tick())
  }

  /** True when the trailers have to wait. */
  trailers(): boolean {
    this.ended = 'with trailers'
    return this.waiting !== undefined
  }

  cancel(): void {
    this.waiting?.cancel()
  }

  private tick(): void {
    this.waiting = undefined
    const count = Math.min(this.held.length, this.sliceBytes, this.bucket.remaining)
    const piece = Buffer.of(this.held.bytes().slice(0, count))
    if (count > 0) this.bucket.consume(count)
    this.held.drain(count)
    const done = this.held.length === 0
    if (!done) {
      this.delayMs += this.intervalMs
      this.waiting = this.output.timer(this.intervalMs, () => this.tick())
    }
    const end = done && this.ended === 'with data'
    if (count > 0 || end) this.output.write(piece, end)
    if (done && this.ended === 'with trailers') this.output.finished()
  }
}
