import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDERS = [new URL('./cases/', import.meta.url), new URL('../src/filters/', import.meta.url)]

/** Every recorded case of the project, sorted: those under conformance/cases and those in the filters' own folders. */
export function caseFiles(): string[] {
  const files = FOLDERS.flatMap((folder) => {
    const path = fileURLToPath(folder)
    const entries = readdirSync(path, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file.includes('/cases/'))
  })
  return files.sort()
}
