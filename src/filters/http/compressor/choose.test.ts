import { expect, it } from 'vitest'
import { chooseEncoding } from './choose.ts'

const gzip = { encoding: 'gzip', chooseFirst: false }
const br = { encoding: 'br', chooseFirst: false }

it.each([
  ['gzip, br', [gzip, br], 'gzip'],
  ['gzip, br', [gzip, { ...br, chooseFirst: true }], 'br'],
  ['gzip;q=0.2, br;q=0.8', [gzip, br], 'br'],
  ['*', [br, gzip], 'br'],
  ['gzip;q=0, *', [gzip, br], 'br'],
  ['identity, gzip', [gzip], 'identity'],
  ['gzip;q=none', [gzip], 'identity'],
  ['deflate', [gzip], 'identity'],
  ['', [gzip], 'identity'],
  ['gzip', [], 'identity'],
] as const)('%j among %j is %s', (accept, candidates, encoding) => {
  expect(chooseEncoding(accept, candidates)).toBe(encoding)
})
