import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { formatPath, type Path } from '../document/path.ts'
import { DocumentError, readDocuments, type SourceDocument } from '../document/read.ts'
import { EXPECTED_KINDS, kindOf, snakeCase } from '../kind.ts'
import { isObject } from '../opaque.ts'
import type { EnvoyRegistry } from '../registry.ts'
import { readConfigDump } from './config-dump.ts'
import { normalise } from './normalise.ts'
import { emptyProxy, type ImportedProxy, SECTION_TYPES, type Section } from './sections.ts'

export { normalise } from './normalise.ts'
export type { ImportedProxy } from './sections.ts'

const BOOTSTRAP = 'envoy.config.bootstrap.v3.Bootstrap'

/**
 * Reads whatever describes a proxy: an Envoy bootstrap, a config dump, `istioctl proxy-config ... -o json`, the lists
 * that istiod sends one proxy, a case or a design; JSON or YAML. Field names become those of the .proto files, nothing
 * is lost: what Envoy does not know stays as it is. Throws DocumentError, whose message begins with the file's name
 * when it is given and says what was expected, with path, line and column.
 */
export function importProxy(text: string, registry: EnvoyRegistry, fileName?: string): ImportedProxy {
  try {
    return importDocument(onlyDocument(readDocuments(text)), registry)
  } catch (error) {
    if (!(error instanceof DocumentError) || fileName === undefined) throw error
    throw new DocumentError(`${fileName}:${error.line}:${error.column}: ${error.message}`, error, error.path)
  }
}

function onlyDocument(documents: SourceDocument[]): SourceDocument {
  if (documents.length === 1) return documents[0]!
  const found = documents.length === 0 ? 'the text is empty' : `the text has ${documents.length} documents`
  const position = documents[1]?.locate([]) ?? { line: 1, column: 1 }
  throw new DocumentError(`expected one document: ${EXPECTED_KINDS}; ${found}`, position)
}

function importDocument(document: SourceDocument, registry: EnvoyRegistry): ImportedProxy {
  const { json } = document
  const fail = (path: Path, message: string): never => {
    const where = formatPath(path)
    throw new DocumentError(`${where ? `${where}: ` : ''}${message}`, document.locate(path), path)
  }
  const kind = kindOf(json)
  switch (kind.kind) {
    case 'bootstrap':
      return importBootstrap(memberAt(json as JsonObject, kind.at), kind.at, registry, fail)
    case 'config_dump':
      return readConfigDump(json as JsonObject, registry.types)
    case 'proxy':
      return importSections('proxy', json as JsonObject, [], registry, fail)
    case 'messages':
      return importMessages(kind.typeName, json, registry, fail)
    case 'case':
      return importCase(json as JsonObject, registry, fail)
    case 'resource':
      return fail(['kind'], `this is a ${kind.resource}, which changes a proxy but is none; expected ${EXPECTED_KINDS}`)
    case 'unknown':
      return fail([], `expected ${EXPECTED_KINDS}; found ${contentOf(json)}`)
  }
}

function memberAt(json: JsonObject, path: Path): JsonObject {
  return path.reduce((at, step) => at[step] as JsonObject, json)
}

type Fail = (path: Path, message: string) => never

function importBootstrap(json: JsonObject, path: Path, registry: EnvoyRegistry, fail: Fail): ImportedProxy {
  const { static_resources: statics, ...rest } = normalise(BOOTSTRAP, json, registry.types) as JsonObject
  if (statics !== undefined && !isObject(statics)) fail([...path, 'static_resources'], 'expected an object')
  const proxy = importSections(
    'bootstrap',
    (statics ?? {}) as JsonObject,
    [...path, 'static_resources'],
    registry,
    fail,
  )
  if (Object.keys(rest).length > 0) proxy.bootstrap = rest
  const discovered = isObject(rest.dynamic_resources) ? Object.keys(rest.dynamic_resources) : []
  for (const [config, what] of [
    ['lds_config', 'listeners'],
    ['cds_config', 'clusters'],
  ] as const) {
    if (discovered.includes(config))
      proxy.notes.push(`more ${what} come from a control plane (${config}) and are not in this file`)
  }
  return proxy
}

/** An object with the lists themselves. Other members are kept out, and noted. */
function importSections(
  kind: ImportedProxy['kind'],
  json: JsonObject,
  path: Path,
  registry: EnvoyRegistry,
  fail: Fail,
): ImportedProxy {
  const proxy = emptyProxy(kind)
  for (const [key, value] of Object.entries(json)) {
    const section = snakeCase(key) as Section
    if (!Object.hasOwn(SECTION_TYPES, section)) {
      if (key === 'notes' && kind === 'proxy') continue
      proxy.notes.push(
        `${formatPath([...path, key])} is left out: it is no list of ${Object.keys(SECTION_TYPES).join(', ')}`,
      )
    } else if (Array.isArray(value)) {
      proxy[section] = value.map((entry, index) => readEntry(section, entry, [...path, key, index], registry, fail))
    } else if (value !== null) fail([...path, key], `expected a list of ${section}`)
  }
  return proxy
}

function readEntry(section: Section, entry: JsonValue, path: Path, registry: EnvoyRegistry, fail: Fail): JsonObject {
  if (!isObject(entry)) return fail(path, `expected an object (${SECTION_TYPES[section]}), found ${contentOf(entry)}`)
  const { '@type': _, ...message } = entry
  return normalise(SECTION_TYPES[section], message, registry.types) as JsonObject
}

/** What `istioctl proxy-config listeners|routes|clusters -o json` prints: a list of one kind of message. */
function importMessages(typeName: string, json: JsonValue, registry: EnvoyRegistry, fail: Fail): ImportedProxy {
  const section = (Object.keys(SECTION_TYPES) as Section[]).find((each) => SECTION_TYPES[each] === typeName)
  if (!section) return fail([], `this is part of a listener (${typeName}); expected ${EXPECTED_KINDS}`)
  const proxy = emptyProxy('istioctl')
  const entries = Array.isArray(json) ? json : [json]
  proxy[section] = entries.map((entry, index) =>
    readEntry(section, entry, Array.isArray(json) ? [index] : [], registry, fail),
  )
  proxy.notes.push(`only ${section} are in this document`)
  return proxy
}

/** A case or design; `config` is a bootstrap or what a bootstrap has under static_resources. */
function importCase(json: JsonObject, registry: EnvoyRegistry, fail: Fail): ImportedProxy {
  const { config, ...traffic } = json
  if (!isObject(config)) return fail(['config'], 'expected an object with listeners and clusters')
  const isBootstrap = kindOf(config).kind === 'bootstrap'
  const proxy = isBootstrap
    ? importBootstrap(config, ['config'], registry, fail)
    : importSections('case', config, ['config'], registry, fail)
  return { ...proxy, kind: 'case', traffic }
}

function contentOf(json: JsonValue): string {
  if (Array.isArray(json)) return 'a list'
  if (!isObject(json)) return json === null ? 'nothing' : `text (${JSON.stringify(json).slice(0, 40)})`
  return `an object with ${Object.keys(json).slice(0, 6).join(', ') || 'nothing in it'}`
}
