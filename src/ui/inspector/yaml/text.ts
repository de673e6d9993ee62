import { stringify } from 'yaml'
import { editYaml } from '../../../envoy/document/edit.ts'
import { readDocument } from '../../../envoy/document/read.ts'
import { isObject, type Json, type JsonObject, type Path, sameJson } from '../../../model/json.ts'

/** An object as YAML, as the app writes it. */
export function toYaml(value: JsonObject): string {
  return Object.keys(value).length === 0 ? '' : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** What a YAML text says; throws DocumentError where it is not YAML or not an object. An empty text is an empty object. */
export function fromYaml(text: string): JsonObject {
  if (isBlank(text)) return {}
  const { json } = readDocument(text)
  if (!isObject(json)) throw new Error('expected fields (name: value), not a list or a single value')
  return json as JsonObject
}

/** Whether a text holds nothing but white space and comments. */
export function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#.*)?$/.test(line))
}

/** Beyond this many single changes the object is written anew. */
const MOST = 60

/**
 * The text of an object after it was changed elsewhere: only the lines whose values differ are written anew, so that
 * comments and layout stay. A text that cannot be followed is replaced.
 */
export function followYaml(text: string, value: JsonObject): string {
  try {
    const old = fromYaml(text)
    if (sameJson(old, value)) return text
    if (Object.keys(old).length === 0) return withComments(text, toYaml(value))
    const changes = changesOf(old, value, [])
    if (changes.length > MOST) return toYaml(value)
    let next = text
    for (const { path, value: wanted, insert } of changes) next = editYaml(next, path, wanted, { insert })
    return sameJson(fromYaml(next), value) ? next : toYaml(value)
  } catch {
    return toYaml(value)
  }
}

function withComments(comments: string, text: string): string {
  return comments.trim() === '' ? text : `${comments.trimEnd()}\n${text}`
}

/** Whether a text has something that its object does not: comments. */
export function hasComments(text: string): boolean {
  return text.split('\n').some((line) => /(^|\s)#/.test(line)) && stripped(text) !== text
}

function stripped(text: string): string {
  try {
    return toYaml(fromYaml(text))
  } catch {
    return ''
  }
}

interface Change {
  path: Path
  value: Json | undefined
  insert?: boolean
}

/** The edits that lead from one value to the other, in an order in which each path is right when its turn comes. */
function changesOf(old: Json, now: Json, path: Path): Change[] {
  if (sameJson(old, now)) return []
  if (isObject(old) && isObject(now)) {
    const gone = Object.keys(old).filter((key) => !Object.hasOwn(now, key))
    return [
      ...Object.entries(now).flatMap(([key, value]) =>
        Object.hasOwn(old, key) ? changesOf(old[key]!, value, [...path, key]) : [{ path: [...path, key], value }],
      ),
      ...gone.map((key) => ({ path: [...path, key], value: undefined })),
    ]
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length > 0 && now.length > 0) return listChanges(old, now, path)
  return [{ path, value: now }]
}

/** One run of elements was put in, taken out or changed: what is before and after it stays. */
function listChanges(old: Json[], now: Json[], path: Path): Change[] {
  const least = Math.min(old.length, now.length)
  let start = 0
  while (start < least && sameJson(old[start], now[start])) start++
  let end = 0
  while (end < least - start && sameJson(old.at(-1 - end), now.at(-1 - end))) end++
  const changed = least - start - end
  const changes: Change[] = []
  for (let at = start; at < start + changed; at++) changes.push(...changesOf(old[at]!, now[at]!, [...path, at]))
  for (let at = old.length - end - 1; at >= start + changed && at >= now.length - end; at--) {
    changes.push({ path: [...path, at], value: undefined })
  }
  for (let at = start + changed; at < now.length - end; at++) {
    changes.push({ path: [...path, at], value: now[at]!, insert: at < old.length + (at - start - changed) })
  }
  return changes
}
