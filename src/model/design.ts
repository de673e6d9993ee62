import * as z from 'zod/mini'
import { isObject, type Json, type JsonObject } from './json.ts'

/** The version of the document that this code writes. Older ones are brought here by `migrations.ts`. */
export const FORMAT = 1

const message = z.custom<JsonObject>(isObject, { error: 'expected an object' })
const json = z.custom<Json>((value) => value !== undefined, { error: 'expected a JSON value' })
const text = z.string()

/** Header and trailer fields in order: names may repeat. */
const fields = z.array(z.tuple([text, text]))

/** Bytes: text in UTF-8, or `{base64}` for what is not text. */
const bytes = z.union([text, z.strictObject({ base64: text })])

const tls = z.looseObject({
  sni: z.optional(text),
  alpn: z.optional(z.array(text)),
  clientCertificate: z.optional(text),
  clientKey: z.optional(text),
})

/** Where the client meant to go, when iptables redirected it to the listener. */
const originalDestination = z.looseObject({ ip: text, port: z.number() })

const request = z.looseObject({
  name: z.optional(text),
  method: z.optional(text),
  path: z.optional(text),
  authority: z.optional(text),
  headers: z.optional(fields),
  body: z.optional(bytes),
  trailers: z.optional(fields),
  protocol: z.optional(z.enum(['http1', 'http2'])),
  scheme: z.optional(text),
  tls: z.optional(tls),
  sourceAddress: z.optional(text),
  originalDestination: z.optional(originalDestination),
  proxyProtocol: z.optional(bytes),
  listener: z.optional(text),
  afterMs: z.optional(z.number()),
})

const connection = z.looseObject({
  name: z.optional(text),
  send: z.optional(z.array(bytes)),
  waitMs: z.optional(z.number()),
  tls: z.optional(tls),
  sourceAddress: z.optional(text),
  originalDestination: z.optional(originalDestination),
  proxyProtocol: z.optional(bytes),
  listener: z.optional(text),
})

const answer = z.looseObject({
  status: z.optional(z.number()),
  headers: z.optional(fields),
  body: z.optional(bytes),
  trailers: z.optional(fields),
  chunked: z.optional(z.boolean()),
  delayMs: z.optional(z.number()),
  reset: z.optional(z.boolean()),
})

const byteServer = z.looseObject({
  tcp: z.looseObject({ echo: z.optional(z.boolean()), reply: z.optional(bytes), greeting: z.optional(bytes) }),
})

/** What stands behind a cluster: answers used up one by one (the last repeats), nothing at all, or a byte server. */
const upstream = z.union([z.array(answer), z.literal('down'), byteServer], {
  error: 'expected a list of answers, "down", or {tcp: {echo | reply | greeting}}',
})

/** Envoy's resources as proto3 JSON with snake_case names, kept as they came: unknown fields and types too. */
const config = z.looseObject({
  listeners: z.array(message),
  routes: z.optional(z.array(message)),
  clusters: z.array(message),
  endpoints: z.optional(z.array(message)),
})

const base = z.union([z.strictObject({ id: text }), z.strictObject({ inline: config })], {
  error: 'expected {id: NAME} of a bundled base, or {inline: {listeners, routes, clusters}}',
})

const istio = z.looseObject({
  version: text,
  proxy: z.enum(['gateway', 'sidecar', 'waypoint']),
  namespace: text,
  labels: z.record(text, text),
  base: z.optional(base),
})

/** What the user chose to see; nothing here changes what the proxy does. */
const view = z.looseObject({
  listener: z.optional(text),
  chain: z.optional(text),
  unlocked: z.optional(z.array(text)),
  /** By object: the YAML text that the user wrote for it, where it has comments. */
  comments: z.optional(z.record(text, text)),
  /** By script: the lines to stop at. */
  breakpoints: z.optional(z.record(text, z.array(z.number()))),
})

/**
 * The saved design: a superset of the case format. A test, a conformance case, a shared link and a saved design are
 * this one document. Unknown fields are kept at every level.
 */
export const designSchema = z.looseObject({
  format: z.literal(FORMAT),
  name: text,
  description: z.optional(text),
  istio: z.optional(istio),
  config,
  upstreams: z.record(text, upstream),
  requests: z.array(request),
  connections: z.array(connection),
  expect: z.optional(z.array(json)),
  view: z.optional(view),
})

export type Design = z.infer<typeof designSchema>
export type EnvoyConfig = z.infer<typeof config>
export type Istio = z.infer<typeof istio>
export type ProxyKind = Istio['proxy']
export type RequestSpec = z.infer<typeof request>
export type ConnectionSpec = z.infer<typeof connection>
export type Upstream = z.infer<typeof upstream>
export type UpstreamAnswer = z.infer<typeof answer>
export type Bytes = z.infer<typeof bytes>
export type Fields = z.infer<typeof fields>
export type DesignView = z.infer<typeof view>

/** What is wrong with a document, and where in it. */
export interface DesignIssue {
  path: readonly (string | number)[]
  message: string
}

/** Checks a document of the current format against the schema; never throws. */
export function checkDesign(document: unknown): { design: Design } | { issues: DesignIssue[] } {
  const result = z.safeParse(designSchema, document)
  // The document itself, not zod's copy of it: members keep their order, and `__proto__` stays data.
  if (result.success) return { design: document as Design }
  return {
    issues: result.error.issues.map((issue) => ({
      path: issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
      message: issue.message === 'Invalid input' ? explain(issue) : issue.message,
    })),
  }
}

function explain(issue: { code?: string; expected?: unknown }): string {
  if (issue.code === 'invalid_type') return `expected ${String(issue.expected)}`
  return 'has the wrong shape'
}

/** An empty proxy: where "New design" starts. */
export function emptyDesign(name = 'Untitled'): Design {
  return { format: FORMAT, name, config: { listeners: [], clusters: [] }, upstreams: {}, requests: [], connections: [] }
}
