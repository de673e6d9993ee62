import type { RequestSpec } from '../../model/design.ts'

/** A request's target as one line: `http://shop.example.com/api/items`. */
export function urlOf({ tls, authority = 'example.com', path = '/' }: RequestSpec): string {
  return `${tls ? 'https' : 'http'}://${authority}${path}`
}

/**
 * Takes a line apart again. Without a scheme the connection stays as it is; `https` makes the client speak TLS with the
 * host as SNI.
 */
export function withUrl(request: RequestSpec, text: string): RequestSpec {
  const [, scheme, authority, path] = /^(?:(https?):\/\/)?([^/?#]*)(.*)$/s.exec(text.trim())!
  const { tls, ...plain } = request
  const target = { authority: authority ?? '', path: path?.startsWith('/') ? path : `/${path ?? ''}` }
  if (scheme === 'http') return { ...plain, ...target }
  if (scheme === undefined) return { ...request, ...target }
  return { ...request, ...target, tls: { ...tls, sni: (authority ?? '').replace(/:\d+$/, '') } }
}
