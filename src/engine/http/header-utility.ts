import type { HeaderMap } from './header-map.ts'

/** Value characters that Envoy lets through (nghttp2_check_header_value): tab, and everything from space on except DEL. */
export function headerValueIsValid(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    if ((c < 0x20 && c !== 9) || c === 0x7f) return false
  }
  return true
}

/** Characters of an authority (nghttp2_check_authority), user info not among them. */
export function authorityIsValid(authority: string): boolean {
  return /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]%]*$/.test(authority)
}

/** True when `list`, split at commas and trimmed, has the token, whatever its case. */
export function hasToken(list: string | undefined, token: string): boolean {
  if (list === undefined) return false
  if (list.length === token.length) return list.toLowerCase() === token
  return list.split(',').some((part) => part.trim().toLowerCase() === token)
}

/** A request or answer that asks to leave HTTP: `connection` names `upgrade` and there is an `upgrade` header. */
export function isUpgrade(headers: HeaderMap): boolean {
  return headers.has('upgrade') && hasToken(headers.get('connection'), 'upgrade')
}

export function isGrpcContentType(headers: HeaderMap): boolean {
  const type = headers.get('content-type')
  return type !== undefined && /^application\/grpc(?:[+;]|$)/.test(type)
}

/** Grpc::Common::isGrpcRequestHeaders: a path and gRPC's content type. */
export function isGrpcRequest(headers: HeaderMap): boolean {
  return headers.has(':path') && isGrpcContentType(headers)
}

/** HeaderUtility::shouldCloseConnection: what the peer said about keeping an HTTP/1 connection. */
export function shouldCloseConnection(protocol: string, headers: HeaderMap): boolean {
  if (protocol === 'HTTP/2') return false
  const connection = headers.get('connection')
  if (protocol === 'HTTP/1.0' && !hasToken(connection, 'keep-alive')) return true
  if (protocol === 'HTTP/1.1' && hasToken(connection, 'close')) return true
  return hasToken(headers.get('proxy-connection'), 'close')
}

/** Methods whose requests have no body unless they say so. */
export function isBodiless(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'DELETE' || method === 'TRACE' || method === 'CONNECT'
}

/** Where the port begins in a host (the colon), or -1; an IPv6 address keeps the colons inside its brackets. */
export function portStart(host: string): number {
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? colon : -1
}

/** The decimal number a header holds (absl::SimpleAtoi of an unsigned one), or undefined. */
export function unsigned(value: string | undefined): number | undefined {
  if (value === undefined || !/^\s*\+?\d+\s*$/.test(value)) return undefined
  const number = Number(value)
  return number <= Number.MAX_SAFE_INTEGER ? number : undefined
}

/** Whitespace runs become one underscore each, as Envoy does in details (StringUtil::replaceAllEmptySpace). */
export function replaceSpaces(text: string): string {
  return text.replace(/[\t\n\v\f\r ]/g, '_')
}

/** RFC 9110's connection-specific headers that a proxy takes off each message. */
export function removeHopByHop(headers: HeaderMap): void {
  headers.remove('transfer-encoding')
  headers.remove('keep-alive')
  headers.remove('proxy-connection')
}
