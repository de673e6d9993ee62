import type { Buffer } from '../buffer.ts'
import { FilterPath } from './filter-path.ts'
import type { Direction } from './filter-slot.ts'
import type { HeaderMap } from './header-map.ts'

/** The response on its way through the filters, in reverse of the configured order, and out to the stream's owner. */
export class ResponsePath extends FilterPath {
  headers: HeaderMap | undefined
  informational: HeaderMap | undefined
  /** Headers other than 1xx have left. */
  headersSent = false
  /** The response has left in full. */
  ended = false

  protected get closed(): boolean {
    return this.ended
  }

  protected get complete(): boolean {
    return this.manager.localComplete
  }

  protected overflow(): void {
    this.manager.reply(500, 'Internal Server Error', { details: 'response_payload_too_large' })
  }

  protected resumeHeaders(from: Direction, endStream: boolean): void {
    this.runHeaders(from, this.headers!, endStream)
  }

  // A 1xx that this filter held back goes on first; the real headers may not have come yet.
  protected override beforeContinue(filter: Direction): boolean {
    if (!this.informational || filter.continued1xx) return true
    filter.continued1xx = true
    this.run1xx(filter, this.informational)
    return this.headers !== undefined
  }

  run1xx(from: Direction | undefined, headers: HeaderMap): void {
    for (let i = from ? from.index + 1 : 0; i < this.directions.length; i++) {
      const filter = this.directions[i]!
      const status = this.during('1xx', () => filter.on1xx(headers))
      if (this.aborted) return
      if (status === 'StopIteration') {
        filter.iteration = 'StopSingle'
        return
      }
      filter.continued1xx = true
    }
    this.manager.callbacks.encode1xxHeaders(headers)
  }

  runHeaders(from: Direction | undefined, headers: HeaderMap, endStream: boolean): void {
    const { manager, directions } = this
    let ends = endStream
    let resumeAt: Direction | undefined
    for (let i = from ? from.index + 1 : 0; i < directions.length; i++) {
      const filter = directions[i]!
      filter.endStream = ends && !resumeAt
      let status = this.during('headers', () =>
        manager.record.headers(filter, headers, () => filter.onHeaders(headers, filter.endStream)),
      )
      // The filter may have given the response a body of its own, and a long one.
      this.checkLimit()
      if (manager.destroyed) return
      if (this.aborted) status = 'StopIteration'
      const goOn = filter.afterHeaders(status)
      if (status === 'ContinueAndDontEndStream') ends = false
      if (filter.endStream) filter.complete()
      if (!goOn) {
        if (!filter.endStream) this.resume(resumeAt)
        return
      }
      if (ends && this.held && !resumeAt) resumeAt = filter
    }
    if (this.refused(headers)) return
    const endsNow = ends && !resumeAt
    this.headersSent = true
    manager.callbacks.encodeHeaders(headers, endsNow)
    this.end(endsNow)
    if (!endsNow) this.resume(resumeAt)
  }

  // Filters can take away what a response cannot be without.
  private refused(headers: HeaderMap): boolean {
    const status = headers.get(':status')
    if (status !== undefined && /^[0-9]+$/.test(status)) return false
    this.manager.reply(502, 'missing required header: :status', {
      details: 'filter_removed_required_response_headers{missing_required_header:_:status}',
    })
    return true
  }

  runData(from: Direction | undefined, data: Buffer, endStream: boolean, mayStartFromCurrent: boolean): void {
    const { manager, directions } = this
    if (manager.destroyed) return
    const hadTrailers = this.trailers !== undefined
    let trailersAddedBy: Direction | undefined
    for (let i = this.startIndex(from, mayStartFromCurrent); i < directions.length; i++) {
      const filter = directions[i]!
      if (this.heldByStop(filter, data)) return
      if (filter.endStream) return
      filter.endStream = endStream && !this.trailers
      let status = this.during('data', () => {
        const answer = manager.record.data(filter, data, () => filter.onData(data, filter.endStream))
        if (filter.endStream && !manager.destroyed) filter.complete()
        return answer
      })
      if (manager.destroyed) return
      if (this.aborted) status = 'StopIterationNoBuffer'
      if (!hadTrailers && this.trailers && !trailersAddedBy) trailersAddedBy = filter
      if (!this.afterData(filter, status, data)) return
    }
    const endsNow = endStream && !trailersAddedBy
    manager.callbacks.encodeData(data, endsNow)
    this.end(endsNow)
    if (trailersAddedBy && this.trailers) this.runTrailers(trailersAddedBy, this.trailers)
  }

  runTrailers(from: Direction | undefined, trailers: HeaderMap): void {
    const { manager, directions } = this
    if (manager.destroyed) return
    for (let i = this.startIndex(from, true); i < directions.length; i++) {
      const filter = directions[i]!
      if (filter.stoppedAll) return
      const status = this.during('trailers', () => {
        const answer = manager.record.trailers(filter, trailers, () => filter.onTrailers(trailers))
        filter.complete()
        return answer
      })
      filter.endStream = true
      if (manager.destroyed || !this.afterTrailers(filter, status)) return
    }
    manager.callbacks.encodeTrailers(trailers)
    this.end(true)
  }

  /** The response has left, if this was its end. */
  end(endStream: boolean): void {
    if (!endStream || this.manager.destroyed || this.ended) return
    this.ended = true
    this.manager.callbacks.endStream()
  }
}
