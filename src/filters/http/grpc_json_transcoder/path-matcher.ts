import type { HttpTemplate } from './http-template.ts'

/** A value that the path or the query has for a field. */
export interface Binding {
  fieldPath: string[]
  /** Byte string. */
  value: string
}

/** Which escapes of a part with several segments are undone; in a single segment all of them are. */
export type Unescape = 'except reserved' | 'except slash' | 'all'

export interface MatcherOptions {
  unescape: Unescape
  plusIsSpace: boolean
  /** `/a:b` asks for the verb b even when no template knows it. */
  unregisteredVerbs: boolean
  ignoredParameters: ReadonlySet<string>
}

interface Node<T> {
  children: Map<string, Node<T>>
  byMethod: Map<string, { target: T; template: HttpTemplate } | 'ambiguous'>
}

const RESERVED = new Set("!#$&'()*+,/:;=?@[]")

/**
 * Finds the method for a request: literals go before `*`, and `*` before `**`. Two methods with the same template make
 * requests for it resolve to none. (The transcoding library's PathMatcher.)
 */
export class PathMatcher<T> {
  private readonly root: Node<T> = { children: new Map(), byMethod: new Map() }
  private readonly verbs = new Set<string>()
  private readonly options: MatcherOptions

  constructor(options: MatcherOptions) {
    this.options = options
  }

  register(httpMethod: string, template: HttpTemplate, target: T): void {
    let node = this.root
    const parts = template.verb === '' ? template.segments : [...template.segments, template.verb]
    for (const part of parts) {
      let child = node.children.get(part)
      if (!child) {
        child = { children: new Map(), byMethod: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    if (template.verb !== '') this.verbs.add(template.verb)
    const taken = node.byMethod.has(httpMethod)
    node.byMethod.set(httpMethod, taken ? 'ambiguous' : { target, template })
  }

  lookup(httpMethod: string, path: string, query: string): { target: T; bindings: Binding[] } | undefined {
    const parts = this.split(path)
    const found = find(this.root, parts, 0, httpMethod, false)
    if (!found || found === 'ambiguous') return undefined
    const bindings = this.pathBindings(found.template, parts)
    return { target: found.target, bindings: [...bindings, ...this.queryBindings(query)] }
  }

  private split(path: string): string[] {
    const colon = path.lastIndexOf(':')
    const verb = colon > path.lastIndexOf('/') ? path.slice(colon + 1) : undefined
    const isVerb = verb !== undefined && (this.options.unregisteredVerbs || this.verbs.has(verb))
    const parts = (isVerb ? path.slice(0, colon) : path).slice(1).split('/')
    while (parts.at(-1) === '') parts.pop()
    return isVerb ? [...parts, verb] : parts
  }

  private pathBindings(template: HttpTemplate, parts: string[]): Binding[] {
    return template.variables.map(({ fieldPath, start, end }) => {
      const stop = end >= 0 ? end : parts.length + end + 1
      const several = stop - start > 1 || end < 0
      const undo = several ? this.options.unescape : 'all'
      const value = parts.slice(start, stop).map((part) => unescapeUrl(part, undo, false))
      return { fieldPath, value: value.join('/') }
    })
  }

  private queryBindings(query: string): Binding[] {
    return query.split('&').flatMap((parameter) => {
      const equals = parameter.indexOf('=')
      const name = parameter.slice(0, equals)
      if (equals <= 0 || this.options.ignoredParameters.has(name)) return []
      const value = unescapeUrl(parameter.slice(equals + 1), 'all', this.options.plusIsSpace)
      return [{ fieldPath: name.split('.'), value }]
    })
  }
}

function find<T>(node: Node<T>, parts: string[], at: number, httpMethod: string, rest: boolean): Found<T> {
  if (at === parts.length) return methodOf(node, httpMethod) ?? methodOf(node.children.get('**'), httpMethod)
  for (const key of [parts[at]!, '*', '**']) {
    const child = node.children.get(key)
    const found = child && find(child, parts, at + 1, httpMethod, key === '**')
    if (found) return found
  }
  if (rest) return find(node, parts, at + 1, httpMethod, true)
  // `**` stands for no segment too: then its verb follows at once.
  const none = node.children.get('**')
  return none ? find(none, parts, at, httpMethod, false) : undefined
}

type Found<T> = { target: T; template: HttpTemplate } | 'ambiguous' | undefined

function methodOf<T>(node: Node<T> | undefined, httpMethod: string): Found<T> {
  return node?.byMethod.get(httpMethod) ?? node?.byMethod.get('*')
}

/** Undoes %XX; a malformed escape stays. Byte strings. */
export function unescapeUrl(text: string, undo: Unescape, plusIsSpace: boolean): string {
  return text.replace(/%([0-9A-Fa-f]{2})|\+/g, (whole, hex: string | undefined) => {
    if (hex === undefined) return plusIsSpace ? ' ' : whole
    const char = String.fromCharCode(Number.parseInt(hex, 16))
    const kept = undo === 'except reserved' ? RESERVED.has(char) : undo === 'except slash' && char === '/'
    return kept ? whole : char
  })
}
