import type { HeaderMap } from '../../engine/http/header-map.ts'

const LONGEST_PATH = 256

/** What the client asked for, its path cut to 256 bytes, as refusals tell it back (Envoy: Http::Utility::buildOriginalUri). */
export function originalUri(headers: HeaderMap): string {
  const path = headers.get('x-envoy-original-path') ?? headers.get(':path')
  if (path === undefined) return ''
  return `${headers.get(':scheme') ?? ''}://${headers.get(':authority') ?? ''}${path.slice(0, LONGEST_PATH)}`
}
