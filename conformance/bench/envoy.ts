import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { prepareConfig, startEnvoy, temporaryFolder } from '../envoy/boot.ts'

const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url))

/**
 * Requests a second that the real Envoy answers with one worker over loopback, under load from a second process.
 * Its access log is off.
 */
export async function measureEnvoy(envoy: string, config: JsonObject, seconds: number): Promise<number> {
  const folder = temporaryFolder()
  try {
    const { bootstrap, listeners } = await prepareConfig(config, new Map())
    const running = await startEnvoy(envoy, bootstrap, folder.path)
    try {
      const args = ['--import', 'tsx', LOAD, String(listeners[0]!.port), String(seconds)]
      const { stdout } = await promisify(execFile)(process.execPath, args)
      return Number(stdout)
    } finally {
      await running.stop()
    }
  } finally {
    folder.remove()
  }
}
