import type { LuaContext } from '../../../lua/editor-data/index.ts'
import { asObject, asText, isObject, type Json, type JsonObject, type Path } from '../../../model/json.ts'
import type { Subject } from '../subject.ts'

/** A script of the selected object. */
export interface Script {
  /** Where its text stands, from the object on. */
  path: Path
  /** For the list of scripts: `default`, its name among source_codes, the filter it overrides, or what it belongs to. */
  label: string
  field: NonNullable<LuaContext['field']>
  kind: NonNullable<LuaContext['kind']>
  text: string
  /** It comes from a file or an environment variable, which are not here. */
  elsewhere?: string
}

/** What is an object of its own on the canvas, and shows its scripts itself: by kind, from the object on. */
const INNER: Record<string, readonly string[]> = {
  listener: ['listener_filters', 'filter_chains', 'default_filter_chain'],
  chain: ['filters'],
  default: ['filters'],
  nf: ['typed_config/http_filters', 'typed_config/route_config'],
  routes: ['virtual_hosts'],
  inline: ['virtual_hosts'],
  vhost: ['routes'],
}

/** Messages that hold one script, in their `source_code`. */
const SINGLE: Record<string, Script['kind']> = {
  'envoy.extensions.filters.http.lua.v3.LuaPerRoute': 'http',
  'envoy.extensions.string_matcher.lua.v3.Lua': 'stringMatcher',
  'envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig': 'clusterSpecifier',
}
const FILTER = 'envoy.extensions.filters.http.lua.v3.Lua'

/** The scripts of an object, in the order they are offered; undefined when it is nothing that has scripts. */
export function scriptsOf(subject: Subject): Script[] | undefined {
  const found = search(subject.value, [], '', INNER[subject.kind] ?? [])
  if (found.length === 0) return undefined
  const count = new Map<string, number>()
  return found.map((script) => {
    const nth = (count.get(script.label) ?? 0) + 1
    count.set(script.label, nth)
    return nth === 1 ? script : { ...script, label: `${script.label} (${nth})` }
  })
}

/** The scripts in and below a value; `owner` names what it belongs to, '' for the selected object itself. */
function search(value: Json | undefined, path: Path, owner: string, inner: readonly string[]): Script[] {
  if (inner.includes(path.join('/'))) return []
  if (Array.isArray(value)) return value.flatMap((item, i) => search(item, [...path, i], ownerOf(item, owner), inner))
  if (!isObject(value)) return []
  const scripts = scriptsOfMessage(value, path, owner)
  if (scripts) return scripts
  return Object.entries(value).flatMap(([key, item]) => {
    // A map's keys name what is in it, but for the selected object's own fields.
    const within = path.at(-1) === 'typed_per_filter_config' ? key + (owner && ` of ${owner}`) : ownerOf(item, owner)
    return search(item, [...path, key], within, inner)
  })
}

function ownerOf(value: Json | undefined, owner: string): string {
  return asText(asObject(value).name) || owner
}

/** The scripts of a message that is known to have some; undefined for others. A TypedStruct is looked through. */
function scriptsOfMessage(message: JsonObject, path: Path, owner: string): Script[] | undefined {
  const url = asText(message['@type']) ?? ''
  const type = url.slice(url.lastIndexOf('/') + 1)
  if (type.endsWith('.TypedStruct')) {
    const value = asObject(message.value)
    return scriptsOfMessage({ ...value, '@type': message.type_url ?? '' }, [...path, 'value'], owner)
  }
  if (type === FILTER) return filterScripts(message, path, owner)
  const kind = Object.hasOwn(SINGLE, type) ? SINGLE[type] : undefined
  if (!kind) return undefined
  if (!isObject(message.source_code)) return []
  return [{ ...sourceScript(message.source_code, [...path, 'source_code'], owner || 'script', 'source_code'), kind }]
}

function filterScripts(config: JsonObject, at: Path, owner: string): Script[] {
  const label = (text: string) => (owner ? `${owner}: ${text}` : text)
  const named = Object.entries(asObject(config.source_codes)).map(([name, source]) =>
    sourceScript(asObject(source), [...at, 'source_codes', name], label(name), 'source_codes'),
  )
  const inline: Script[] =
    typeof config.inline_code === 'string'
      ? [
          {
            path: [...at, 'inline_code'],
            label: label('inline_code (deprecated)'),
            field: 'inline_code',
            kind: 'http',
            text: config.inline_code,
          },
        ]
      : []
  const source = config.default_source_code
  const isMain = isObject(source) || (inline.length === 0 && named.length === 0)
  const main = isMain
    ? [sourceScript(asObject(source), [...at, 'default_source_code'], label('default'), 'default_source_code')]
    : []
  return [...main, ...inline, ...named]
}

function sourceScript(source: JsonObject, path: Path, label: string, field: Script['field']): Script {
  const elsewhere = asText(source.filename) ?? asText(source.environment_variable)
  const text = typeof source.inline_string === 'string' ? source.inline_string : bytesOf(source.inline_bytes)
  return { path: [...path, 'inline_string'], label, field, kind: 'http', text, ...(elsewhere ? { elsewhere } : {}) }
}

function bytesOf(base64: Json | undefined): string {
  if (typeof base64 !== 'string') return ''
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
  } catch {
    return ''
  }
}
