import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { diagnoseLua } from './index.ts'

const CASES = new URL('../../../conformance/cases/', import.meta.url)

/** Scripts that are wrong on purpose, or only right with the requests they get: what is to be found in them alone. */
const WRONG: Record<string, string[]> = {
  '019-headers-wrong-arguments': ['argument-count', 'argument-type', 'dot-for-colon', 'no-fields', 'unknown-method'],
  '031-body-set-bytes-values': ['argument-type'],
  '033-body-empty-set': ['perhaps-nil'],
  '056-respond-on-response': ['respond-on-response'],
  '110-connection-metadata-empty': ['unknown-method'],
  '125-verify-import-failures': ['argument-count'],
  '127-timestamps': ['argument-type'],
  '129-stats-errors': ['argument-count'],
  '131-override-host-errors': ['argument-count'],
  '141-filter-context': ['no-fields'],
  '16-body-binary': ['perhaps-nil'],
  '163-error-kinds': ['argument-count', 'undefined-global', 'unknown-method'],
  '172-error-names-of-callers': ['argument-count', 'dot-for-colon'],
  '180-dialect-print-and-log': ['argument-type'],
  '181-dialect-handle-is-userdata': ['no-fields'],
  '197-content-length-removed': ['perhaps-nil'],
  '223-metadata-second-loop': ['unknown-method'],
  '228-empty-scripts': ['local-entry'],
  '238-metadata-of-other-filters': ['argument-count', 'argument-type'],
  '48-two-filters-order': ['undefined-global'],
  '53-error-on-response': ['undefined-global'],
  'buffer-req-grow': ['perhaps-nil'],
  'buffer-resp-grow': ['perhaps-nil'],
  'reply-on-the-way-back': ['respond-on-response'],
}

/** Every script in a document, whatever it stands in. */
function scriptsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    /^inline_(string|code)$/.test(key) && typeof inner === 'string' && /envoy_on_re/.test(inner)
      ? [inner]
      : scriptsIn(inner),
  )
}

function* files(): Generator<{ name: string; text: string }> {
  // Those recorded since are not read: a new case may be as wrong as it likes.
  for (const folder of ['lua', 'lua-own', 'filter-manager', 'hcm-own'])
    for (const file of readdirSync(new URL(`${folder}/`, CASES)))
      if (file.endsWith('.yaml') && !(folder === 'lua-own' && !/^(0|1|2[0-3])\d*-/.test(file)))
        yield { name: file.replace('.yaml', ''), text: readFileSync(new URL(`${folder}/${file}`, CASES), 'utf8') }
}

test('of the scripts that Envoy ran, those are warned of that are wrong', () => {
  const found: Record<string, string[]> = {}
  let scripts = 0
  for (const { name, text } of files()) {
    const codes = new Set<string>()
    for (const document of parseAllDocuments(text))
      for (const script of scriptsIn(document.toJS())) {
        scripts++
        for (const { severity, code } of diagnoseLua(script)) if (severity !== 'info') codes.add(code)
      }
    if (codes.size > 0) found[name] = [...codes].sort()
  }
  expect(scripts).toBeGreaterThan(250)
  expect(found).toEqual(WRONG)
})
