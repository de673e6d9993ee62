import type { HeaderMap } from '../http/header-map.ts'
import type { ConnectionInfo, JsonValue, StreamInfo } from '../stream-info.ts'

/** What data inputs may look at. Network-level matchers have a connection only. */
export interface MatchContext {
  connection: ConnectionInfo
  info?: StreamInfo
  requestHeaders?: HeaderMap
  requestTrailers?: HeaderMap
  responseHeaders?: HeaderMap
  responseTrailers?: HeaderMap
}

/** What an input found: a byte string, or a structure for matchers that take one; undefined when there is nothing. */
export type InputValue = string | undefined | { json: JsonValue }

/**
 * Result of one evaluation. `insufficient`: an input needs data that has not come yet (response headers while decoding),
 * so that the caller asks again later. `skipped` are the actions of matches with keep_matching, in order.
 */
export type MatchResult<Action> =
  | { kind: 'match'; action: Action; skipped: Action[] }
  | { kind: 'noMatch'; skipped: Action[] }
  | { kind: 'insufficient'; skipped: Action[] }

/** xds.type.matcher.v3.Matcher, made ready once. */
export interface Matcher<Action> {
  match(context: MatchContext): MatchResult<Action>
  /** The data inputs' type names: callers refuse those that do not fit where the matcher stands. */
  readonly inputs: readonly string[]
  /** Whether keep_matching is used anywhere: not every place allows it. */
  readonly keepsMatching: boolean
}

/** A test on one byte string, with what it looks for in words. */
export interface TextMatcher {
  matches(value: string): boolean
  /** e.g. `exact "a"`, `regex ^a+$`. */
  readonly description: string
}
