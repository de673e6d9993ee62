import type { HeaderMap } from '../http/header-map.ts'

/** A gRPC request by its content type: application/grpc, alone or with a `+` suffix (Grpc::Common::isGrpcRequestHeaders). */
export function isGrpcRequest(headers: HeaderMap | undefined): boolean {
  return headers?.has(':path') === true && isGrpcContentType(headers.get('content-type'))
}

export function isGrpcContentType(type: string | undefined): boolean {
  return type === 'application/grpc' || type?.startsWith('application/grpc+') === true
}

const FROM_HTTP: Record<number, number> = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 }

/** Grpc::Utility::httpToGrpcStatus. */
export function httpToGrpcStatus(status: number): number {
  return FROM_HTTP[status] ?? 2
}

/** grpc-status of trailers, else of headers; undefined when there is none, -1 for one that is no number. */
export function grpcStatusOf(headers: HeaderMap | undefined, trailers: HeaderMap | undefined): number | undefined {
  const text = trailers?.get('grpc-status') ?? headers?.get('grpc-status')
  if (text === undefined || text === '') return undefined
  return /^\d+$/.test(text) ? Number(text) : -1
}
