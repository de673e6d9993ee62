import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runSnippet, snippets } from './snippets.ts'

const read = (file: string) => JSON.parse(readFileSync(new URL(`./snippets/${file}`, import.meta.url), 'utf8'))
const recorded: Record<string, string> = read('recorded.json')
/** Why the virtual machine answers differently, by snippet. */
const known: Record<string, string> = read('known-differences.json')

describe('the virtual machine answers as the Lua in Envoy does', () => {
  const all = snippets()

  test('every snippet is recorded, and there are enough', () => {
    expect(all.map((snippet) => snippet.name)).toEqual(Object.keys(recorded))
    expect(all.length).toBeGreaterThanOrEqual(500)
  })

  test('every known difference belongs to a snippet', () => {
    expect(Object.keys(known).filter((name) => !(name in recorded))).toEqual([])
  })

  test.each(all)('$name', ({ name, source }) => {
    const answer = runSnippet(source)
    if (name in known) expect(answer, `${name} is as in Envoy now: take it off the list`).not.toBe(recorded[name])
    else expect(answer).toBe(recorded[name])
  })
})
