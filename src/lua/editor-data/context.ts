/** Another filter of the chain, as far as metadata goes. */
export interface ChainFilter {
  name: string
  /** Namespaces of dynamic metadata that it writes; `*` when that cannot be told. */
  writes: readonly string[]
}

/** What the editor knows of where a script stands; everything may be left out. */
export interface LuaContext {
  /** The field that holds it. `inline_code` is deprecated. */
  field?: 'inline_code' | 'default_source_code' | 'source_codes' | 'source_code'
  /** Names of the clusters that are configured; left out when they are not known. */
  clusters?: readonly string[]
  /** Filters before and behind it on the request path. */
  before?: readonly ChainFilter[]
  after?: readonly ChainFilter[]
  /** Namespaces that belong to one kind of filter: nothing else writes them. */
  writers?: readonly string[]
  /** The resource that carries it; Istio's TrafficExtension takes 64 KiB. */
  resource?: 'TrafficExtension' | 'EnvoyFilter'
  /** What kind of script it is; an HTTP filter's unless told. */
  kind?: 'http' | 'clusterSpecifier' | 'stringMatcher'
}

export type Severity = 'error' | 'warning' | 'info'

/** Something to say about a stretch of a script. Positions are offsets into it, `line` and `column` count from 1. */
export interface LuaDiagnostic {
  start: number
  end: number
  line: number
  column: number
  severity: Severity
  code: string
  message: string
  /** What to put in its place. */
  suggestion?: string
}

export interface Completion {
  label: string
  kind: 'method' | 'function' | 'variable' | 'keyword' | 'library' | 'field' | 'snippet' | 'value'
  /** What is inserted; the label unless given. */
  insert?: string
  /** Signature or type. */
  detail: string
  doc: string
  link?: string
}
