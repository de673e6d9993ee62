import type { EventLoop } from './event-loop.ts'

/**
 * A bucket that refills all the time, not in steps (AtomicTokenBucketImpl in source/common/common/token_bucket_impl.cc):
 * half a fill interval is worth half the tokens. Times are virtual milliseconds.
 */
export class TokenBucket {
  readonly maxTokens: number
  /** Tokens a second. */
  readonly fillRate: number
  private readonly loop: EventLoop
  // The time at which the bucket would have been empty: the tokens there are now follow from it.
  private emptyAt: number

  constructor(loop: EventLoop, maxTokens: number, tokensPerFill: number, fillIntervalMs: number) {
    this.loop = loop
    this.maxTokens = maxTokens
    this.fillRate = tokensPerFill / (fillIntervalMs / 1000)
    this.emptyAt = loop.now - this.fullAfterMs
  }

  /** Tokens there are, with their fraction. */
  get level(): number {
    // The clock can only tell milliseconds apart; rounding keeps 3 tokens of a second from being 2.9999999999999996.
    const tokens = ((this.loop.now - this.emptyAt) * this.fillRate) / 1000
    return Math.min(this.maxTokens, Math.round(tokens * 1e9) / 1e9)
  }

  /** Whole tokens there are. */
  get remaining(): number {
    return Math.floor(this.level)
  }

  /** Takes `tokens` if there are as many, else none. */
  consume(tokens = 1): boolean {
    const level = this.level
    if (level < tokens) return false
    this.setLevel(level - tokens)
    return true
  }

  /** Gives tokens back, up to a full bucket. */
  refill(tokens: number): void {
    this.setLevel(Math.min(this.maxTokens, this.level + tokens))
  }

  /** Milliseconds until there is a whole token; 0 when there is one. */
  get nextTokenMs(): number {
    const level = this.level
    return level >= 1 ? 0 : ((1 - level) / this.fillRate) * 1000
  }

  private get fullAfterMs(): number {
    return (this.maxTokens / this.fillRate) * 1000
  }

  private setLevel(tokens: number): void {
    this.emptyAt = this.loop.now - (tokens / this.fillRate) * 1000
  }
}
