import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { formatPath, type Path } from '../document/path.ts'
import { DocumentError, readDocuments, type SourceDocument } from '../document/read.ts'
import { spelledPath } from '../document/source.ts'
import { SECTION_TYPES, type Section } from '../import/sections.ts'
import { EXPECTED_KINDS, kindOf } from '../kind.ts'
import { isObject } from '../opaque.ts'
import type { EnvoyRegistry } from '../registry.ts'
import type { Problem, Rule, Severity } from '../schema/problem.ts'
import { checkLua } from './code.ts'
import { createMessageReader, type MessageReader } from './reader.ts'
import { checkResource } from './resources.ts'

export interface Finding {
  /** Where in the document, such as `static_resources.listeners[0].name`; empty for the document itself. */
  path: string
  /** 1-based, in the whole text. */
  line: number
  column: number
  severity: Severity
  rule: Rule
  message: string
  suggestion?: string
}

/** Envoy's default of re2.max_program_size.error_level. Istio's bootstrap sets a much larger one. */
const DEFAULT_REGEX_LIMIT = 100

const BOOTSTRAP = 'envoy.config.bootstrap.v3.Bootstrap'
/**
 * Validates a text of JSON or YAML, one or several documents of any kind that kindOf() knows. Never throws for what is
 * in the text. Findings come in the order of the text. An error means that Envoy, or istiod, refuses the configuration
 * or that a part of it has no effect.
 */
export async function validateText(text: string, registry: EnvoyRegistry): Promise<Finding[]> {
  let documents: SourceDocument[]
  try {
    documents = readDocuments(text, { dialect: /^apiVersion:/m.test(text) ? 'kubernetes' : 'envoy' })
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    const { line, column, message } = error
    return [{ path: formatPath(error.path), line, column, severity: 'error', rule: 'syntax', message }]
  }
  const findings: Finding[] = []
  if (documents.length === 0) {
    findings.push({ ...NOWHERE, message: `the text is empty; expected ${EXPECTED_KINDS}` })
  }
  for (const document of documents) findings.push(...(await validateEnvoy(document, registry)))
  return findings.sort((a, b) => a.line - b.line || a.column - b.column)
}

const NOWHERE = { path: '', line: 1, column: 1, severity: 'error', rule: 'not-recognised' } as const

/** Validates one document that has been read. */
export async function validateEnvoy(document: SourceDocument, registry: EnvoyRegistry): Promise<Finding[]> {
  const findings: Finding[] = []
  const report = (problem: Problem) => findings.push(toFinding(problem, document))
  for (const { path, line, column, message } of document.warnings) {
    findings.push({ path: formatPath(path), line, column, severity: 'warning', rule: 'duplicate-key', message })
  }
  const reader = createMessageReader(registry, report)
  checkDocument(document.json, reader)
  await checkLua(reader.lua, report)
  return findings
}

/**
 * Validates a single message, such as the configuration of one filter in an editor: `document` holds its JSON without
 * `@type`.
 */
export async function validateMessage(
  typeName: string,
  document: SourceDocument,
  registry: EnvoyRegistry,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const report = (problem: Problem) => findings.push(toFinding(problem, document))
  const reader = createMessageReader(registry, report)
  reader.read(typeName, document.json, [])
  await checkLua(reader.lua, report)
  return findings
}

function checkDocument(json: JsonValue, reader: MessageReader): void {
  const kind = kindOf(json)
  if (kind.kind === 'resource') checkResource(json as JsonObject, [], reader)
  else if (kind.kind === 'bootstrap') checkWholeBootstrap(json as JsonObject, kind.at, reader)
  else if (kind.kind === 'case') checkCase(json as JsonObject, reader)
  else if (kind.kind === 'config_dump') checkDump(json, [], reader)
  else if (kind.kind === 'proxy') checkSections(json as JsonObject, [], reader)
  else if (kind.kind === 'messages') checkMessages(kind.typeName, json, reader)
  else reader.report({ path: [], severity: 'error', rule: 'not-recognised', message: `expected ${EXPECTED_KINDS}` })
}

function checkMessages(typeName: string, json: JsonValue, reader: MessageReader): void {
  if (!Array.isArray(json)) reader.read(typeName, json, [])
  else for (const [index, message] of json.entries()) reader.read(typeName, message, [index])
}

/** A bootstrap that Envoy is started with as it is: unlike a case's, its listeners need their addresses. */
function checkWholeBootstrap(json: JsonObject, at: Path, reader: MessageReader): void {
  const bootstrap = at.length > 0 ? (json.bootstrap as JsonObject) : json
  checkBootstrap(bootstrap, at, reader)
  const statics = bootstrap.static_resources ?? bootstrap.staticResources
  const listeners = isObject(statics) && Array.isArray(statics.listeners) ? statics.listeners : []
  for (const [index, listener] of listeners.entries()) {
    if (!isObject(listener) || isObject(listener.address) || listener.api_listener || listener.apiListener) continue
    const path = [...at, 'static_resources', 'listeners', index]
    reader.report({ path, severity: 'error', rule: 'required', message: 'the listener needs an address' })
  }
}

function checkBootstrap(json: JsonObject, path: Path, reader: MessageReader): void {
  const statics = json.static_resources ?? json.staticResources
  reader.clusters = clusterNames(isObject(statics) ? statics.clusters : undefined)
  const runtime = JSON.stringify(json.layered_runtime ?? json.layeredRuntime ?? {})
  if (!runtime.includes('max_program_size')) reader.regexLimit = DEFAULT_REGEX_LIMIT
  reader.read(BOOTSTRAP, json, path)
}

/** A case or design: `config` is a bootstrap, or what a bootstrap has under static_resources. */
function checkCase(json: JsonObject, reader: MessageReader): void {
  const { config } = json
  if (!isObject(config)) {
    reader.report({ path: ['config'], severity: 'error', rule: 'wrong-type', message: 'config must be an object' })
    return
  }
  if (kindOf(config).kind === 'bootstrap') {
    checkBootstrap(config, ['config'], reader)
    return
  }
  reader.clusters = clusterNames(config.clusters)
  reader.regexLimit = DEFAULT_REGEX_LIMIT
  checkSections(config, ['config'], reader)
}

/** The lists of a proxy, or of static_resources: other keys are not Envoy's. */
function checkSections(json: JsonObject, path: Path, reader: MessageReader): void {
  for (const [section, value] of Object.entries(json)) {
    const typeName = Object.hasOwn(SECTION_TYPES, section) ? SECTION_TYPES[section as Section] : undefined
    if (!typeName) {
      if (section === 'notes' || section === 'kind') continue
      const message = `no such section; expected ${Object.keys(SECTION_TYPES).join(', ')}`
      reader.report({ path: [...path, section], at: 'key', severity: 'error', rule: 'unknown-field', message })
    } else if (Array.isArray(value)) {
      for (const [index, message] of value.entries()) reader.read(typeName, message, [...path, section, index])
    } else if (value !== null) {
      const message = `${section} must be a list`
      reader.report({ path: [...path, section], severity: 'error', rule: 'wrong-type', message })
    }
  }
}

/** The parts of a dump that are configuration, wherever they stand: each says its type. */
function checkDump(json: JsonValue, path: Path, reader: MessageReader): void {
  if (Array.isArray(json)) {
    for (const [index, item] of json.entries()) checkDump(item, [...path, index], reader)
  }
  if (!isObject(json)) return
  const typeUrl = json['@type']
  const typeName = typeof typeUrl === 'string' ? typeUrl.slice(typeUrl.lastIndexOf('/') + 1) : undefined
  const isDumpOfSomething = typeName?.startsWith('envoy.admin.') ?? true
  if (!isDumpOfSomething) {
    reader.read('google.protobuf.Any', json, path)
    return
  }
  for (const [key, value] of Object.entries(json)) {
    if (key === 'bootstrap' && isObject(value)) reader.read(BOOTSTRAP, value, [...path, key])
    else checkDump(value, [...path, key], reader)
  }
}

function clusterNames(clusters: JsonValue | undefined): Set<string> {
  const list = Array.isArray(clusters) ? clusters : []
  return new Set(
    list.flatMap((cluster) => (isObject(cluster) && typeof cluster.name === 'string' ? [cluster.name] : [])),
  )
}

function toFinding(problem: Problem, document: SourceDocument): Finding {
  const { path, at, severity, rule, message, suggestion } = problem
  const spelled = formatPath(spelledPath(document.json, path))
  const finding: Finding = { path: spelled, ...document.locate(path, at), severity, rule, message }
  if (suggestion !== undefined) finding.suggestion = suggestion
  return finding
}
