import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const VARIABLES = ['CHROMIUM', 'CHROME_PATH', 'CHROME_BIN']
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * The path of a Chromium or Chrome: named by an environment variable, else on the machine, else the one Playwright
 * downloaded, else (as root on Debian) its package, which is installed.
 * @throws Error saying what to do if there is none.
 */
export async function findBrowser(): Promise<string> {
  for (const variable of VARIABLES) {
    const path = process.env[variable]
    if (!path) continue
    if (!existsSync(path)) throw new Error(`${variable} is ${path}, and there is no such file`)
    return path
  }
  const found = onMachine() ?? (await playwrightsOwn()) ?? debianPackage()
  if (found) return found
  throw new Error(
    'no Chromium or Chrome: install one, set CHROMIUM to its path, or run `npx playwright install --with-deps chromium`',
  )
}

function onMachine(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...paths, ...MAC].find((path) => existsSync(path))
}

async function playwrightsOwn(): Promise<string | undefined> {
  const { chromium } = await import('@playwright/test')
  const path = chromium.executablePath()
  return path && existsSync(path) ? path : undefined
}

function debianPackage(): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  process.stderr.write('installing chromium with apt-get\n')
  const apt = (...args: string[]) =>
    execFileSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  apt('update', '-qq')
  apt('install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  return onMachine()
}
