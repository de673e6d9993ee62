/** An absolute URL in the pieces Envoy works with. */
export interface AbsoluteUrl {
  scheme: string
  hostAndPort: string
  /** Path and query with the fragment, `/` when there is none. */
  pathAndQuery: string
}

/**
 * Reads a URL as Http::Utility::Url does: scheme, host, optional port, then path. Undefined when it is no such thing.
 * `connect`: a CONNECT target, host and port only.
 */
export function parseUrl(text: string, connect = false): AbsoluteUrl | undefined {
  const at = connect ? 0 : text.indexOf('://')
  if (at < 0) return undefined
  const scheme = connect ? '' : text.slice(0, at)
  if (!connect && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return undefined
  const rest = connect ? text : text.slice(at + 3)
  const cut = rest.search(/[/?#]/)
  const authority = cut < 0 ? rest : rest.slice(0, cut)
  if (!validHostPort(authority)) return undefined
  let path = cut < 0 ? '' : rest.slice(cut)
  // A fragment needs a path or a query before it.
  if (path[0] === '#') return undefined
  if (connect)
    return path === '' && /:\d+$/.test(authority) ? { scheme, hostAndPort: authority, pathAndQuery: '' } : undefined
  if (path === '') path = '/'
  return { scheme: scheme.toLowerCase(), hostAndPort: authority, pathAndQuery: path }
}

function validHostPort(authority: string): boolean {
  const host = authority.includes('@') ? authority.slice(authority.lastIndexOf('@') + 1) : authority
  if (host.startsWith('[')) return /^\[[0-9A-Fa-f:.%]+\](?::\d{1,5})?$/.test(host)
  const match = /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(host)
  return match !== null && !/[\s<>\\^`{|}#]/.test(match[1]!) && Number(match[2] ?? 0) <= 65535
}
