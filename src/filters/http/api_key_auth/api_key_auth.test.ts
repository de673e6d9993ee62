import { expect, test } from 'vitest'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'

const credentials = [{ key: 'k', client: 'c' }]
const run = (config: object, requests: object[] = []) =>
  runFilter({ name: about.name, type: about.config, config }, requests as never)

test('the trace names the client and where its key was, never the key', async () => {
  const config = { credentials, key_sources: [{ query: 'key' }, { cookie: 'key' }] }
  const { notes } = await run(config, [{ path: '/?key=k' }, { headers: [['cookie', 'key=secret']] }, {}])
  expect(notes).toEqual([
    ["the key in query parameter key is c's"],
    ["the key in cookie key is nobody's"],
    ['the request carries no key'],
  ])
})

test.each([
  [
    { credentials: [...credentials, { key: 'k', client: 'd' }] },
    /credentials\[1\]\.key: Duplicated credential key: 'k'/,
  ],
  [{ credentials, key_sources: [{ header: 'a' }, {}] }, /key_sources\[1\]: One of 'header'\/'query'\/'cookie'/],
])('%j is refused', async (config, message) => {
  await expect(run(config)).rejects.toThrow(message)
})
