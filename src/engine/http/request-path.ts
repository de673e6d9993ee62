import type { Buffer } from '../buffer.ts'
import { FilterPath } from './filter-path.ts'
import type { Direction } from './filter-slot.ts'
import type { HeaderMap } from './header-map.ts'

/** The request on its way through the filters, in configured order. */
export class RequestPath extends FilterPath {
  headers: HeaderMap | undefined

  protected get closed(): boolean {
    return this.manager.localComplete
  }

  protected get complete(): boolean {
    return this.manager.remoteDecodeComplete
  }

  protected overflow(): void {
    this.manager.reply(413, 'Payload Too Large', { details: 'request_payload_too_large' })
  }

  protected resumeHeaders(from: Direction, endStream: boolean): void {
    this.runHeaders(from, this.headers!, endStream)
  }

  runHeaders(from: Direction | undefined, headers: HeaderMap, endStream: boolean): void {
    const { manager, directions } = this
    let ends = endStream
    let resumeAt: Direction | undefined
    for (let i = from ? from.index + 1 : 0; i < directions.length; i++) {
      const filter = directions[i]!
      const last = i === directions.length - 1
      filter.endStream = ends && !resumeAt
      let status = this.during('headers', () =>
        manager.record.headers(filter, headers, () => filter.onHeaders(headers, filter.endStream)),
      )
      if (this.aborted) {
        manager.executePreparedReply()
        status = 'StopIteration'
      }
      const goOn = filter.afterHeaders(status)
      if (status === 'ContinueAndDontEndStream') ends = false
      if (filter.endStream) filter.complete()
      // The last filter may hold back while an earlier one has added a body that it still has to get.
      if (manager.destroyed || (!last && (manager.localComplete || !goOn))) {
        this.resume(resumeAt)
        return
      }
      if (ends && this.held && !resumeAt) resumeAt = filter
    }
    this.resume(resumeAt)
  }

  runData(from: Direction | undefined, data: Buffer, endStream: boolean, mayStartFromCurrent: boolean): void {
    const { manager, directions } = this
    if (manager.localComplete || manager.destroyed) return
    const hadTrailers = this.trailers !== undefined
    let ends = endStream
    let trailersAddedBy: Direction | undefined
    for (let i = this.startIndex(from, mayStartFromCurrent); i < directions.length; i++) {
      const filter = directions[i]!
      if (this.heldByStop(filter, data)) return
      // The message has ended for this filter already: a nested resumption has run ahead of this loop.
      if (filter.endStream) return
      filter.endStream = ends && !this.trailers
      const status = this.during('data', () => {
        const answer = manager.record.data(filter, data, () => filter.onData(data, filter.endStream))
        if (filter.endStream) filter.complete()
        return answer
      })
      if (this.aborted) {
        manager.executePreparedReply()
        return
      }
      if (!hadTrailers && this.trailers && !trailersAddedBy) {
        ends = false
        trailersAddedBy = filter
      }
      if (!this.afterData(filter, status, data) && i < directions.length - 1) break
    }
    if (trailersAddedBy && this.trailers) this.runTrailers(trailersAddedBy, this.trailers)
  }

  runTrailers(from: Direction | undefined, trailers: HeaderMap): void {
    const { manager, directions } = this
    if (manager.localComplete || manager.destroyed) return
    for (let i = this.startIndex(from, true); i < directions.length; i++) {
      const filter = directions[i]!
      if (filter.stoppedAll) return
      let status = this.during('trailers', () => {
        const answer = manager.record.trailers(filter, trailers, () => filter.onTrailers(trailers))
        filter.complete()
        return answer
      })
      filter.endStream = true
      if (this.aborted) {
        manager.executePreparedReply()
        status = 'StopIteration'
      }
      if (!this.afterTrailers(filter, status)) return
    }
  }
}
