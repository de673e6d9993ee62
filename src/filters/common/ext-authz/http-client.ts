import { fromLatin1, textOf, toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import { HeaderParser } from '../../../engine/format/index.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import { createCoreRetryPolicy } from '../../../engine/route/core-retry-policy.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { AsyncResponse } from '../../../engine/upstream/types.ts'
import type { HttpService } from '../../../envoy/types/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.d.ts'
import type { ListStringMatcher } from '../../../envoy/types/envoy/type/matcher/v3/string_pb.d.ts'
import { type AuthzAnswer, type AuthzHeader, bareAnswer } from './answer.ts'
import { type CheckRequest, joinedHeaders } from './check-request.ts'
import { type AuthzClient, DEFAULT_TIMEOUT_MS } from './client.ts'

const TO_REMOVE = 'x-envoy-auth-headers-to-remove'
const OVERWRITE = 2

/** Picks headers by name. */
export type NameMatcher = (name: string) => boolean

/** A ListStringMatcher over names of headers; `always` are matched besides. */
export function nameMatcher(
  list: ListStringMatcher | undefined,
  path: string,
  services: EngineServices,
  always: readonly string[] = [],
): NameMatcher {
  const matchers = (list?.patterns ?? []).map((pattern, i) =>
    createStringMatcher(pattern, `${path}.patterns[${i}]`, services),
  )
  return (name) => always.includes(name) || matchers.some((matcher) => matcher.matches(name))
}

/** The headers an HTTP service gets whether or not the configuration names them. */
export const ALWAYS_SENT = ['authorization', ':method', ':path', ':authority'] as const

/** The HTTP authorization service (Envoy: source/extensions/filters/common/ext_authz/ext_authz_http_impl.cc). */
export function createHttpAuthz(
  config: HttpService,
  path: string,
  services: EngineServices,
  rawHeaders: boolean,
): AuthzClient {
  const { serverUri, pathPrefix, pathOverride } = config
  const cluster = serverUri?.httpUpstreamType.value ?? ''
  if (!serverUri || cluster === '')
    throw new ConfigError(`${path}.server_uri`, 'is required, with the cluster that answers')
  if (pathPrefix !== '' && !pathPrefix.startsWith('/'))
    throw new ConfigError(`${path}.path_prefix`, `'${pathPrefix}' has to begin with /`)
  if (pathOverride !== '' && !pathOverride.startsWith('/'))
    throw new ConfigError(`${path}.path_override`, `'${pathOverride}' has to begin with /`)
  if (pathOverride !== '' && pathPrefix !== '')
    throw new ConfigError(`${path}.path_override`, 'cannot be set together with path_prefix')
  const timeoutMs = millis(serverUri.timeout) ?? DEFAULT_TIMEOUT_MS
  const retryPolicy = config.retryPolicy && createCoreRetryPolicy(config.retryPolicy, '', `${path}.retry_policy`)
  const toAdd = headersToAdd(config, `${path}.authorization_request`, services)
  const read = answerReader(config, `${path}.authorization_response`, services)
  const pathFor = (original: string) => pathOverride || (pathPrefix === '' ? original : pathPrefix + original)

  return {
    target: cluster,
    check(request, parent, done) {
      if (!services.hasCluster(cluster)) {
        done(bareAnswer('error', `cluster '${cluster}' does not exist`))
        return undefined
      }
      const { headers, body } = messageOf(request, rawHeaders, (original) => toByteString(pathFor(original)))
      toAdd.evaluate(headers, { info: parent.info })
      return services.asyncClient.send(
        cluster,
        headers,
        body,
        { timeoutMs, sendXff: false, retryPolicy, parent },
        {
          onSuccess: (response) => done(read(response)),
          onFailure: () => done(bareAnswer('error', 'the stream to the service was reset')),
        },
      )
    },
  }
}

function headersToAdd(config: HttpService, path: string, services: EngineServices): HeaderParser {
  const options = (config.authorizationRequest?.headersToAdd ?? []).map((header) => ({
    $typeName: 'envoy.config.core.v3.HeaderValueOption' as const,
    header,
    appendAction: OVERWRITE,
    keepEmptyValue: false,
  }))
  return new HeaderParser(options, [], { path, addField: 'headers_to_add', removeField: '', services })
}

function messageOf(
  { http }: CheckRequest,
  rawHeaders: boolean,
  pathFor: (original: string) => string,
): { headers: HeaderMap; body: Uint8Array | undefined } {
  const body = http?.body?.bytes
  const headers = new HeaderMap('request', [['content-length', String(body?.length ?? 0)]])
  const seen = http?.headers ?? []
  for (const [name, value] of rawHeaders ? seen : Object.entries(joinedHeaders(seen)))
    if (name !== 'content-length') headers.add(name, name === ':path' ? pathFor(value) : value)
  return { headers, body }
}

function answerReader(config: HttpService, path: string, services: EngineServices) {
  const response = config.authorizationResponse
  const upstream = nameMatcher(response?.allowedUpstreamHeaders, `${path}.allowed_upstream_headers`, services)
  const append = nameMatcher(
    response?.allowedUpstreamHeadersToAppend,
    `${path}.allowed_upstream_headers_to_append`,
    services,
  )
  const onSuccess = nameMatcher(
    response?.allowedClientHeadersOnSuccess,
    `${path}.allowed_client_headers_on_success`,
    services,
  )
  const toMetadata = nameMatcher(
    response?.dynamicMetadataFromHeaders,
    `${path}.dynamic_metadata_from_headers`,
    services,
  )
  const onDenial = denialMatcher(response?.allowedClientHeaders, `${path}.allowed_client_headers`, services)

  return ({ headers, body }: AsyncResponse): AuthzAnswer => {
    const status = Number(headers.get(':status'))
    if (status >= 500 && status < 600) return bareAnswer('error', `the service answered ${status}`)
    const toRemove = headers.getAll(TO_REMOVE).flatMap(tokens)
    headers.remove(TO_REMOVE)
    const found = headers.pairs()
    const metadata: JsonObject = {}
    for (const [name, value] of found) if (toMetadata(name)) metadata[name] = textOf(fromLatin1(value))
    const common = { status, metadata }
    const pick = (matches: NameMatcher, action: AuthzHeader['action']) =>
      found.filter(([name]) => matches(name)).map(([name, value]) => header(name, value, action))
    if (status !== 200)
      return {
        ...bareAnswer('denied', `the service answered ${status}`),
        ...common,
        body: textOf(body),
        replyHeaders: pick(onDenial, 'OVERWRITE_IF_EXISTS_OR_ADD'),
      }
    return {
      ...bareAnswer('ok', 'the service answered 200'),
      ...common,
      requestHeaders: [...pick(upstream, 'OVERWRITE_IF_EXISTS_OR_ADD'), ...pick(append, 'APPEND_IF_EXISTS_OR_ADD')],
      responseHeaders: pick(onSuccess, 'APPEND_IF_EXISTS_OR_ADD'),
      headersToRemove: toRemove,
    }
  }
}

// Without a list of the user's own, everything but the host goes to the client.
function denialMatcher(list: ListStringMatcher | undefined, path: string, services: EngineServices): NameMatcher {
  if (!list || list.patterns.length === 0) return (name) => name !== ':authority'
  return nameMatcher(list, path, services, [':status', 'content-length', 'www-authenticate', 'location'])
}

function header(name: string, value: string, action: AuthzHeader['action']): AuthzHeader {
  return { name, value, action, legacyAppend: false }
}

function tokens(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
