import { Buffer } from '../buffer.ts'
import type { DataStatus, TrailersStatus } from './filter.ts'
import type { FilterManager } from './filter-manager.ts'
import type { Direction } from './filter-slot.ts'
import { HeaderMap } from './header-map.ts'

/** Which callback of a path's filters is running: what a filter may do depends on it. */
export type Call = 'headers' | 'data' | 'trailers' | '1xx'

/**
 * One direction of a stream: its filters in the order they run, what they hold back, and how they resume.
 * What the two directions share of source/common/http/filter_manager.cc (ActiveStreamFilterBase) stands here.
 */
export abstract class FilterPath {
  protected readonly manager: FilterManager
  directions: Direction[] = []
  /** The body held back so far by the filters of this direction. */
  held: Buffer | undefined
  trailers: HeaderMap | undefined
  /** A filter replied or reset the stream from one of its callbacks: iteration stops where it is. */
  aborted = false
  /** The callback that is running, if any. */
  protected call: Call | undefined
  /** Past the limit the sender is paused instead of the stream being answered: so it is until a filter asks to buffer. */
  protected streaming = true
  private aboveLimit = false

  constructor(manager: FilterManager) {
    this.manager = manager
  }

  /** Sets the filters, in the order in which they run. */
  setDirections(directions: Direction[]): void {
    this.directions = directions
    directions.forEach((direction, i) => {
      direction.index = i
    })
  }

  get running(): boolean {
    return this.call !== undefined
  }

  /** Nothing that is held back may go on any more. */
  protected abstract get closed(): boolean
  /** Everything of the message has come in. */
  protected abstract get complete(): boolean
  protected abstract overflow(): void
  protected abstract resumeHeaders(from: Direction, endStream: boolean): void
  abstract runData(from: Direction | undefined, data: Buffer, endStream: boolean, mayStartFromCurrent: boolean): void
  abstract runTrailers(from: Direction | undefined, trailers: HeaderMap): void

  /** Runs one callback of a filter and remembers that it is running. */
  protected during<T>(call: Call, run: () => T): T {
    const before = this.call
    this.call = call
    try {
      return run()
    } finally {
      this.call = before
    }
  }

  /** Where iteration starts: behind `from`, or at it when it had stopped everything before it got to see this. */
  protected startIndex(from: Direction | undefined, mayStartFromCurrent: boolean): number {
    if (!from) return 0
    return mayStartFromCurrent && from.iterateFromCurrent ? from.index : from.index + 1
  }

  /** Keeps data in the stream's buffer, unless it is that buffer. */
  protected hold(data: Buffer): void {
    if (data !== this.held) {
      if (!this.held || this.held.length <= this.manager.bufferLimit / 2) this.aboveLimit = false
      this.held ??= new Buffer()
      this.held.moveFrom(data)
    }
    this.checkLimit()
  }

  /** Noticed when the limit is crossed: what was buffered while streaming and crossed it then is not answered later. */
  checkLimit(): void {
    const { bufferLimit } = this.manager
    if (bufferLimit === 0 || this.aboveLimit || !this.held || this.held.length <= bufferLimit) return
    this.aboveLimit = true
    if (!this.streaming) this.overflow()
  }

  /** True when data must be kept because this filter has stopped everything. */
  protected heldByStop(filter: Direction, data: Buffer): boolean {
    if (!filter.stoppedAll) return false
    this.streaming = filter.iteration === 'StopAllWatermark'
    this.hold(data)
    return true
  }

  protected afterData(filter: Direction, status: DataStatus, data: Buffer): boolean {
    if (status === 'Continue') {
      if (filter.iteration !== 'StopSingle') return true
      this.hold(data)
      this.continue(filter)
      return false
    }
    filter.iteration = 'StopSingle'
    if (status === 'StopIterationNoBuffer') {
      // The last byte came and was taken: whoever continues later must still find an end to pass on.
      if (this.complete && !this.trailers && !this.held && !this.manager.destroyed) this.held = new Buffer()
    } else {
      this.streaming = status === 'StopIterationAndWatermark'
      this.hold(data)
    }
    return false
  }

  protected afterTrailers(filter: Direction, status: TrailersStatus): boolean {
    if (status === 'Continue') {
      if (filter.iteration !== 'StopSingle') return true
      this.continue(filter)
      return false
    }
    if (filter.iteration === 'Continue') filter.iteration = 'StopSingle'
    return false
  }

  /** A filter gave a body to a message that had none: those behind it had the headers first, now comes the body. */
  protected resume(filter: Direction | undefined): void {
    if (!filter || this.manager.destroyed) return
    filter.iteration = 'StopSingle'
    this.continue(filter)
  }

  /** continueDecoding / continueEncoding: passes on what this filter held back, in the order headers, data, trailers. */
  continue(filter: Direction): void {
    if (this.manager.destroyed || this.closed || filter.iteration === 'Continue') return
    if (filter.stoppedAll) filter.iterateFromCurrent = true
    filter.iteration = 'Continue'
    if (!this.beforeContinue(filter)) return
    if (!filter.headersContinued) {
      filter.headersContinued = true
      this.resumeHeaders(filter, this.complete && !this.held && !this.trailers)
    }
    // Trailers that a filter adds while the data passes are passed on by the data loop itself.
    const { trailers } = this
    if (this.held) this.runData(filter, this.held, this.complete && !trailers, true)
    if (trailers) this.runTrailers(filter, trailers)
    filter.iterateFromCurrent = false
  }

  /** What has to happen before held headers go on; false ends it there. */
  protected beforeContinue(_filter: Direction): boolean {
    return true
  }

  /** addDecodedData / addEncodedData: kept with the stream, or passed on at once from a trailers callback. */
  addData(filter: Direction, data: Buffer, streaming: boolean): void {
    if (this.call === 'trailers' && filter.iteration === 'Continue') {
      this.runData(filter, data, false, false)
      return
    }
    this.streaming = streaming
    this.hold(data)
  }

  /** injectDecodedDataToFilterChain / injectEncodedDataToFilterChain: the filters behind get this data now. */
  injectData(filter: Direction, data: Buffer, endStream: boolean): void {
    if (!filter.headersContinued) {
      filter.headersContinued = true
      this.resumeHeaders(filter, false)
    }
    this.runData(filter, data, endStream, true)
  }

  addTrailers(): HeaderMap {
    this.trailers ??= new HeaderMap('trailers')
    return this.trailers
  }
}
