import type { LogLine } from './trace.ts'

/** How many lines are kept for a step that may never come. */
const KEPT = 100

/**
 * Errors of scripts that have no stream of their own to log to: string matchers, cluster specifiers. Whoever writes the
 * step in which they ran takes them.
 */
export class ScriptLog {
  private lines: LogLine[] = []

  /** The trace may ask a matcher again why it did not match: the same error is kept once. */
  add(line: LogLine): void {
    const isKnown = this.lines.some((one) => one.script === line.script && one.text === line.text)
    if (!isKnown && this.lines.length < KEPT) this.lines.push(line)
  }

  /** What was added since the last time. */
  take(): LogLine[] {
    return this.lines.length === 0 ? this.lines : this.lines.splice(0)
  }
}
