import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { prepareConfig, startEnvoy, temporaryFolder } from '../envoy/boot.ts'
import type { Speed } from './simulator.ts'

const LOAD = fileURLToPath(new URL('./load.ts', import.meta.url))

/**
 * How fast the real Envoy answers with one worker over loopback, under load from a second process. Its access log is off.
 * Its processor time is known on Linux only; elsewhere `cost` is NaN.
 */
export async function measureEnvoy(envoy: string, config: JsonObject, seconds: number): Promise<Speed> {
  const folder = temporaryFolder()
  try {
    const { bootstrap, listeners } = await prepareConfig(config, new Map())
    const running = await startEnvoy(envoy, bootstrap, folder.path)
    try {
      const args = ['--import', 'tsx', LOAD, String(listeners[0]!.port), String(seconds)]
      const before = processorTime(running.pid)
      const { stdout } = await promisify(execFile)(process.execPath, args)
      const [perSecond, answered] = stdout.split(' ').map(Number)
      return { perSecond: perSecond!, cost: (processorTime(running.pid) - before) / answered! }
    } finally {
      await running.stop()
    }
  } finally {
    folder.remove()
  }
}

// The kernel counts in hundredths of a second for user space, on every architecture.
const TICK_US = 10_000

/** Microseconds of processor time that a process has had, all threads and the kernel on their behalf. */
function processorTime(pid: number): number {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return Number.NaN
  // The second field is the command in brackets, which may hold blanks; user and system time are fields 14 and 15.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}
