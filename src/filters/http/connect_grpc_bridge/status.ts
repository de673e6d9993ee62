import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { grpcStatusOf } from '../../../engine/match/grpc.ts'

/** Name in the Connect protocol, and HTTP status of a unary response, by gRPC status. */
const CODES: readonly (readonly [name: string, httpStatus: number])[] = [
  ['code_0', 500],
  ['canceled', 408],
  ['unknown', 500],
  ['invalid_argument', 400],
  ['deadline_exceeded', 408],
  ['not_found', 404],
  ['already_exists', 409],
  ['permission_denied', 403],
  ['resource_exhausted', 429],
  ['failed_precondition', 412],
  ['aborted', 409],
  ['out_of_range', 400],
  ['unimplemented', 404],
  ['internal', 500],
  ['unavailable', 503],
  ['data_loss', 500],
  ['unauthenticated', 401],
]

interface ConnectError {
  code: string
  message?: string
}

/** The status of a call: undefined when there is none, -1 for one that gRPC does not know. */
export function statusOf(trailers: HeaderMap): number | undefined {
  const status = grpcStatusOf(undefined, trailers)
  return status === undefined || status < CODES.length ? status : -1
}

export function unaryHttpStatus(status: number): number {
  return CODES[status]?.[1] ?? 500
}

/** A unary error's body. */
export function errorJson(status: number, trailers: HeaderMap): Uint8Array {
  return json(connectError(status, trailers))
}

/** What a stream ends with: the error, if it is one, and the trailers as metadata. */
export function endOfStreamJson(trailers: HeaderMap): Uint8Array {
  const status = statusOf(trailers)
  const metadata: Record<string, string[]> = {}
  trailers.forEach((name, value) => {
    if (isMetadata(name)) metadata[name] = [...(metadata[name] ?? []), value]
  })
  return json({
    ...(status === 0 ? {} : { error: connectError(status ?? 0, trailers) }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  })
}

/** Headers that are the call's own, not gRPC's. */
export function isMetadata(name: string): boolean {
  return !name.startsWith('grpc-') && !name.startsWith(':')
}

function connectError(status: number, trailers: HeaderMap): ConnectError {
  const message = trailers.get('grpc-message')
  return { code: CODES[status]?.[0] ?? `code_${status}`, ...(message ? { message } : {}) }
}

// Values are byte strings: what is written is their bytes.
function json(value: unknown): Uint8Array {
  return Uint8Array.from(JSON.stringify(value), (char) => char.charCodeAt(0))
}
