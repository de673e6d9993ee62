import { expect, test } from 'vitest'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'

const enabled = { filter_enabled: { default_value: { numerator: 100 } } }
const run = (config: object, requests: object[] = []) =>
  runFilter({ name: about.name, type: about.config, config }, requests as never)

test('the trace says where a request comes from and where it goes', async () => {
  const config = { ...enabled, additional_origins: [{ suffix: '.trusted.com' }] }
  const { results, notes } = await run(config, [
    { method: 'GET' },
    { method: 'POST', headers: [['origin', 'http://example.com']] },
    { method: 'POST', headers: [['origin', 'http://a.trusted.com']] },
    { method: 'POST', headers: [['origin', 'http://evil.com']] },
    { method: 'POST' },
  ])
  expect(results.map(({ response }) => response.status)).toEqual([200, 200, 200, 403, 403])
  expect(notes.flat()).toEqual([
    'GET changes nothing',
    'it comes from the site itself',
    'a.trusted.com is trusted',
    'it comes from evil.com and goes to example.com',
    'it does not say where it comes from',
  ])
})

test('a matcher that is no regex is refused with its path', async () => {
  const config = { ...enabled, additional_origins: [{ safe_regex: { regex: '(' } }] }
  await expect(run(config)).rejects.toThrow(/additional_origins\[0\]\.safe_regex\.regex/)
})
