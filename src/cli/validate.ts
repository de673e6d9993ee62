import { readFile } from 'node:fs/promises'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { validateText } from '../envoy/validate/index.ts'
import { EXIT_DONE, EXIT_INPUT, EXIT_USAGE } from './exit.ts'

const USAGE = 'usage: chainwright validate FILE...'

/**
 * `validate FILE...`: a line of JSON for each finding. Answers the exit code: 0 when there is no error among them, 1
 * when there is or a file cannot be read, 2 for wrong usage.
 */
export async function validateCommand(args: string[]): Promise<number> {
  if (args.length === 0 || args.some((arg) => arg.startsWith('-'))) {
    console.error(USAGE)
    return EXIT_USAGE
  }
  const registry = loadEnvoyRegistry()
  let exitCode: number = EXIT_DONE
  for (const file of args) {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      console.error(`${file}: cannot be read: ${(error as Error).message}`)
      exitCode = EXIT_INPUT
      continue
    }
    for (const finding of await validateText(text, registry)) {
      if (finding.severity === 'error') exitCode = EXIT_INPUT
      console.log(JSON.stringify({ file, ...finding }))
    }
  }
  return exitCode
}
