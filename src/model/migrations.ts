import { checkDesign, type Design, type DesignIssue, FORMAT } from './design.ts'
import { formatPath, isObject, type Json, type JsonObject } from './json.ts'

/** One step from a version of the document to the next. Steps are for ever: old files and links go through them. */
export interface Migration {
  to: number
  name: string
  up(document: JsonObject): JsonObject
}

/** Version 0 is a document without `format`: a conformance case, or what istiod sends one proxy. */
export const migrations: readonly Migration[] = [{ to: 1, name: 'a case becomes a design', up: caseBecomesDesign }]

const RESOURCES = ['listeners', 'routes', 'clusters', 'endpoints']

/**
 * A case has neither a name nor, always, every list; its `config` may be a bootstrap, whose static resources move up
 * to where a design keeps them. Lists that are null (Go writes empty lists so) are left out.
 */
function caseBecomesDesign(document: JsonObject): JsonObject {
  const config = isObject(document.config) ? plainConfig(document.config) : document.config
  return {
    name: 'Untitled',
    upstreams: {},
    requests: [],
    connections: [],
    ...document,
    format: 1,
    ...(config === undefined ? {} : { config }),
  }
}

/** Envoy resources as a design keeps them: static resources moved up, lists that are null left out. */
export function plainConfig(config: JsonObject): JsonObject {
  const { static_resources, ...rest } = config
  const merged: JsonObject = isObject(static_resources) ? { ...rest, ...static_resources } : config
  const entries = Object.entries(merged).filter(([key, value]) => !(value === null && RESOURCES.includes(key)))
  return { listeners: [], clusters: [], ...Object.fromEntries(entries) }
}

/** Why a document could not be opened. `newer`: written by a later version of the app. */
export class DesignError extends Error {
  readonly code: 'not-a-design' | 'newer' | 'invalid'
  readonly issues: DesignIssue[]
  constructor(code: DesignError['code'], message: string, issues: DesignIssue[] = []) {
    super(message)
    this.name = 'DesignError'
    this.code = code
    this.issues = issues
  }
}

/** Brings a document of any version to the current one and checks it. Throws a DesignError that names the place. */
export function openDesign(document: Json | undefined): Design {
  if (!isObject(document)) throw new DesignError('not-a-design', 'expected an object with `config` in it')
  const version = document.format ?? 0
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    throw new DesignError(
      'not-a-design',
      `format: expected a whole number up to ${FORMAT}, got ${JSON.stringify(version)}`,
    )
  }
  if (version > FORMAT) {
    throw new DesignError(
      'newer',
      `format: this design has version ${version}, this app reads up to ${FORMAT}; open it with a newer Chainwright`,
    )
  }
  if (!('config' in document)) {
    throw new DesignError('not-a-design', 'config: missing; a design holds Envoy resources under `config`')
  }
  let current: JsonObject = document
  for (const migration of migrations) if (migration.to > version) current = migration.up(current)
  const checked = checkDesign(current)
  if ('design' in checked) return checked.design
  const [first] = checked.issues
  const more = checked.issues.length > 1 ? ` (and ${checked.issues.length - 1} more)` : ''
  throw new DesignError('invalid', `${formatPath(first?.path ?? [])}: ${first?.message}${more}`, checked.issues)
}
