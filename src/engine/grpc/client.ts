import type { GrpcService } from '../../envoy/types/envoy/config/core/v3/grpc_service_pb.d.ts'
import { fromLatin1, fromUtf8 } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { Timer } from '../event-loop.ts'
import { HeaderParser } from '../format/header-parser.ts'
import { HeaderMap } from '../http/header-map.ts'
import { unsigned } from '../http/header-utility.ts'
import { grpcStatusOf } from '../http/local-reply.ts'
import { percentDecode } from '../match/query.ts'
import { createCoreRetryPolicy } from '../route/core-retry-policy.ts'
import type { RouteRetryPolicy } from '../route/types.ts'
import { grpcTimeoutText } from '../router/timeouts.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { Trace } from '../trace.ts'
import type { AsyncResponse } from '../upstream/types.ts'
import { grpcFrame, grpcMessages } from './frame.ts'

const UNKNOWN = 2
const RESOURCE_EXHAUSTED = 8
const INTERNAL = 13
const UNAVAILABLE = 14

/** One method of a service, by the full names of its descriptors. */
export interface GrpcMethod {
  /** `envoy.service.auth.v3.Authorization` */
  service: string
  /** `Check` */
  name: string
  request: string
  response: string
}

/** How a call ended: with a message, or with a status other than 0. */
export type GrpcOutcome<Response> =
  | { ok: true; message: Response }
  /** `detail` is grpc-message, or what went wrong on this side. */
  | { ok: false; status: number; detail: string }

export interface GrpcCallOptions {
  /** Milliseconds, told to the server in grpc-timeout; undefined or 0: as long as it takes. */
  timeoutMs: number | undefined
  /** The stream on whose behalf the call is made: what initial_metadata formats see. */
  parent: { info: StreamInfo; trace: Trace } | undefined
}

/** A service that can be called; made once for its place in the configuration. */
export interface GrpcClient {
  /** The cluster, or the target of google_grpc, for the trace. */
  readonly target: string
  /**
   * Sends one message and waits for one. `done` may be called before this returns (then undefined is returned: there is
   * nothing to cancel), as when the cluster does not exist.
   */
  unary<Response>(
    method: GrpcMethod,
    fields: Record<string, unknown>,
    options: GrpcCallOptions,
    done: (outcome: GrpcOutcome<Response>) => void,
  ): Timer | undefined
}

/** Where calls go and how they look on the wire. */
interface Target {
  name: string
  authority: string
  /** The cluster behind it, looked up at each call; undefined: nobody answers there. */
  cluster(): string | undefined
  envoyHeaders: boolean
  maxMessageLength: number
}

/**
 * A config.core.v3.GrpcService made ready for unary calls (Envoy: source/common/grpc/async_client_impl.cc; google_grpc:
 * google_async_client_impl.cc). A google_grpc target is taken to be the cluster that has an endpoint at its address.
 * @throws ConfigError at `path` for a service without target and for initial metadata that may not be set.
 */
export function createGrpcClient(config: GrpcService | undefined, path: string, services: EngineServices): GrpcClient {
  if (!config) throw new ConfigError(path, 'is required: name the service in envoy_grpc.cluster_name')
  const target = targetOf(config, path, services)
  const metadata = new HeaderParser(
    config.initialMetadata.map((header) => ({
      $typeName: 'envoy.config.core.v3.HeaderValueOption',
      header,
      appendAction: OVERWRITE,
      keepEmptyValue: false,
    })),
    [],
    { path, addField: 'initial_metadata', removeField: '', services },
  )
  const retryPolicy = config.retryPolicy && createCoreRetryPolicy(config.retryPolicy, '', `${path}.retry_policy`)
  return {
    target: target.name,
    unary: (method, fields, options, done) =>
      call({ target, metadata, retryPolicy, services }, method, fields, options, done),
  }
}

const OVERWRITE = 2

interface Setup {
  target: Target
  metadata: HeaderParser
  retryPolicy: RouteRetryPolicy | undefined
  services: EngineServices
}

function targetOf({ targetSpecifier }: GrpcService, path: string, services: EngineServices): Target {
  switch (targetSpecifier.case) {
    case 'envoyGrpc': {
      const { clusterName, authority, maxReceiveMessageLength, skipEnvoyHeaders } = targetSpecifier.value
      if (clusterName === '') throw new ConfigError(`${path}.envoy_grpc.cluster_name`, 'is required')
      return {
        name: clusterName,
        authority: authority || clusterName,
        cluster: () => (services.hasCluster(clusterName) ? clusterName : undefined),
        envoyHeaders: !skipEnvoyHeaders,
        maxMessageLength: maxReceiveMessageLength ?? 0,
      }
    }
    case 'googleGrpc': {
      const { targetUri, statPrefix } = targetSpecifier.value
      if (targetUri === '') throw new ConfigError(`${path}.google_grpc.target_uri`, 'is required')
      if (statPrefix === '') throw new ConfigError(`${path}.google_grpc.stat_prefix`, 'is required')
      const address = targetUri.replace(/^(?:dns|ipv4|ipv6):(?:\/\/[^/]*\/)?/, '')
      return {
        name: targetUri,
        authority: address,
        cluster: () => services.clusterAt?.(address),
        envoyHeaders: false,
        maxMessageLength: 0,
      }
    }
    default:
      throw new ConfigError(path, 'a gRPC service needs envoy_grpc or google_grpc')
  }
}

function call<Response>(
  { target, metadata, retryPolicy, services }: Setup,
  method: GrpcMethod,
  fields: Record<string, unknown>,
  options: GrpcCallOptions,
  done: (outcome: GrpcOutcome<Response>) => void,
): Timer | undefined {
  const cluster = target.cluster()
  if (cluster === undefined) {
    done({ ok: false, status: UNAVAILABLE, detail: 'Cluster not available' })
    return undefined
  }
  const headers = new HeaderMap('request', [
    [':method', 'POST'],
    [':path', `/${method.service}/${method.name}`],
    [':authority', target.authority],
    ['te', 'trailers'],
  ])
  if (options.timeoutMs) headers.set('grpc-timeout', grpcTimeoutText(options.timeoutMs))
  headers.set('content-type', 'application/grpc')
  if (options.parent) metadata.evaluate(headers, { info: options.parent.info })
  return services.asyncClient.send(
    cluster,
    headers,
    grpcFrame(services.registry.encode(method.request, fields)),
    {
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      sendInternal: target.envoyHeaders,
      sendXff: target.envoyHeaders,
      retryPolicy,
      parent: options.parent,
    },
    {
      onSuccess: (response) => done(outcomeOf(response, method, target.maxMessageLength, services)),
      onFailure: () => done({ ok: false, status: INTERNAL, detail: 'the stream was reset' }),
    },
  )
}

function outcomeOf<Response>(
  { headers, body, trailers }: AsyncResponse,
  method: GrpcMethod,
  maxLength: number,
  services: EngineServices,
): GrpcOutcome<Response> {
  const failed = (status: number, detail: string): GrpcOutcome<Response> => ({ ok: false, status, detail })
  const http = Number(headers.get(':status'))
  const last = trailers ?? (body.length === 0 ? headers : undefined)
  const status = last && statusOf(last)
  const headersOnly = !trailers && body.length === 0
  if (http !== 200 && !(headersOnly && status !== undefined))
    return failed(grpcStatusOf(http), `it answered with HTTP status ${http}`)
  const { messages, problem } = grpcMessages(body, maxLength)
  if (problem) return failed(problem === 'too long' ? RESOURCE_EXHAUSTED : INTERNAL, `bad gRPC framing: ${problem}`)
  if (!last) return failed(UNKNOWN, 'its answer ended without trailers')
  if (status !== 0) return failed(status ?? UNKNOWN, messageOf(last))
  const bytes = messages.at(-1)
  if (!bytes) return failed(INTERNAL, 'it sent no message')
  try {
    return { ok: true, message: services.registry.decodeBinary<Response>(method.response, bytes) }
  } catch {
    return failed(INTERNAL, `what it sent is no ${method.response}`)
  }
}

/** grpc-status; one that is no number counts as unknown (Grpc::Common::getGrpcStatus). */
function statusOf(headers: HeaderMap): number | undefined {
  const text = headers.get('grpc-status')
  if (!text) return undefined
  return unsigned(text) ?? UNKNOWN
}

function messageOf(headers: HeaderMap): string {
  return fromUtf8(fromLatin1(percentDecode(headers.get('grpc-message') ?? '')))
}
