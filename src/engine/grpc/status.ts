/** The codes of gRPC by number, as Envoy and its clients print them. */
export const GRPC_STATUS = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

/** A code in words for the trace: `UNAVAILABLE (14)`. */
export function grpcStatusText(code: number): string {
  const name = GRPC_STATUS[code]
  return name === undefined ? String(code) : `${name} (${code})`
}
