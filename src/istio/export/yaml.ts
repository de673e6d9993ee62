import { Document, isMap, isSeq, visit } from 'yaml'
import { isObject, type Json } from '../message/json.ts'
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
  return resources.map(documentText).join('---\n')
}

function documentText({ comment, resource, patchComments = [] }: ExportedResource): string {
  const document = new Document(ordered(resource), { version: '1.1', aliasDuplicateObjects: false })
  const patches = document.getIn(['spec', 'configPatches'])
  for (const [index, text] of patchComments.entries()) {
    const patch = isSeq(patches) ? patches.items[index] : undefined
    if (isMap(patch)) patch.commentBefore = ` ${text}`
  }
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL'
    },
  })
  const lines = comment.split('\n').map((line) => `# ${line}\n`)
  return `${lines.join('')}${document.toString({ lineWidth: 0, directives: false })}`
}

/** A copy with the well-known fields in front. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  const keys = Object.keys(value)
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length)
  return Object.fromEntries(keys.toSorted((a, b) => rank(a) - rank(b)).map((key) => [key, ordered(value[key] as Json)]))
}
