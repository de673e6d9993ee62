import { parseDocument, type ScalarTag, type Tags } from 'yaml'

/** Bytes as a case writes them: text stands for its UTF-8 bytes, anything else is base64. */
export type CaseBytes = string | { base64: string }

export type HeaderPair = [name: string, value: string]

/** What the client's TLS says. Certificates are PEM. */
export interface CaseTls {
  sni?: string
  alpn?: string[]
  clientCertificate?: string
  clientKey?: string
}

/** What requests and raw connections have in common: how the client reaches the listener. */
export interface CaseClient {
  listener?: string
  sourceAddress?: string
  proxyProtocol?: CaseBytes
  tls?: CaseTls
  /** Milliseconds that pass before it is sent. */
  afterMs?: number
}

export interface CaseRequest extends CaseClient {
  method?: string
  path?: string
  authority?: string
  scheme?: string
  headers?: HeaderPair[]
  body?: CaseBytes
  trailers?: HeaderPair[]
  protocol?: 'http1' | 'http2'
}

export interface CaseConnection extends CaseClient {
  send?: CaseBytes[]
  /** How long the client listens after each `send`, in milliseconds (300). */
  waitMs?: number
}

/** One answer of an HTTP stub. */
export interface StubAnswer {
  status?: number
  headers?: HeaderPair[]
  body?: CaseBytes
  trailers?: HeaderPair[]
  chunked?: boolean
  delayMs?: number
  reset?: boolean
}

export interface TcpStub {
  tcp: { echo?: boolean; reply?: CaseBytes; greeting?: CaseBytes }
}

/** How a cluster's server behaves: answers in sequence (the last repeats), one answer for all, bytes, or nobody there. */
export type StubScript = 'down' | TcpStub | StubAnswer | StubAnswer[]

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export interface CaseDocument {
  description?: string
  config: JsonObject
  upstreams?: Record<string, StubScript>
  requests?: CaseRequest[]
  connections?: CaseConnection[]
  expect?: CaseResult[]
}

export interface CaseResponse {
  status?: number | null
  headers?: HeaderPair[]
  body?: CaseBytes
  trailers?: HeaderPair[]
  reset?: boolean
  closed?: boolean
  received?: CaseBytes
}

export interface UpstreamRecord {
  cluster: string
  method?: string
  path?: string
  authority?: string
  headers?: HeaderPair[]
  body?: CaseBytes
  trailers?: HeaderPair[]
  received?: CaseBytes
}

export interface CaseResult {
  response: CaseResponse
  upstream: UpstreamRecord[]
  details?: string
  flags?: string
  route?: string
  cluster?: string
}

/**
 * Reads a case file. Plain scalars resolve as Envoy's own YAML reader and the common YAML 1.1 tools agree: `yes`, `no`,
 * `on` and `off` are booleans; `1e3` and `0o17` are text, and so is an integer that a double cannot hold.
 * @throws Error naming line and column if the text is not YAML, or the field that a case cannot do without.
 */
export function parseCase(text: string): CaseDocument {
  const document = parseDocument(text, { merge: true, intAsBigInt: true, customTags: plainScalars })
  const problem = document.errors[0]
  if (problem) throw new Error(problem.message)
  const value = plain(document.toJS({ maxAliasCount: 1000 }))
  if (!isObject(value)) throw new Error('a case is a mapping with config, upstreams and requests')
  if (!isObject(value.config)) throw new Error('config: a mapping with listeners and clusters is expected')
  for (const field of ['requests', 'connections'] as const) {
    if (value[field] !== undefined && !Array.isArray(value[field])) throw new Error(`${field}: a list is expected`)
  }
  return value as unknown as CaseDocument
}

const BOOLEAN = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|false|False|FALSE|no|No|NO|off|Off|OFF)$/

function plainScalars(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || (tag.format !== 'EXP' && tag.format !== 'OCT'))
    .map((tag) => {
      if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:bool') return tag
      return { ...tag, test: BOOLEAN, resolve: (source: string) => /^(?:t|y|on)/i.test(source) } as ScalarTag
    })
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** BigInts become numbers, or text where a double would lose digits (proto3 JSON takes both). */
function plain(value: unknown): Json {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]))
  }
  return (value ?? null) as Json
}

/** The bytes a case means: none for a missing value, UTF-8 for text. */
export function toBytes(value: CaseBytes | number | undefined | null): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0)
  if (typeof value === 'object') return Buffer.from(value.base64, 'base64')
  return Buffer.from(String(value), 'utf8')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as a case writes them: text if they are UTF-8, else base64. */
export function fromBytes(bytes: Uint8Array): CaseBytes {
  try {
    return utf8.decode(bytes)
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}
