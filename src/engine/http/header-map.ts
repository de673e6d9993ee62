/** One header: a lower-case name and a value, both byte strings (see bytes.ts). */
export type HeaderPair = readonly [name: string, value: string]

/** Which of Envoy's O(1) header sets a map has: adding one of those again appends to the value that is there. */
export type HeaderMapKind = 'request' | 'response' | 'trailers'

const BOTH = [
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'proxy-connection',
  'proxy-status',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-envoy-attempt-count',
  'x-envoy-decorator-operation',
  'x-request-id',
]

// Envoy's own and those that its extensions register: what the real one treats as one header, found by trying.
const INLINE: Record<HeaderMapKind, ReadonlySet<string>> = {
  request: new Set([
    ...BOTH,
    ':authority',
    ':method',
    ':path',
    ':protocol',
    ':scheme',
    'accept',
    'accept-encoding',
    'access-control-request-headers',
    'access-control-request-method',
    'access-control-request-private-network',
    'authorization',
    'cdn-loop',
    'expect',
    'grpc-accept-encoding',
    'grpc-timeout',
    'if-match',
    'if-modified-since',
    'if-none-match',
    'if-range',
    'if-unmodified-since',
    'origin',
    'pragma',
    'referer',
    'te',
    'user-agent',
    'x-client-trace-id',
    'x-envoy-downstream-service-cluster',
    'x-envoy-downstream-service-node',
    'x-envoy-expected-rq-timeout-ms',
    'x-envoy-external-address',
    'x-envoy-force-trace',
    'x-envoy-hedge-on-per-try-timeout',
    'x-envoy-internal',
    'x-envoy-ip-tags',
    'x-envoy-is-timeout-retry',
    'x-envoy-max-retries',
    'x-envoy-original-host',
    'x-envoy-original-path',
    'x-envoy-original-url',
    'x-envoy-retriable-header-names',
    'x-envoy-retriable-status-codes',
    'x-envoy-retry-grpc-on',
    'x-envoy-retry-on',
    'x-envoy-upstream-alt-stat-name',
    'x-envoy-upstream-rq-per-try-timeout-ms',
    'x-envoy-upstream-rq-timeout-alt-response',
    'x-envoy-upstream-rq-timeout-ms',
    'x-envoy-upstream-stream-duration-ms',
    'x-forwarded-client-cert',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-proto',
  ]),
  response: new Set([
    ...BOTH,
    ':status',
    'access-control-allow-credentials',
    'access-control-allow-headers',
    'access-control-allow-methods',
    'access-control-allow-origin',
    'access-control-allow-private-network',
    'access-control-expose-headers',
    'access-control-max-age',
    'age',
    'date',
    'etag',
    'expires',
    'grpc-message',
    'grpc-status',
    'last-modified',
    'location',
    'server',
    'vary',
    'x-envoy-degraded',
    'x-envoy-immediate-health-check-fail',
    'x-envoy-ratelimited',
    'x-envoy-upstream-canary',
    'x-envoy-upstream-healthchecked-cluster',
    'x-envoy-upstream-service-time',
  ]),
  trailers: new Set(['grpc-status', 'grpc-message']),
}

/** How the names of one message are written in HTTP/1, when it was read with their spelling kept. */
export interface HeaderKeyFormatter {
  /** The spelling of a lower-case name. */
  format(name: string): string
  /** The reason phrase of the response, where it is to be passed on. */
  readonly reason: string | undefined
}

/**
 * Headers in the order they travel, with Envoy's rules for repeated names (source/common/http/header_map_impl.cc):
 * a name of the O(1) set occurs once and is appended to with `,`, any other may occur many times; pseudo headers stand first.
 * In a request `host` is another name for `:authority`.
 */
export class HeaderMap {
  /** Set by a codec that keeps the spelling of names. */
  keys?: HeaderKeyFormatter
  private names: string[] = []
  private values: string[] = []
  private inline: ReadonlySet<string>
  private readonly aliased: boolean
  readonly kind: HeaderMapKind
  /** Grows with each change: a cheap way to see that a filter changed nothing. */
  version = 0

  constructor(kind: HeaderMapKind, pairs: Iterable<HeaderPair> = []) {
    this.kind = kind
    this.inline = INLINE[kind]
    this.aliased = kind === 'request'
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
    const i = this.names.indexOf(this.own(name))
    return i < 0 ? undefined : this.values[i]
  }

  has(name: string): boolean {
    return this.names.includes(this.own(name))
  }

  /** All values of a name, in order. */
  getAll(name: string): string[] {
    const found: string[] = []
    const own = this.own(name)
    for (let i = 0; i < this.names.length; i++) if (this.names[i] === own) found.push(this.values[i]!)
    return found
  }

  /** All values joined with commas, or undefined when there is none (HeaderUtility::getAllOfHeaderAsString). */
  joined(name: string, separator = ','): string | undefined {
    const all = this.getAll(name)
    return all.length === 0 ? undefined : all.join(separator)
  }

  /** Adds a header; a name of the O(1) set that is there already gets the value appended instead (addCopy). */
  add(name: string, value: string): void {
    const own = this.own(name)
    const i = this.inline.has(own) ? this.names.indexOf(own) : -1
    if (i >= 0) this.appendAt(i, value)
    else this.insert(own, value)
  }

  /** Appends to the first value of the name with a comma, or adds it (appendCopy). */
  append(name: string, value: string): void {
    const own = this.own(name)
    const i = this.names.indexOf(own)
    if (i >= 0) this.appendAt(i, value)
    else this.insert(own, value)
  }

  /** Makes `value` the only value of the name. One of the O(1) set keeps its place, as by its own setter (setPath, ...). */
  set(name: string, value: string): void {
    const own = this.own(name)
    const i = this.inline.has(own) ? this.names.indexOf(own) : -1
    if (i < 0) {
      this.replace(own, value)
      return
    }
    this.values[i] = value
    this.version++
  }

  /** Makes `value` the only value of a name that somebody configured or wrote: it goes to the end (setCopy, setReferenceKey). */
  replace(name: string, value: string): void {
    this.remove(name)
    this.insert(this.own(name), value)
  }

  /** Removes every header of the name; says how many there were. */
  remove(name: string): number {
    const own = this.own(name)
    return this.removeIf((candidate) => candidate === own)
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
    if (this.keys) copy.keys = this.keys
    return copy
  }

  private own(name: string): string {
    return this.aliased && name === 'host' ? ':authority' : name
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
