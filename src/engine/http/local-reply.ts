import { utf8 } from '../bytes.ts'
import { HeaderMap } from './header-map.ts'

/** A local reply before it is encoded; `rewrite` (local_reply_config) may change all of it. */
export interface LocalReply {
  status: number
  body: string
  headers: HeaderMap
  /** Of a body or format of local_reply_config: it replaces what the filter or route that replies has set. */
  contentType: string | undefined
}

export interface LocalReplyInput {
  isGrpc: boolean
  isHead: boolean
  status: number
  /** UTF-8 text. */
  body: string
  grpcStatus: number | undefined
  /** Route's response headers, then the filter's own changes. */
  modify(headers: HeaderMap): void
  rewrite(reply: LocalReply): void
}

/**
 * Headers and body of a reply made by Envoy itself (Http::Utility::prepareLocalReply in source/common/http/utility.cc):
 * plain text unless somebody said otherwise; a gRPC request gets status 200 and the outcome in grpc-status.
 */
export function prepareLocalReply(input: LocalReplyInput): { headers: HeaderMap; body: Uint8Array } {
  const headers = new HeaderMap('response', [[':status', String(input.status)]])
  input.modify(headers)
  const reply: LocalReply = { status: input.status, body: input.body, headers, contentType: undefined }
  input.rewrite(reply)
  const body = utf8(reply.body)

  if (input.isGrpc) {
    headers.set(':status', '200')
    headers.set('content-type', 'application/grpc')
    if (!headers.has('grpc-status') || input.grpcStatus !== undefined)
      headers.set('grpc-status', String(input.grpcStatus ?? grpcStatusOf(reply.status)))
    // JSON formats end in a line break, which has no place in a header.
    const ends = reply.contentType === 'application/json' && body.at(-1) === 0x0a
    const message = ends ? body.subarray(0, -1) : body
    if (reply.body !== '' && !input.isHead) headers.set('grpc-message', percentEncode(message))
    headers.remove('content-length')
    return { headers, body: new Uint8Array(0) }
  }

  if (body.length > 0) {
    headers.set('content-length', String(body.length))
    const { contentType } = reply
    if (contentType !== undefined || !headers.has('content-type'))
      headers.set('content-type', contentType ?? 'text/plain')
  } else {
    headers.remove('content-length')
    headers.remove('content-type')
  }
  return { headers, body: input.isHead ? new Uint8Array(0) : body }
}

/** gRPC status of an HTTP status (Grpc::Utility::httpToGrpcStatus). */
export function grpcStatusOf(status: number): number {
  switch (status) {
    case 400:
      return 13
    case 401:
      return 16
    case 403:
      return 7
    case 404:
      return 12
    case 429:
    case 502:
    case 503:
    case 504:
      return 14
    default:
      return 2
  }
}

/** grpc-message encoding: anything but printable ASCII, and %, becomes %XX (Http::Utility::PercentEncoding::encode). */
export function percentEncode(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes)
    out +=
      byte >= 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return out
}
