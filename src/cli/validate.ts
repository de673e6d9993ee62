import { readFile } from 'node:fs/promises'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { validateText } from '../envoy/validate/index.ts'

const USAGE = 'usage: chainwright validate FILE...'

/**
 * `validate FILE...`: a line of JSON for each finding. Answers the exit code: 0 when there is no error among them, 1
 * when there is or a file cannot be read, 2 for wrong usage.
 */
export async function validateCommand(args: string[]): Promise<number> {
  if (args.length === 0 || args.some((arg) => arg.startsWith('-'))) {
    console.error(USAGE)
    return 2
  }
  const registry = loadEnvoyRegistry()
  let exitCode = 0
  for (const file of args) {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      console.error(`${file}: cannot be read: ${(error as Error).message}`)
      exitCode = 1
      continue
    }
    for (const finding of await validateText(text, registry)) {
      if (finding.severity === 'error') exitCode = 1
      console.log(JSON.stringify({ file, ...finding }))
    }
  }
  return exitCode
}
