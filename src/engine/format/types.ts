import type { HeaderMap } from '../http/header-map.ts'
import type { JsonValue, StreamInfo } from '../stream-info.ts'

/** What a substitution command may look at (Formatter::Context). All headers are byte strings. */
export interface FormatContext {
  info: StreamInfo
  /** Left out: `info.requestHeaders`. */
  requestHeaders?: HeaderMap
  responseHeaders?: HeaderMap
  responseTrailers?: HeaderMap
  /** %LOCAL_REPLY_BODY%, a byte string. */
  localReplyBody?: string
  /** JSON bodies, for the commands of filters that read them (byte strings). */
  requestBody?: JsonValue
  responseBody?: JsonValue
  /** %ACCESS_LOG_TYPE%, e.g. `DownstreamEnd`. */
  accessLogType?: string
}

/** One command of a format: its value as text (a byte string) or as JSON; undefined when there is none. */
export interface Command {
  text(context: FormatContext): string | undefined
  /** For JSON formats: numbers and structures keep their type there. */
  value(context: FormatContext): JsonValue | undefined
}

/** A parsed text format. */
export interface Formatter {
  /** The line as a byte string; commands without a value print `-`, or nothing under omit_empty_values. */
  format(context: FormatContext): string
  /** The text when no part of it depends on the stream: headers with fixed values are the usual case. */
  readonly constant: string | undefined
}

/** A SubstitutionFormatString made ready: text or JSON, as a byte string. */
export interface BodyFormatter extends Formatter {
  /** content_type as configured, or the default of the format's kind: text/plain, application/json. */
  readonly contentType: string
}
