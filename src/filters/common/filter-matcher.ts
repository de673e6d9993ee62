import type { HttpStream } from '../../engine/http/filter.ts'
import type { HeaderMap } from '../../engine/http/header-map.ts'
import type { MatchContext, Matcher, MatchResult } from '../../engine/match/index.ts'

type Seen = Pick<MatchContext, 'requestHeaders' | 'requestTrailers' | 'responseHeaders' | 'responseTrailers'>

/**
 * A matcher over one HTTP stream, asked anew with each part of the messages until it can say. Afterwards its answer
 * stands (Envoy: FilterMatchState in source/extensions/filters/http/match_delegate/config.cc).
 */
export class FilterMatcher<Action> {
  private readonly matcher: Matcher<Action>
  private readonly stream: HttpStream
  private readonly seen: Seen = {}
  private settled = false

  constructor(matcher: Matcher<Action>, stream: HttpStream) {
    this.matcher = matcher
    this.stream = stream
  }

  /** Adds a part of a message; the answer when this part settles it, undefined before and after. */
  see(part: keyof Seen, headers: HeaderMap): MatchResult<Action> | undefined {
    if (this.settled) return undefined
    this.seen[part] = headers
    const { info } = this.stream
    const result = this.matcher.match({ connection: info.connection, info, ...this.seen })
    if (result.kind === 'insufficient') return undefined
    this.settled = true
    return result
  }
}
