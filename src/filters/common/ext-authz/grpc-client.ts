import { fromLatin1, latin1, toByteString } from '../../../engine/bytes.ts'
import { millis } from '../../../engine/duration.ts'
import { APPEND_ACTIONS } from '../../../engine/format/index.ts'
import { createGrpcClient, type GrpcMethod } from '../../../engine/grpc/client.ts'
import { grpcStatusText } from '../../../engine/grpc/status.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { Address, JsonObject } from '../../../engine/stream-info.ts'
import type { HeaderValueOption } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { GrpcService } from '../../../envoy/types/envoy/config/core/v3/grpc_service_pb.d.ts'
import type { CheckResponse, OkHttpResponse } from '../../../envoy/types/envoy/service/auth/v3/external_auth_pb.d.ts'
import { type AuthzAnswer, type AuthzHeader, bareAnswer } from './answer.ts'
import { type CheckRequest, joinedHeaders, wireText } from './check-request.ts'
import { type AuthzClient, DEFAULT_TIMEOUT_MS } from './client.ts'

const CHECK: GrpcMethod = {
  service: 'envoy.service.auth.v3.Authorization',
  name: 'Check',
  request: 'envoy.service.auth.v3.CheckRequest',
  response: 'envoy.service.auth.v3.CheckResponse',
}

export interface GrpcAuthzOptions {
  /** The body travels as bytes, not as text. */
  packAsBytes: boolean
  /** Headers travel one by one as bytes, not joined in a map of text. */
  rawHeaders: boolean
}

/** The gRPC authorization service (Envoy: source/extensions/filters/common/ext_authz/ext_authz_grpc_impl.cc). */
export function createGrpcAuthz(
  config: GrpcService,
  path: string,
  services: EngineServices,
  options: GrpcAuthzOptions,
): AuthzClient {
  const client = createGrpcClient(config, path, services)
  const timeoutMs = millis(config.timeout) ?? DEFAULT_TIMEOUT_MS
  return {
    target: client.target,
    check(request, parent, done) {
      return client.unary<CheckResponse>(CHECK, fieldsOf(request, options), { timeoutMs, parent }, (outcome) => {
        if (outcome.ok) return done(answerOf(outcome.message))
        const { status, detail } = outcome
        const reason = `the call failed: ${grpcStatusText(status)}${detail === '' ? '' : `, ${detail}`}`
        done({ ...bareAnswer('error', reason), grpcStatus: status })
      })
    },
  }
}

function fieldsOf(request: CheckRequest, options: GrpcAuthzOptions): Record<string, unknown> {
  const { source, destination, http, tlsSession } = request
  return {
    attributes: {
      source: { ...source, address: addressFields(source.address), principal: wireText(source.principal) },
      destination: { ...destination, address: addressFields(destination.address) },
      ...(http ? { request: requestFields(http, options) } : {}),
      ...(tlsSession ? { tlsSession } : {}),
      contextExtensions: request.contextExtensions,
      metadataContext: { filterMetadata: request.metadata },
      ...(http ? { routeMetadataContext: { filterMetadata: request.routeMetadata } } : {}),
    },
  }
}

function requestFields(http: NonNullable<CheckRequest['http']>, options: GrpcAuthzOptions): Record<string, unknown> {
  const { body, headers, time } = http
  const text = body && !options.packAsBytes ? wireText(latin1(body.bytes)) : ''
  return {
    time: { seconds: BigInt(Math.floor(time / 1000)), nanos: Math.round((time % 1000) * 1e6) },
    http: {
      id: http.id,
      method: wireText(http.method),
      path: wireText(http.path),
      host: wireText(http.host),
      scheme: wireText(http.scheme),
      size: BigInt(http.size),
      protocol: http.protocol,
      ...(options.rawHeaders
        ? { headerMap: { headers: headers.map(([key, value]) => ({ key, rawValue: fromLatin1(value) })) } }
        : { headers: textHeaders(headers) }),
      body: text,
      ...(body && options.packAsBytes ? { rawBody: body.bytes } : {}),
    },
  }
}

function textHeaders(headers: readonly [string, string][]): Record<string, string> {
  const joined = Object.entries(joinedHeaders(headers))
  return Object.fromEntries(joined.map(([name, value]) => [name, wireText(value)]))
}

function addressFields(address: Address): Record<string, unknown> {
  if (address.text !== undefined) return { address: { case: 'pipe', value: { path: address.text } } }
  return {
    address: {
      case: 'socketAddress',
      value: { address: address.ip, portSpecifier: { case: 'portValue', value: address.port } },
    },
  }
}

function answerOf(response: CheckResponse): AuthzAnswer {
  const { httpResponse } = response
  const code = response.status?.code ?? 0
  const ok = httpResponse.case === 'okResponse' ? httpResponse.value : undefined
  const metadata = (ok?.dynamicMetadata ?? response.dynamicMetadata) as JsonObject | undefined
  const common = { metadata, grpcStatus: code }
  if (code === 0) return { ...bareAnswer('ok', 'the service allows it'), ...common, ...(ok ? okParts(ok) : {}) }

  const isError = httpResponse.case === 'errorResponse'
  const reply = isError || httpResponse.case === 'deniedResponse' ? httpResponse.value : undefined
  const headers = (reply?.headers ?? []).map(readHeader)
  const status = reply?.status?.code || (isError ? undefined : 403)
  const reason = isError ? 'the service reports an error' : `the service denies it: ${grpcStatusText(code)}`
  return {
    ...bareAnswer(isError ? 'error' : 'denied', reason),
    ...common,
    status,
    body: reply?.body ?? '',
    // Those to be appended are left out of a denial.
    replyHeaders: headers.filter(({ legacyAppend }) => isError || !legacyAppend).map(asSet),
  }
}

function okParts(ok: OkHttpResponse): Partial<AuthzAnswer> {
  const request = ok.headers.map(readHeader)
  const response = readHeaders(ok.responseHeadersToAdd)
  const inOrder = (action: AuthzHeader['action']) => ORDER.indexOf(action)
  return {
    requestHeaders: [
      ...request.filter(({ legacyAppend }) => !legacyAppend).map(asSet),
      ...request.filter(({ legacyAppend }) => legacyAppend),
    ],
    responseHeaders: response.headers.sort((a, b) => inOrder(a.action) - inOrder(b.action)),
    invalidAction: response.invalid,
    headersToRemove: ok.headersToRemove.map(toByteString),
    queryToSet: ok.queryParametersToSet.map(({ key, value }) => [toByteString(key), toByteString(value)]),
    queryToRemove: ok.queryParametersToRemove.map(toByteString),
  }
}

// Envoy makes these changes kind by kind, not in the order of the answer.
const ORDER: AuthzHeader['action'][] = [
  'APPEND_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS',
]

// For requests and denials Envoy looks only at the deprecated append: whatever append_action says, the header is set.
function asSet(header: AuthzHeader): AuthzHeader {
  return { ...header, action: 'OVERWRITE_IF_EXISTS_OR_ADD' }
}

/** Headers whose action counts; one whose action does not exist is passed over. */
function readHeaders(options: readonly HeaderValueOption[]): { headers: AuthzHeader[]; invalid: boolean } {
  const usable = options.filter(({ append, appendAction }) => append !== undefined || APPEND_ACTIONS[appendAction])
  return { headers: usable.map(readHeader), invalid: usable.length < options.length }
}

function readHeader({ header, append, appendAction }: HeaderValueOption): AuthzHeader {
  const legacy = append === undefined ? undefined : append ? 'APPEND_IF_EXISTS_OR_ADD' : 'OVERWRITE_IF_EXISTS_OR_ADD'
  return {
    name: toByteString(header?.key ?? ''),
    value: toByteString(header?.value ?? ''),
    action: legacy ?? APPEND_ACTIONS[appendAction] ?? 'OVERWRITE_IF_EXISTS_OR_ADD',
    legacyAppend: append === true,
  }
}
