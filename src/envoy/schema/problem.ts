import type { Path } from '../document/path.ts'

export type Severity = 'error' | 'warning' | 'info'

/** The kinds of finding; they are part of the command line's output and stay stable. */
export type Rule =
  | 'syntax'
  | 'duplicate-key'
  | 'not-recognised'
  | 'unknown-field'
  | 'wrong-type'
  | 'enum'
  | 'duration'
  | 'oneof'
  | 'required'
  | 'constraint'
  | 'single-value'
  | 'unknown-type'
  | 'missing-type'
  | 'v2-type'
  | 'contrib-type'
  | 'deprecated'
  | 'old-name'
  | 'terminal-filter'
  | 'duplicate-filter'
  | 'duplicate-match'
  | 'regex'
  | 'lua'
  | 'unknown-cluster'
  | 'per-route'
  | 'patch'
  | 'resource'

export interface Problem {
  path: Path
  /** The key at the path is at fault rather than its value. */
  at?: 'key'
  severity: Severity
  rule: Rule
  message: string
  /** What to write instead of the value, or of the key, at the path. */
  suggestion?: string
}
