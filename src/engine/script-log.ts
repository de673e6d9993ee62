import type { LogLine } from './trace.ts'

/** How many lines are kept for a step that may never come. */
const KEPT = 100

/**
 * Errors of scripts that have no stream of their own to log to: string matchers, cluster specifiers. Whoever writes the
 * step in which they ran takes them.
 */
export class ScriptLog {
  private lines: LogLine[] = []
  private explaining = false

  add(line: LogLine): void {
    if (this.lines.length < KEPT) this.lines.push(line)
  }

  /** What was added since the last time. */
  take(): LogLine[] {
    return this.lines.length === 0 ? this.lines : this.lines.splice(0)
  }

  /** True while the trace asks matchers once more for what they have said: a script is not to be run for that. */
  get isExplaining(): boolean {
    return this.explaining
  }

  /** Runs what asks once more. */
  explain<T>(ask: () => T): T {
    this.explaining = true
    try {
      return ask()
    } finally {
      this.explaining = false
    }
  }
}
