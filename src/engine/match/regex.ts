import { RE2JS } from 're2js'
import { fromLatin1, fromUtf8, toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'

/** A compiled RE2 expression over byte strings. */
export interface Regex {
  readonly pattern: string
  /** RE2::FullMatch: the whole text, not a part of it. */
  matches(text: string): boolean
  /** Capture groups of a full match by number and name; undefined when it does not match. */
  groups(text: string): { byNumber: (string | undefined)[]; byName: Record<string, string> } | undefined
  /** RE2::GlobalReplace with `\0` to `\9` and `\\` in the substitution; the text itself when nothing matches. */
  replaceAll(text: string, substitution: string): string
}

const cache = new Map<string, Regex>()
const CACHE_LIMIT = 20_000

/**
 * Compiles once for each pattern, however many routes use it.
 * @throws ConfigError at `path` for what RE2 does not parse (Envoy refuses to load it).
 */
export function compileRegex(pattern: string, path: string): Regex {
  const known = cache.get(pattern)
  if (known) return known
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    throw new ConfigError(path, `invalid regex '${pattern}': ${error instanceof Error ? error.message : String(error)}`)
  }
  const regex = wrap(pattern, compiled)
  if (cache.size >= CACHE_LIMIT) cache.clear()
  cache.set(pattern, regex)
  return regex
}

function wrap(pattern: string, compiled: RE2JS): Regex {
  return {
    pattern,
    matches: (text) => compiled.testExact(decode(text)),
    groups(text) {
      const matcher = compiled.matcher(decode(text))
      if (!matcher.matches()) return undefined
      const byNumber: (string | undefined)[] = []
      for (let i = 0; i <= matcher.groupCount(); i++) byNumber.push(encode(matcher.group(i)))
      const byName: Record<string, string> = {}
      for (const [name, value] of Object.entries(matcher.getNamedGroups())) byName[name] = encode(value) ?? ''
      return { byNumber, byName }
    },
    replaceAll: (text, substitution) => toByteString(globalReplace(compiled, decode(text), substitution)),
  }
}

/** RE2 reads UTF-8, headers are bytes: only text past ASCII has to be decoded. */
function decode(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return fromUtf8(fromLatin1(text))
  return text
}

function encode(text: string | null): string | undefined {
  return text === null ? undefined : toByteString(text)
}

function globalReplace(compiled: RE2JS, text: string, substitution: string): string {
  const matcher = compiled.matcher(text)
  // A reference to a group that does not exist makes RE2 give up and leave the text alone.
  if (highestGroup(substitution) > matcher.groupCount()) return text
  let out = ''
  let at = 0
  let lastEnd = -1
  let replaced = false
  while (at <= text.length && matcher.find(at)) {
    const start = matcher.start()
    const end = matcher.end()
    if (start === lastEnd && start === end) {
      // An empty match right behind the last one is skipped, with the character it stands before.
      const width = (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
      out += text.slice(at, at + width)
      at += width
      continue
    }
    out += text.slice(at, start) + expand(substitution, (group) => matcher.group(group) ?? '')
    replaced = true
    at = end
    lastEnd = end
  }
  return replaced ? out + text.slice(at) : text
}

function highestGroup(substitution: string): number {
  let highest = 0
  for (const found of substitution.matchAll(/\\([\\0-9])/g))
    if (found[1] !== '\\') highest = Math.max(highest, Number(found[1]))
  return highest
}

function expand(substitution: string, group: (n: number) => string): string {
  return substitution.replace(/\\([\\0-9])/g, (_, what: string) => (what === '\\' ? '\\' : group(Number(what))))
}
