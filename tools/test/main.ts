import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Counts, playwrightCounts, total, vitestCounts } from './counts.ts'
import { findBrowser } from './find-browser.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const REPORTS = join(ROOT, 'node_modules/.cache/chainwright/reports')
const FAILED: Counts = { passed: 0, failed: 1 }

interface Section {
  name: string
  run: () => Promise<Counts>
}

const SECTIONS: Section[] = [
  { name: 'type check', run: () => oneCheck('npm', ['run', '-s', 'typecheck']) },
  { name: 'lint', run: () => oneCheck('npm', ['run', '-s', 'lint']) },
  { name: 'unit', run: () => vitest('unit', ['--exclude', 'src/filters/**']) },
  { name: 'catalogue', run: () => vitest('catalogue', ['src/filters']) },
  { name: 'conformance', run: () => vitest('conformance', ['--config', 'conformance/vitest.config.ts']) },
  { name: 'build', run: () => oneCheck('npm', ['run', '-s', 'build']) },
  { name: 'browser', run: browserTests },
]

/**
 * `npm test [SECTION...]`: type check, lint, unit, catalogue, conformance (recorded), build, browser. Every section runs
 * even if one before it failed. Ends with a line `N passed, N failed`; a section that is one check counts as one.
 * @returns 0 if nothing failed, 1 if something did, 2 for a section that does not exist.
 */
export async function main(args: string[]): Promise<number> {
  const unknown = args.filter((name) => !SECTIONS.some((section) => section.name === name))
  if (unknown.length > 0) {
    const names = SECTIONS.map((section) => section.name).join(', ')
    process.stderr.write(`no such section: ${unknown.join(', ')}; there are ${names}\n`)
    return 2
  }
  mkdirSync(REPORTS, { recursive: true })
  const results: { name: string; counts: Counts; seconds: number }[] = []
  for (const section of SECTIONS.filter(({ name }) => args.length === 0 || args.includes(name))) {
    process.stdout.write(`\n== ${section.name}\n`)
    const begin = performance.now()
    const counts = await section.run()
    results.push({ name: section.name, counts, seconds: (performance.now() - begin) / 1000 })
  }
  process.stdout.write('\n')
  for (const { name, counts, seconds } of results) {
    const verdict = counts.failed > 0 ? 'FAILED' : 'ok'
    const numbers = `${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(4)} failed`
    process.stdout.write(`${name.padEnd(12)} ${verdict.padEnd(6)} ${numbers} ${seconds.toFixed(1).padStart(7)} s\n`)
  }
  const { passed, failed } = total(results.map((result) => result.counts))
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  return failed > 0 ? 1 : 0
}

async function oneCheck(command: string, args: string[]): Promise<Counts> {
  return (await execute(command, args)) === 0 ? { passed: 1, failed: 0 } : FAILED
}

async function vitest(name: string, args: string[]): Promise<Counts> {
  const report = freshReport(name)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return counted(await execute('npx', ['vitest', 'run', ...args, ...reporters]), report, vitestCounts)
}

async function browserTests(): Promise<Counts> {
  let browser: string
  try {
    browser = await findBrowser()
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return FAILED
  }
  process.stdout.write(`browser: ${browser}\n`)
  const report = freshReport('browser')
  const code = await execute(
    'npx',
    ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
    {
      CHROMIUM: browser,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    },
  )
  return counted(code, report, playwrightCounts)
}

function freshReport(name: string): string {
  const report = join(REPORTS, `${name}.json`)
  rmSync(report, { force: true })
  return report
}

/** A runner that failed without counting a failure (it crashed, or found no tests) failed all the same. */
function counted(code: number, report: string, read: (report: string) => Counts): Counts {
  const counts = existsSync(report) ? read(readFileSync(report, 'utf8')) : { passed: 0, failed: 0 }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function execute(command: string, args: string[], environment: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } })
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
