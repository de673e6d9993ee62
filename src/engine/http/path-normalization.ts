import type { HeaderMap } from './header-map.ts'

/** What normalising a path came to. */
export type PathAction = 'continue' | 'reject' | 'redirect'

export interface PathOptions {
  normalize: boolean
  mergeSlashes: boolean
  escapedSlashes: 'keep' | 'reject' | 'redirect' | 'forward'
}

/** Sanitises `:path` as the connection manager is told to (ConnectionManagerUtility::maybeNormalizePath). */
export function normalizePath(headers: HeaderMap, options: PathOptions): PathAction {
  const path = headers.get(':path')
  if (path === undefined) return 'continue'
  if (path.includes('#')) return 'reject'
  let action: PathAction = 'continue'
  if (options.escapedSlashes !== 'keep') {
    const unescaped = unescapeSlashes(path)
    if (unescaped !== path) {
      // Whoever formats the reply of a rejected request sees the path unescaped.
      headers.set(':path', unescaped)
      if (options.escapedSlashes === 'reject') return 'reject'
      if (options.escapedSlashes === 'redirect') action = 'redirect'
    }
  }
  if (options.normalize) {
    const canonical = canonicalPath(headers.get(':path')!)
    if (canonical === undefined) return 'reject'
    headers.set(':path', canonical)
  }
  if (options.mergeSlashes) headers.set(':path', mergeSlashes(headers.get(':path')!))
  return action
}

function split(path: string): [string, string] {
  const at = path.indexOf('?')
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)]
}

function unescapeSlashes(path: string): string {
  const [before, query] = split(path)
  return before.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') + query
}

/** Runs of slashes before the query become one. */
export function mergeSlashes(path: string): string {
  const [before, query] = split(path)
  if (!before.includes('//')) return path
  const parts = before.split('/').filter((part) => part !== '')
  return (before[0] === '/' ? '/' : '') + parts.join('/') + (before.endsWith('/') ? '/' : '') + query
}

const PLAIN = /[A-Za-z0-9\-_~]/
// Characters of a path that the URL canonicaliser writes as %XX.
const ESCAPED = /[\0-\x20"#<>?^`{|}\x7f-\xff]/

/**
 * A path as the URL canonicaliser that Envoy uses writes it: dot segments resolved (`%2e` is a dot), backslashes turned,
 * needless escapes undone, others kept. Undefined when it cannot be (an escaped NUL).
 */
export function canonicalPath(path: string): string | undefined {
  const [before, query] = split(path)
  // Parameters behind a dot segment are no reason not to see it.
  const flat = decodeNeedless(before.replace(/(^|\/)(\.\.?);[^/]*(?=\/|$)/g, '$1$2'))
  if (flat === undefined) return undefined
  const out: string[] = []
  const segments = flat.split(/[/\\]/)
  const last = segments.length - 1
  for (let i = 1; i <= last; i++) {
    const segment = segments[i]!
    if (segment === '.' || segment === '..') {
      if (segment === '..') out.pop()
      if (i === last) out.push('')
    } else out.push(segment)
  }
  return `/${out.join('/')}${query}`
}

function decodeNeedless(path: string): string | undefined {
  let out = ''
  for (let i = 0; i < path.length; i++) {
    const char = path[i]!
    if (char === '%') {
      const hex = path.slice(i + 1, i + 3)
      if (!/^[0-9A-Fa-f]{2}$/.test(hex)) {
        out += '%'
        continue
      }
      const code = Number.parseInt(hex, 16)
      if (code === 0) return undefined
      const decoded = String.fromCharCode(code)
      out += PLAIN.test(decoded) || decoded === '.' ? decoded : `%${hex}`
      i += 2
    } else if (ESCAPED.test(char)) out += `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
    else out += char
  }
  return out
}
