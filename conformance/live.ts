import { readFileSync } from 'node:fs'
import { type CaseDocument, readCase } from '../src/cli/case-document.ts'
import { caseFiles } from './case-files.ts'
import { compareResults } from './envoy/compare.ts'
import { findEnvoy } from './envoy/find-envoy.ts'
import { runCase } from './envoy/run-case.ts'

const AT_ONCE = 6
// Real sockets and clocks: a difference counts only if it shows again when the machine has less to do.
const ATTEMPTS = 3

/**
 * Runs the recorded cases through the real Envoy again and compares with what was recorded: `tsx conformance/live.ts
 * [FILE...]`, all of them if none is named. Ends with `N passed, N failed`; exits 1 if any failed.
 */
async function main(args: string[]): Promise<number> {
  const envoy = findEnvoy()
  const files = args.length > 0 ? args : caseFiles()
  process.stdout.write(`${files.length} cases, ${envoy}\n`)
  let doubtful: string[] = []
  let next = 0
  const worker = async () => {
    while (next < files.length) {
      const file = files[next++]!
      if ((await check(file, envoy)).length > 0) doubtful.push(file)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  for (let attempt = 2; attempt <= ATTEMPTS && doubtful.length > 0; attempt++) {
    const still: string[] = []
    for (const file of doubtful) {
      const found = await check(file, envoy)
      if (found.length === 0) process.stdout.write(`agrees on attempt ${attempt}: ${file}\n`)
      else still.push(file)
      if (found.length > 0 && attempt === ATTEMPTS) process.stdout.write(`FAIL ${file}\n    ${found.join('\n    ')}\n`)
    }
    doubtful = still
  }
  process.stdout.write(`\n${files.length - doubtful.length} passed, ${doubtful.length} failed\n`)
  return doubtful.length > 0 ? 1 : 0
}

async function check(file: string, envoy: string): Promise<string[]> {
  try {
    const document: CaseDocument = readCase(readFileSync(file, 'utf8'))
    if (!document.expect) return ['nothing was recorded: run `npm run -s cli -- record` on it']
    return compareResults(document.expect, await runCase(document, envoy))
  } catch (error) {
    return [(error as Error).message]
  }
}

process.exitCode = await main(process.argv.slice(2))
