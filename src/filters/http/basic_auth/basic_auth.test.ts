import { expect, test } from 'vitest'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'

const users = (text: string) => ({ users: { inline_string: text } })
const alice = 'alice:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='
const run = (config: object, requests: object[] = []) =>
  runFilter({ name: about.name, type: about.config, config }, requests as never)

test('the trace names the user, or what was missing', async () => {
  const credentials = `Basic ${btoa('alice:secret')}`
  const { notes } = await run(users(alice), [{ headers: [['authorization', credentials]] }, {}])
  expect(notes).toEqual([['user alice'], ['Missing username and password.']])
})

test.each([
  ['alice', /users: line 1 of the users: expected name:\{SHA\}hash/],
  [`# comment\n\n${alice}\n${alice}`, /line 4 of the users: user 'alice' is there twice/],
  ['alice:', /name and hash must not be empty/],
  ['alice:$apr1$x', /only \{SHA\} hashes are known/],
  ['alice:{SHA}abc', /a SHA hash has 28 characters/],
])('%s is refused', async (text, message) => {
  await expect(run(users(text))).rejects.toThrow(message)
})

test('a route with users that cannot be read is refused before anybody asks for it', async () => {
  const perRoute = { '@type': `type.googleapis.com/${about.perRoute}`, ...users('nobody') }
  await expect(runFilter({ name: about.name, type: about.config, config: users(alice), perRoute }, [])).rejects.toThrow(
    /routes\[0\]\.typed_per_filter_config\["envoy\.filters\.http\.basic_auth"\]\.users: line 1 of the users/,
  )
})
