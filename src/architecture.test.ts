import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = dirname(fileURLToPath(import.meta.url))

/** Who may import whom at run time; everybody may import their own folder. `types` allows `import type` only. */
const MAY_IMPORT: Record<string, { values: string[]; types?: string[] }> = {
  model: { values: [] },
  envoy: { values: ['model'] },
  engine: { values: ['model', 'envoy'] },
  filters: { values: ['engine', 'envoy', 'model'], types: ['lua', 'wasm'] },
  lua: { values: ['engine', 'envoy'] },
  wasm: { values: ['engine'] },
  istio: { values: ['envoy', 'model'] },
  share: { values: ['model'] },
  worker: { values: ['engine', 'envoy', 'filters', 'lua', 'wasm', 'model'] },
  store: { values: ['model', 'share'] },
  ui: { values: ['model', 'envoy', 'engine', 'filters', 'lua', 'wasm', 'istio', 'share', 'worker', 'store'] },
  cli: { values: ['model', 'envoy', 'engine', 'filters', 'lua', 'wasm', 'istio', 'share'] },
}

/** Clock, chance and timers come from the Host; these folders may not have any of their own. */
const PURE = ['model', 'envoy', 'engine', 'filters', 'lua', 'wasm', 'istio', 'share']

/** A file that belongs to Node (tests, loaders from disk), not to the core. */
const isNodeFile = (file: string) => /\.(test|node|bench)\.tsx?$/.test(file)

interface Import {
  file: string
  folder: string
  target: string
  typeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'types' && folder.endsWith('envoy') ? [] : sources(path)
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function imports(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const own = relative(SRC, file).split(sep)[0]!
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'"`;]*?from\s*'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g
  return [...text.matchAll(pattern)].flatMap((match) => {
    const target = match[3] ?? match[4] ?? match[5]!
    if (!target.startsWith('.')) return []
    const path = relative(SRC, normalize(join(dirname(file), target)))
    const folder = path.split(sep)[0]!
    return folder === own || folder.startsWith('..') ? [] : [{ file, folder, target, typeOnly: match[2] !== undefined }]
  })
}

const files = sources(SRC)

describe('folders import only what they may', () => {
  test.each(Object.keys(MAY_IMPORT))('src/%s', (folder) => {
    const { values, types = [] } = MAY_IMPORT[folder]!
    const wrong = files
      .filter((file) => relative(SRC, file).startsWith(folder + sep) && !isNodeFile(file))
      .flatMap(imports)
      .filter(({ folder: target, typeOnly }) => !values.includes(target) && !(typeOnly && types.includes(target)))
      .map(({ file, target }) => `${relative(SRC, file)} imports ${target}`)
    expect(wrong).toEqual([])
  })

  test('every folder is in the table', () => {
    const folders = new Set(
      files
        .map((file) => relative(SRC, file).split(sep))
        .filter((path) => path.length > 1)
        .map(([folder]) => folder!),
    )
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([])
  })
})

test('React stays in ui/ and main.tsx', () => {
  const wrong = files
    .filter((file) => /from '(react|react-dom|@xyflow|@mantine)/.test(readFileSync(file, 'utf8')))
    .map((file) => relative(SRC, file))
    .filter((file) => !file.startsWith(`ui${sep}`) && file !== 'main.tsx')
  expect(wrong).toEqual([])
})

test('the core has no clock, no chance and no timers of its own', () => {
  const wrong = files
    .filter((file) => PURE.includes(relative(SRC, file).split(sep)[0]!) && !isNodeFile(file))
    .filter((file) =>
      /\b(Date\.now|Math\.random|setTimeout|setInterval|performance\.now)\(|new Date\(\)/.test(code(file)),
    )
    .map((file) => relative(SRC, file))
  expect(wrong).toEqual([])
})

test('nothing in the tree reaches the network', () => {
  const wrong = files
    .filter((file) => !isNodeFile(file) && /\b(XMLHttpRequest|WebSocket|EventSource|sendBeacon)\b/.test(code(file)))
    .map((file) => relative(SRC, file))
    .filter((file) => !file.startsWith(`cli${sep}`))
  expect(wrong).toEqual([])
})

/** The source without its comments and string literals, where such words are only spoken of. */
function code(file: string): string {
  return readFileSync(file, 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
}
