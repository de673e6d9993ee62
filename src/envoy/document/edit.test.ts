import type { JsonValue } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { editYaml } from './edit.ts'

const text = `# what this is
static_resources:
  # ours
  listeners:
  - name: "main" # the name
    address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains: # chains
    - filters:
      - name: a # first
      # second
      - name: b
`

describe('editYaml', () => {
  it('changes one value and nothing else', () => {
    const edited = editYaml(text, ['static_resources', 'listeners', 0, 'name'], 'other')
    expect(edited).toBe(text.replace('"main"', 'other'))
  })

  it('keeps comments around an inserted and a removed element', () => {
    const filters = ['static_resources', 'listeners', 0, 'filter_chains', 0, 'filters']
    const added = editYaml(text, [...filters, 2], { name: 'c' })
    expect(added).toBe(`${text}      - name: c\n`)
    expect(editYaml(added, [...filters, 2], undefined)).toBe(text)
  })

  it('creates what is missing on the way', () => {
    expect(editYaml('a: 1 # one\n', ['b', 'c'], true)).toBe('a: 1 # one\nb:\n  c: true\n')
  })

  it('edits one document of a stream', () => {
    const stream = '# first\na: 1\n---\n# second\nb: 2\n'
    expect(editYaml(stream, ['b'], 3, { document: 1 })).toBe('# first\na: 1\n---\n# second\nb: 3\n')
  })

  it('refuses text that is not YAML', () => {
    expect(() => editYaml('a: [1', ['a'], 2)).toThrow(/line 1/)
  })
})

const json = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(fc.integer(), fc.string({ maxLength: 6 }), fc.boolean(), fc.constant('two\nlines\n')),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c c', '#d', '1'), tie('value'), { maxKeys: 3 }),
  ),
})).value as fc.Arbitrary<JsonValue>

it('means the same as the edit on plain JSON, wherever it is made', () => {
  const root = fc.dictionary(fc.constantFrom('a', 'b', 'c'), json, { minKeys: 1, maxKeys: 3 })
  fc.assert(
    fc.property(root, json, fc.nat(), fc.boolean(), (document, value, pick, remove) => {
      const paths = pathsIn(document as JsonValue)
      const path = paths[pick % paths.length]!
      const source = stringify(document)
      const edited = parse(editYaml(source, path, remove ? undefined : value))
      const expected = structuredClone(document) as JsonValue
      const parent = path
        .slice(0, -1)
        .reduce<Record<string | number, JsonValue>>((at, step) => at[step] as never, expected as never)
      const step = path.at(-1)!
      if (!remove) parent[step] = value
      else if (Array.isArray(parent)) parent.splice(step as number, 1)
      else delete parent[step]
      expect(edited).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

function pathsIn(value: JsonValue, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return path.length > 0 ? [path] : []
  const below = Object.entries(value).flatMap(([key, child]) =>
    pathsIn(child as JsonValue, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return path.length > 0 ? [path, ...below] : below
}
