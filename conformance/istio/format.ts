import { execFileSync } from 'node:child_process'

/** Brings recorded files into the project's form, so that recording again changes only what istiod changed. */
export function format(paths: string[]): void {
  if (paths.length > 0) execFileSync('npx', ['biome', 'format', '--write', ...paths], { stdio: 'ignore' })
}
