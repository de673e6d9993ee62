import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { filterCatalogue } from '../../src/filters/catalogue.ts'
import type { CatalogueEntry } from '../../src/model/catalogue.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const BEGIN = '<!-- not modelled: written by tools/docs/not-modelled.ts -->'
const END = '<!-- end of what is not modelled -->'

/** Says of every filter of the catalogue what the simulator does not do: a table, then the names of the rest. */
export function notModelledSection(entries: readonly CatalogueEntry[]): string {
  const by = (modelled: CatalogueEntry['modelled']): CatalogueEntry[] =>
    entries.filter((entry) => entry.modelled === modelled).sort((a, b) => key(a).localeCompare(key(b)))
  const full = by('full')
  const partial = by('partial')
  const none = by('none')
  return [
    `Simulated in full: ${full.map((entry) => `\`${entry.name}\` (${entry.kind})`).join(', ') || 'none'}.`,
    '',
    '| filter | kind | not modelled |',
    '| --- | --- | --- |',
    ...partial.map((entry) => `| \`${entry.name}\` | ${entry.kind} | ${entry.notModelled.map(cell).join('; ')} |`),
    '',
    `Not simulated, so that traffic passes through unchanged (${none.length}):`,
    ...(['http', 'network', 'listener', 'udp'] as const).flatMap((kind) => [
      '',
      `- ${kind}: ${none
        .filter((entry) => entry.kind === kind)
        .map((entry) => `\`${entry.name}\``)
        .join(', ')}`,
    ]),
  ].join('\n')
}

function key({ kind, name }: CatalogueEntry): string {
  return `${kind} ${name}`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** The README with its section as the catalogue says. @throws Error if the markers are not there. */
export function withSection(readme: string): string {
  const from = readme.indexOf(BEGIN)
  const to = readme.indexOf(END)
  if (from < 0 || to < from) throw new Error(`README.md: expected the markers ${BEGIN} and ${END}`)
  const section = notModelledSection(filterCatalogue().entries)
  return `${readme.slice(0, from + BEGIN.length)}\n\n${section}\n\n${readme.slice(to)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(README, withSection(readFileSync(README, 'utf8')))
