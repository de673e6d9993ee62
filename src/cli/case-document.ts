import { readDocument } from '../envoy/index.ts'

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
 * Reads a case file, JSON or YAML. Plain scalars are what YAML 1.1 tools take them for (`on` is a boolean, `1e3` text).
 * @throws Error naming line and column if the text is neither, or the field that a case cannot do without.
 */
export function readCase(text: string): CaseDocument {
  const source = readDocument(text, { dialect: 'case' })
  const value = source.json as Json
  if (!isObject(value)) throw new Error('a case is a mapping with config, upstreams and requests')
  const refuse = (path: string, expected: string): never => {
    const { line, column } = source.locate(value[path] === undefined ? [] : [path])
    throw new Error(`${path}: ${expected} is expected (line ${line}, column ${column})`)
  }
  if (!isObject(value.config)) refuse('config', 'a mapping with listeners and clusters')
  for (const field of ['requests', 'connections'] as const) {
    if (value[field] === null) delete value[field]
    if (value[field] !== undefined && !Array.isArray(value[field])) refuse(field, 'a list')
  }
  return value as unknown as CaseDocument
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
