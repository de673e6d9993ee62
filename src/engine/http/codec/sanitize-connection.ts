import type { HeaderMap } from '../header-map.ts'
import { hasToken } from '../header-utility.ts'

const LEFT_ALONE = new Set(['close', 'http2-settings', 'upgrade', 'keep-alive'])

/**
 * Takes off the headers that `connection` nominates as hop-by-hop (Http::Utility::sanitizeConnectionHeader).
 * False when it nominates what a peer may not take away, such as `host` or `x-forwarded-for`.
 */
export function sanitizeConnectionHeader(headers: HeaderMap): boolean {
  const value = headers.get('connection') ?? ''
  const keepTe = new Set<string>()
  for (const token of value.split(',').map((part) => part.trim())) {
    const name = token.toLowerCase()
    if (name === '' || LEFT_ALONE.has(name)) continue
    if (
      name.startsWith(':') ||
      name === 'x-forwarded-for' ||
      name === 'x-forwarded-host' ||
      name === 'x-forwarded-proto'
    )
      return false
    if (name === 'host') {
      headers.remove(':authority')
      continue
    }
    if (!headers.has(name)) continue
    // gRPC asks to keep `te: trailers`: that token survives although the connection nominates it.
    if (name === 'te' && hasToken(headers.get('te'), 'trailers')) {
      headers.set('te', 'trailers')
      keepTe.add(token)
    } else headers.remove(name)
  }
  const kept = value
    .split(',')
    .map((part) => part.trim())
    .filter((token) => token !== '' && (LEFT_ALONE.has(token.toLowerCase()) || keepTe.has(token)))
  if (kept.length > 0) headers.set('connection', kept.join(','))
  else headers.remove('connection')
  return true
}
