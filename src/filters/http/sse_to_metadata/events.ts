const LINE = /([^\r\n]*)(\r\n|\n|\r)/y

/**
 * Cuts a stream of server-sent events (byte strings) into events. What a blank line has not ended yet waits for more.
 * Envoy: source/common/http/sse/sse_parser.cc.
 */
export class EventSplitter {
  private rest = ''
  private first = true

  /** Bytes that wait for the end of their event. */
  get waiting(): number {
    return this.rest.length
  }

  /** The events that are complete now, each as its lines. `ended`: no more will come. */
  add(bytes: string, ended: boolean): string[][] {
    this.rest += bytes
    if (this.first && this.rest.length > 0) {
      this.rest = this.rest.replace(/^\xef\xbb\xbf/, '')
      this.first = false
    }
    const events: string[][] = []
    let lines: string[] = []
    let at = 0
    for (;;) {
      LINE.lastIndex = at
      const line = LINE.exec(this.rest)
      // A carriage return at the very end may be the first half of a line's end.
      if (!line || (line[2] === '\r' && LINE.lastIndex === this.rest.length && !ended)) break
      at = LINE.lastIndex
      if (line[1] !== '') lines.push(line[1]!)
      else {
        events.push(lines)
        lines = []
        this.rest = this.rest.slice(at)
        at = 0
      }
    }
    return events
  }

  /** Throws away what waits. */
  discard(): void {
    this.rest = ''
  }
}

/** The data of an event, its lines joined; undefined when it has none. */
export function dataOf(lines: readonly string[]): string | undefined {
  const data = lines.flatMap((line) => {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    if (field !== 'data') return []
    const value = colon < 0 ? '' : line.slice(colon + 1)
    return [value.startsWith(' ') ? value.slice(1) : value]
  })
  return data.length === 0 ? undefined : data.join('\n')
}
