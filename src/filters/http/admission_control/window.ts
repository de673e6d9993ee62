import type { EventLoop } from '../../../engine/event-loop.ts'

/** The outcomes of the last requests, forgotten after a time (Envoy: thread_local_controller.cc). */
export class OutcomeWindow {
  private readonly loop: EventLoop
  private readonly spanMs: number
  private outcomes: { at: number; success: boolean }[] = []

  constructor(loop: EventLoop, spanMs: number) {
    this.loop = loop
    this.spanMs = spanMs
  }

  record(success: boolean): void {
    this.outcomes.push({ at: this.loop.now, success })
  }

  /** Requests and those of them that went well. */
  counts(): { requests: number; successes: number } {
    const from = this.loop.now - this.spanMs
    this.outcomes = this.outcomes.filter((outcome) => outcome.at > from)
    return {
      requests: this.outcomes.length,
      successes: this.outcomes.filter((outcome) => outcome.success).length,
    }
  }

  /** Requests a second, on average. */
  rate(): number {
    return this.counts().requests / (this.spanMs / 1000)
  }
}

/**
 * How likely a request is turned away, 0 to `max`. `threshold` (0 to 1) is the share of successes below which that begins;
 * the higher `aggression`, the sooner it gets likely.
 */
export function rejectionProbability(
  counts: { requests: number; successes: number },
  { threshold, aggression, max }: { threshold: number; aggression: number; max: number },
): number {
  const share = (counts.requests - counts.successes / threshold) / (counts.requests + 1)
  if (share <= 0) return 0
  return Math.min(share ** (1 / aggression), max)
}
