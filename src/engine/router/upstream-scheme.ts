import type { HeaderMap } from '../http/header-map.ts'
import type { StreamInfo } from '../stream-info.ts'

/** Settles `:scheme` before a request leaves (FilterUtility::setUpstreamScheme). */
export function setUpstreamScheme(headers: HeaderMap, info: StreamInfo, upstreamTls: boolean): void {
  if (info.schemeMatchesUpstream) {
    headers.set(':scheme', upstreamTls ? 'https' : 'http')
    return
  }
  if (isScheme(headers.get(':scheme'))) return
  // A filter took the scheme away: what is left to go by is x-forwarded-proto, then the client's connection.
  const forwarded = headers.get('x-forwarded-proto')
  headers.set(':scheme', isScheme(forwarded) ? forwarded : info.connection.tls ? 'https' : 'http')
}

function isScheme(scheme: string | undefined): scheme is 'http' | 'https' {
  return scheme === 'http' || scheme === 'https'
}
