import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'

const SECRET = 'a secret of some length'
const url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const keySet = JSON.stringify({ keys: [{ kty: 'oct', k: url(SECRET) }] })
const local = { issuer: 'me', local_jwks: { inline_string: keySet } }
const needs = (provider: object) => ({
  providers: { p: provider },
  rules: [{ match: { prefix: '/' }, requires: { provider_name: 'p' } }],
})

function token(claims: object = {}): string {
  const text = `${url({ alg: 'HS256' })}.${url({ iss: 'me', sub: 'you', ...claims })}`
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`
}

const bearer = (text: string): [string, string] => ['authorization', `Bearer ${text}`]
const run = (config: object, requests: object[], upstreams = {}) =>
  runFilter({ name: about.name, type: about.config, config, upstreams }, requests as never)

describe('the trace says what was decided and why', () => {
  test('by the rule, the provider and where the token was', async () => {
    const { results, notes } = await run(needs(local), [
      { headers: [bearer(token())] },
      { headers: [bearer(token({ exp: 1 }))] },
      {},
    ])
    expect(results.map(({ response }) => response.status)).toEqual([200, 401, 401])
    expect(notes[0]![0]).toBe(
      'rule 0 (prefix /); provider p: the token in header authorization is good (iss me, sub you)',
    )
    expect(notes[1]![0]).toContain('provider p: the token in header authorization: Jwt is expired')
    expect(notes[2]![0]).toContain('Jwt is missing')
  })

  test('a fetch of keys, and what follows it as a step of its own', async () => {
    const remote = { http_uri: { uri: 'http://keys/set', cluster: 'keys', timeout: '1s' } }
    const { results, notes } = await run(
      needs({ issuer: 'me', remote_jwks: remote }),
      [{ headers: [bearer(token())] }],
      {
        keys: [{ status: 200, body: keySet }],
      },
    )
    expect(results[0]!.upstream.map(({ cluster }) => cluster)).toEqual(['keys', 'backend'])
    expect(notes[0]![0]).toContain('provider p: its keys are fetched')
    expect(notes[0]!.at(-1)).toContain('the token in header authorization is good')
  })

  test('a fetch that fails says what the server answered', async () => {
    const remote = { http_uri: { uri: 'http://keys/set', cluster: 'keys', timeout: '1s' } }
    const { results, notes } = await run(
      needs({ issuer: 'me', remote_jwks: remote }),
      [{ headers: [bearer(token())] }],
      {
        keys: [{ status: 404 }],
      },
    )
    expect(results[0]!.response.body).toBe('Jwks remote fetch is failed')
    expect(notes[0]!.join()).toContain("the key set's server answered 404")
  })
})

test('the cache of tokens forgets the one that was not used for longest', async () => {
  const remote = { http_uri: { uri: 'http://keys/set', cluster: 'keys', timeout: '1s' }, cache_duration: '1s' }
  const config = needs({ issuer: 'me', remote_jwks: remote, jwt_cache_config: { jwt_cache_size: 2 } })
  const [a, b, c] = ['a', 'b', 'c'].map((sub) => ({ headers: [bearer(token({ sub }))] }))
  // The third token pushes the first one out; two seconds later only that one needs keys again.
  const requests = [a, b, c, { ...b, afterMs: 2000 }, c, a]
  const { results } = await run(config, requests as object[], { keys: [{ status: 200, body: keySet }] })
  const fetched = results.map(({ upstream }) => upstream.some(({ cluster }) => cluster === 'keys'))
  expect(fetched).toEqual([true, false, false, false, false, true])
})

describe('configuration that Envoy refuses', () => {
  test.each([
    [
      { rules: [{ match: { prefix: '/' }, requires: { provider_name: 'q' } }] },
      /rules\[0\]\.requires\.provider_name: Required provider \['q'\]/,
    ],
    [
      { rules: [{ match: { prefix: '/' }, requirement_name: 'q' }] },
      /rules\[0\]\.requirement_name: Wrong requirement_name: q/,
    ],
    [
      needs({ local_jwks: { inline_string: '{"keys":[{"kty":"RSA"}]}' } }),
      /providers\["p"\]\.local_jwks: .*key 0: `n` and `e`/,
    ],
    [
      needs({ remote_jwks: { http_uri: { uri: 'keys', cluster: 'backend', timeout: '1s' } } }),
      /http_uri\.uri: .*invalid URI: 'keys'/,
    ],
    [
      needs({ ...local, claim_to_headers: [{ header_name: 'x' }] }),
      /claim_to_headers\[0\]: either claim_name or claim_path/,
    ],
    [needs({ ...local, subjects: { safe_regex: { regex: '(' } } }), /subjects\.safe_regex\.regex: invalid regex/],
  ])('%#', async (config, message) => {
    await expect(run(config as object, [])).rejects.toThrow(message)
  })
})
