import { Document, visit } from 'yaml'
import { isObject, type Json, type JsonObject } from '../message/json.ts'
import type { ExportedResource } from './types.ts'

/** Fields that a reader looks for first, in this order; the others follow as they come. */
const first = [
  'apiVersion',
  'kind',
  'metadata',
  'spec',
  'name',
  '@type',
  'context',
  'applyTo',
  'match',
  'patch',
  'operation',
]

/**
 * The resources as YAML documents, each under its comment. Scripts stand as literal blocks, and what Kubernetes' YAML
 * 1.1 would take for something else is quoted.
 */
export function resourcesToYaml(resources: ExportedResource[]): string {
  return resources.map(({ comment, resource }) => documentText(comment, resource)).join('---\n')
}

function documentText(comment: string, resource: JsonObject): string {
  const document = new Document(ordered(resource), { version: '1.1', aliasDuplicateObjects: false })
  document.commentBefore = comment
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n')
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL'
    },
  })
  return document.toString({ lineWidth: 0, directives: false })
}

/** A copy with the well-known fields in front. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  const keys = Object.keys(value)
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length)
  return Object.fromEntries(keys.toSorted((a, b) => rank(a) - rank(b)).map((key) => [key, ordered(value[key] as Json)]))
}
