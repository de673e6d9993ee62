import { readFileSync, writeFileSync } from 'node:fs'
import { findEnvoy } from '../../conformance/envoy/find-envoy.ts'
import { runCase } from '../../conformance/envoy/run-case.ts'
import { writeExpect } from '../../conformance/envoy/write-expect.ts'
import { type CaseResult, readCase } from './case-document.ts'
import { EXIT_DONE, EXIT_INPUT, EXIT_USAGE } from './exit.ts'

// Each case has an Envoy of its own and mostly waits, so two of them cost little more than one.
const AT_ONCE = 2

/**
 * `record CASE...`: runs each case through the real Envoy and writes its `expect`; the rest of the file stays as it was.
 * Prints a line for each case to stdout, what went wrong to stderr. A case that fails keeps the `expect` it had.
 */
export async function recordCommand(args: string[]): Promise<number> {
  if (args.length === 0) {
    process.stderr.write('usage: chainwright record CASE...\n')
    return EXIT_USAGE
  }
  let envoy: string
  try {
    envoy = findEnvoy()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return EXIT_INPUT
  }
  let failed = 0
  await forEach(args, AT_ONCE, async (file) => {
    try {
      const text = readFileSync(file, 'utf8')
      const results = await runCase(readCase(text), envoy)
      writeFileSync(file, writeExpect(text, results))
      process.stdout.write(`${file}: recorded ${results.map(summary).join(' ')}\n`)
    } catch (error) {
      failed++
      process.stderr.write(`${file}: ${(error as Error).message}\n`)
    }
  })
  return failed > 0 ? EXIT_INPUT : EXIT_DONE
}

function summary({ response }: CaseResult): string {
  return String(response.status ?? (response.closed === false ? 'open' : 'closed'))
}

async function forEach<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length) await work(items[next++]!)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
