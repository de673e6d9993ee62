/** One header: a lower-case name and a value, both byte strings (see bytes.ts). */
export type HeaderPair = readonly [name: string, value: string]

/** Which of Envoy's O(1) header sets a map has: adding one of those again appends to the value that is there. */
export type HeaderMapKind = 'request' | 'response' | 'trailers'

const BOTH = [
  'connection',
  'grpc-accept-encoding',
  'grpc-status',
  'keep-alive',
  'proxy-connection',
  'server',
  'te',
  'transfer-encoding',
  'upgrade',
  'via',
  'content-length',
  'content-type',
  'x-request-id',
  'x-envoy-attempt-count',
  'x-envoy-upstream-service-time',
  'date',
]

const INLINE: Record<HeaderMapKind, ReadonlySet<string>> = {
  request: new Set([
    ...BOTH,
    ':authority',
    ':method',
    ':path',
    ':protocol',
    ':scheme',
    'client-trace-id',
    'envoy-downstream-service-cluster',
    'envoy-downstream-service-node',
    'expect',
    'forwarded-client-cert',
    'host',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-proto',
    'grpc-timeout',
    'user-agent',
    'x-envoy-expected-rq-timeout-ms',
    'x-envoy-external-address',
    'x-envoy-internal',
    'x-envoy-original-path',
    'x-envoy-downstream-service-cluster',
    'x-envoy-downstream-service-node',
    'x-envoy-retry-on',
    'x-envoy-decorator-operation',
    'x-forwarded-client-cert',
    'x-envoy-is-timeout-retry',
    'x-envoy-hedge-on-per-try-timeout',
    'x-envoy-max-retries',
    'x-envoy-retriable-status-codes',
    'x-envoy-retriable-header-names',
    'x-envoy-retry-grpc-on',
    'x-envoy-upstream-alt-stat-name',
    'x-envoy-upstream-rq-per-try-timeout-ms',
    'x-envoy-upstream-rq-timeout-alt-response',
    'x-envoy-upstream-rq-timeout-ms',
    'x-envoy-upstream-stream-duration-ms',
    'x-client-trace-id',
  ]),
  response: new Set([
    ...BOTH,
    ':status',
    'grpc-message',
    'location',
    'x-envoy-degraded',
    'x-envoy-immediate-health-check-fail',
    'x-envoy-ratelimited',
    'x-envoy-decorator-operation',
    'x-envoy-upstream-canary',
    'x-envoy-upstream-healthchecked-cluster',
  ]),
  trailers: new Set(['grpc-status', 'grpc-message']),
}

/**
 * Headers in the order they travel, with Envoy's rules for repeated names (source/common/http/header_map_impl.cc):
 * a name of the O(1) set occurs once and is appended to with `,`, any other may occur many times; pseudo headers stand first.
 */
export class HeaderMap {
  private names: string[] = []
  private values: string[] = []
  private inline: ReadonlySet<string>
  readonly kind: HeaderMapKind
  /** Grows with each change: a cheap way to see that a filter changed nothing. */
  version = 0

  constructor(kind: HeaderMapKind, pairs: Iterable<HeaderPair> = []) {
    this.kind = kind
    this.inline = INLINE[kind]
    for (const [name, value] of pairs) this.add(name, value)
  }

  get size(): number {
    return this.names.length
  }

  /** The bytes of all names and values, as Envoy counts them for its limits. */
  get byteSize(): number {
    let total = 0
    for (let i = 0; i < this.names.length; i++) total += this.names[i]!.length + this.values[i]!.length
    return total
  }

  /** The first value, or undefined. */
  get(name: string): string | undefined {
    const i = this.names.indexOf(name)
    return i < 0 ? undefined : this.values[i]
  }

  has(name: string): boolean {
    return this.names.includes(name)
  }

  /** All values of a name, in order. */
  getAll(name: string): string[] {
    const found: string[] = []
    for (let i = 0; i < this.names.length; i++) if (this.names[i] === name) found.push(this.values[i]!)
    return found
  }

  /** All values joined with commas, or undefined when there is none (HeaderUtility::getAllOfHeaderAsString). */
  joined(name: string, separator = ','): string | undefined {
    const all = this.getAll(name)
    return all.length === 0 ? undefined : all.join(separator)
  }

  /** Adds a header; a name of the O(1) set that is there already gets the value appended instead (addCopy). */
  add(name: string, value: string): void {
    const i = this.inline.has(name) ? this.names.indexOf(name) : -1
    if (i >= 0) this.appendAt(i, value)
    else this.insert(name, value)
  }

  /** Appends to the first value of the name with a comma, or adds it (appendCopy). */
  append(name: string, value: string): void {
    const i = this.names.indexOf(name)
    if (i >= 0) this.appendAt(i, value)
    else this.insert(name, value)
  }

  /** Makes `value` the only value of the name; it keeps the place of the first one (setCopy). */
  set(name: string, value: string): void {
    const i = this.names.indexOf(name)
    if (i < 0) {
      this.insert(name, value)
      return
    }
    for (let j = this.names.length - 1; j > i; j--) {
      if (this.names[j] !== name) continue
      this.names.splice(j, 1)
      this.values.splice(j, 1)
    }
    this.values[i] = value
    this.version++
  }

  /** Removes every header of the name; says how many there were. */
  remove(name: string): number {
    return this.removeIf((candidate) => candidate === name)
  }

  removeIf(predicate: (name: string, value: string) => boolean): number {
    let kept = 0
    for (let i = 0; i < this.names.length; i++) {
      if (predicate(this.names[i]!, this.values[i]!)) continue
      this.names[kept] = this.names[i]!
      this.values[kept] = this.values[i]!
      kept++
    }
    const removed = this.names.length - kept
    if (removed === 0) return 0
    this.names.length = kept
    this.values.length = kept
    this.version++
    return removed
  }

  clear(): void {
    this.removeIf(() => true)
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (let i = 0; i < this.names.length; i++) visit(this.names[i]!, this.values[i]!)
  }

  /** The headers as pairs: a copy. */
  pairs(): HeaderPair[] {
    return this.names.map((name, i) => [name, this.values[i]!])
  }

  clone(): HeaderMap {
    const copy = new HeaderMap(this.kind)
    copy.names = this.names.slice()
    copy.values = this.values.slice()
    return copy
  }

  private insert(name: string, value: string): void {
    this.version++
    if (name.charCodeAt(0) === 0x3a) {
      let at = 0
      while (at < this.names.length && this.names[at]!.charCodeAt(0) === 0x3a) at++
      this.names.splice(at, 0, name)
      this.values.splice(at, 0, value)
      return
    }
    this.names.push(name)
    this.values.push(value)
  }

  private appendAt(i: number, value: string): void {
    if (value === '') return
    const delimiter = this.names[i] === 'cookie' ? '; ' : ','
    this.values[i] = this.values[i] === '' ? value : this.values[i] + delimiter + value
    this.version++
  }
}
