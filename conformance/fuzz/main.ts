import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import type { CaseDocument } from '../../src/cli/case-document.ts'
import { findEnvoy } from '../envoy/find-envoy.ts'
import { runCase } from '../envoy/run-case.ts'
import { caseText, writeExpect } from '../envoy/write-expect.ts'
import { luaProgram } from './lua/program.ts'
import { ID_HEADER, program } from './program.ts'
import { type Difference, findDifferences, shrink, signature } from './shrink.ts'
import { simulate } from './simulate.ts'

const REQUESTS = 12
const LUA_REQUESTS = 4

const USAGE = `usage: npm run fuzz:envoy -- [--lua] [--count N] [--seed N] [--batch N] [--shrink N] [--save] [--folder FOLDER]
  --lua     chains of random Lua scripts that call Envoy's API, right and wrong; --count is of scripts' requests then
  --count   comparisons to make, a request each (10000)
  --seed    where the random choices start; printed, so that a run can be repeated
  --batch   chains in one Envoy process (120)
  --shrink  kinds of difference to shrink and print (5)
  --save    write what was found as case files
  --folder  where to (conformance/cases/fuzz)
`

/**
 * Runs random chains of modelled parts and random requests through the simulator and the real Envoy, until `count`
 * answers were compared. Each kind of difference is shrunk and printed as a case file. Exits 1 if there was any.
 */
async function main(args: string[]): Promise<number> {
  const options = read(args)
  if (!options) {
    process.stderr.write(USAGE)
    return 2
  }
  const envoy = findEnvoy()
  process.stdout.write(`seed ${options.seed}\n`)
  const found: Difference[] = []
  let compared = 0
  let refused = 0
  for (let batch = 0; compared < options.count; batch++) {
    const programs = fc.sample(options.lua ? luaProgram(LUA_REQUESTS) : program(REQUESTS), {
      seed: options.seed + batch,
      numRuns: options.batch,
    })
    const round = await findDifferences(programs, envoy, simulate)
    compared += round.compared
    refused += round.refused.length
    found.push(...(await again(round.differences, envoy)))
    process.stderr.write(`${compared} compared, ${found.length} chains differ, ${refused} refused by Envoy\n`)
    for (const reason of round.refused.slice(0, 2)) process.stderr.write(`  refused: ${reason}\n`)
  }
  const kinds = group(found)
  for (const [kind, differences] of kinds) process.stdout.write(`${differences.length} chains: ${kind}\n`)
  for (const [kind, differences] of kinds.slice(0, options.shrink)) {
    const smallest = await shrink(smallestOf(differences), envoy, simulate)
    await report(kind, smallest, envoy, options.save)
  }
  const differing = found.reduce((sum, { lines }) => sum + requestsIn(lines), 0)
  process.stdout.write(`seed ${options.seed}: ${compared} comparisons, ${differing} differences\n`)
  return found.length > 0 ? 1 : 0
}

/** Real sockets and clocks: a difference counts only if it shows again. */
async function again(differences: Difference[], envoy: string): Promise<Difference[]> {
  if (differences.length === 0) return []
  const programs = differences.map(({ document }) => document)
  return (await findDifferences(programs, envoy, simulate)).differences
}

function read(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        lua: { type: 'boolean', default: false },
        count: { type: 'string', default: '10000' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
        batch: { type: 'string', default: '120' },
        shrink: { type: 'string', default: '5' },
        save: { type: 'boolean', default: false },
        folder: { type: 'string', default: fileURLToPath(new URL('../cases/fuzz', import.meta.url)) },
      },
    })
    const [count, seed, batch, kinds] = [values.count, values.seed, values.batch, values.shrink].map(Number)
    if ([count, seed, batch, kinds].some((value) => !Number.isSafeInteger(value))) return undefined
    const { lua } = values
    return {
      lua,
      count: count!,
      seed: seed!,
      batch: batch!,
      shrink: kinds!,
      save: values.save ? values.folder : undefined,
    }
  } catch {
    return undefined
  }
}

/** By kind, the most frequent first. */
function group(found: readonly Difference[]): [kind: string, differences: Difference[]][] {
  const groups = new Map<string, Difference[]>()
  for (const difference of found) {
    const kind = signature(difference.lines).join(' & ')
    groups.set(kind, [...(groups.get(kind) ?? []), difference])
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length)
}

function smallestOf(differences: readonly Difference[]): Difference {
  const length = ({ document }: Difference) => JSON.stringify(document).length
  return differences.reduce((a, b) => (length(b) < length(a) ? b : a))
}

function requestsIn(lines: readonly string[]): number {
  return new Set(lines.map((line) => /^#\d+/.exec(line)?.[0])).size
}

async function report(kind: string, difference: Difference, envoy: string, folder: string | undefined): Promise<void> {
  const document = withoutIds(difference.document)
  let text = caseText({ description: `found by fuzzing: ${kind}`, ...document })
  process.stdout.write(`\n# ${difference.lines.join('\n# ')}\n`)
  try {
    text = writeExpect(text, await runCase(document, envoy))
  } catch (error) {
    process.stdout.write(`# cannot be recorded on its own: ${(error as Error).message}\n`)
  }
  process.stdout.write(`${text}\n`)
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const name = kind
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
    .slice(0, 80)
  writeFileSync(join(folder, `${name}.yaml`), text)
}

function withoutIds(document: CaseDocument): CaseDocument {
  const requests = document.requests!.map((request) => {
    const headers = (request.headers ?? []).filter(([name]) => name !== ID_HEADER)
    const { headers: _, ...rest } = request
    return headers.length > 0 ? { ...rest, headers } : rest
  })
  return { ...document, requests }
}

process.exitCode = await main(process.argv.slice(2))
