import type { JsonObject, JsonValue, Registry } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import type { Problem } from '../schema/problem.ts'

/** What a check of a whole message may use besides the message. */
export interface CheckContext {
  types: Registry
  report(problem: Problem): void
  /** A fragment of a patch: what is missing may be there already. */
  partial: boolean
  /** Names of the clusters the document defines; undefined where they come from somewhere else. */
  clusters?: ReadonlySet<string>
  /** How large a compiled regular expression may be; undefined where the proxy's settings are not known. */
  regexLimit?: number
  /** Lua to be parsed once everything else is read. */
  lua: LuaSource[]
}

export interface LuaSource {
  path: Path
  source: string
}

/** A check of one message's canonical JSON (.proto names, lists as lists); `path` is that of the message. */
export type Check = (message: JsonObject, path: Path, context: CheckContext) => void

/** The elements of a repeated message field; empty when the field is absent. */
export function elements(message: JsonObject, field: string): JsonObject[] {
  const list: JsonValue | undefined = message[field]
  return Array.isArray(list) ? (list as JsonObject[]) : []
}

/** The fully qualified type of an Any in canonical JSON, through a TypedStruct. */
export function typeOfAny(any: JsonValue | undefined): string | undefined {
  if (typeof any !== 'object' || any === null || Array.isArray(any)) return undefined
  const typeUrl = any.type_url ?? any['@type']
  return typeof typeUrl === 'string' ? typeUrl.slice(typeUrl.lastIndexOf('/') + 1) : undefined
}
