import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filterCatalogue } from '../../src/filters/catalogue.ts'
import { notModelledSection, withSection } from './not-modelled.ts'

test('the README says what the catalogue says (write it with `npx tsx tools/docs/not-modelled.ts`)', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(withSection(readme)).toBe(readme)
})

test('every filter of the catalogue is named', () => {
  const { entries } = filterCatalogue()
  const section = notModelledSection(entries)
  expect(entries.filter(({ name }) => !section.includes(`\`${name}\``))).toEqual([])
})
