import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCase } from '../src/cli/case-document.ts'
import { simulateText } from '../src/cli/simulate.ts'
import { caseFiles } from './case-files.ts'
import { compareResults } from './envoy/compare.ts'
import { KNOWN } from './known.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const files = caseFiles().map((file) => ({ file, name: relative(ROOT, file) }))

describe('the simulator does what Envoy did', () => {
  for (const { file, name } of files) {
    it(name, () => check(file, name))
  }
})

async function check(file: string, name: string): Promise<void> {
  const text = readFileSync(file, 'utf8')
  const want = readCase(text).expect
  expect(want, 'nothing was recorded: run `npm run -s cli -- record` on it').toBeDefined()
  const got = await simulateText(withoutExpect(text))
  const differences = 'error' in got ? [`error: ${got.error}`] : compareResults(want!, got.results)
  const reason = KNOWN[name]
  if (reason === undefined) expect(differences).toEqual([])
  else expect(differences, `it agrees now, take it off known.ts: ${reason}`).not.toEqual([])
}

describe('known.ts', () => {
  it('names only cases that exist', () => {
    const missing = Object.keys(KNOWN).filter((name) => !files.some((file) => file.name === name))
    expect(missing).toEqual([])
  })
})

/** The simulator never sees what it is expected to say. */
function withoutExpect(text: string): string {
  const { expect: _, ...document } = readCase(text)
  return JSON.stringify(document)
}
