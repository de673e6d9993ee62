import type { UpstreamRequest } from './upstream-request.ts'

/** The attempts of one request that are under way: one as a rule, more where hedging sends another beside it. */
export class Attempts {
  private list: UpstreamRequest[] = []

  get empty(): boolean {
    return this.list.length === 0
  }

  /** The newest. */
  get first(): UpstreamRequest | undefined {
    return this.list[0]
  }

  add(attempt: UpstreamRequest): void {
    this.list.unshift(attempt)
  }

  has(attempt: UpstreamRequest): boolean {
    return this.list.includes(attempt)
  }

  /** Whether a response may still come from an attempt other than this one. */
  othersAwaitHeaders(than: UpstreamRequest): boolean {
    return this.list.some((each) => each !== than && each.awaitingHeaders)
  }

  requestComplete(): void {
    for (const attempt of this.list) attempt.requestComplete()
  }

  /** Lets go of one that is over. */
  drop(attempt: UpstreamRequest): void {
    this.list = this.list.filter((each) => each !== attempt)
    attempt.release()
  }

  /** Gives up all but one. */
  keepOnly(kept: UpstreamRequest): void {
    const others = this.list.filter((each) => each !== kept)
    this.list = [kept]
    for (const attempt of others) giveUp(attempt)
  }

  /** Gives up all; `status` is what their hosts are charged with, if anything. */
  giveUpAll(status?: number): void {
    const all = this.list
    this.list = []
    for (const attempt of all) {
      if (status !== undefined) attempt.cluster.outliers?.put(status)
      giveUp(attempt)
    }
  }
}

function giveUp(attempt: UpstreamRequest): void {
  attempt.resetStream()
  attempt.release()
}
