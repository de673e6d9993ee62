import { expect, test } from 'vitest'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'

const TYPES = 'type.googleapis.com/envoy.extensions.http.injected_credentials'
const secrets = [{ name: 'token', generic_secret: { secret: { inline_string: 'Bearer t\n' } } }]
const credential = (type: string, fields: object) => ({
  credential: { name: 'c', typed_config: { '@type': `${TYPES}.${type}`, ...fields } },
})
const run = (config: object, requests: object[] = [], upstreams = {}) =>
  runFilter({ name: about.name, type: about.config, config, secrets, upstreams }, requests as never)

test('the trace says where the credential went, or why it did not', async () => {
  const { notes } = await run(credential('generic.v3.Generic', { credential: { name: 'token' } }), [
    {},
    { headers: [['authorization', 'mine']] },
  ])
  expect(notes).toEqual([['the credential goes into authorization'], ['the request has authorization already']])
})

test('a secret that is not there is named', async () => {
  const config = credential('generic.v3.Generic', { credential: { name: 'other' } })
  await expect(run(config)).rejects.toThrow(/typed_config\.credential: there is no generic secret 'other'/)
})

test('a token is asked for again when half its time is over, and kept when that fails', async () => {
  const config = credential('oauth2.v3.OAuth2', {
    token_endpoint: { uri: 'http://auth/token', cluster: 'auth', timeout: '1s' },
    client_credentials: { client_id: 'me', client_secret: { name: 'token' } },
  })
  const answers = [
    { body: '{"access_token":"one","expires_in":20}' },
    { status: 500 },
    { body: '{"access_token":"two","expires_in":20}' },
  ]
  const { results } = await run(config, [{}, { afterMs: 10_500 }, { afterMs: 2000 }], { auth: answers })
  const sent = results.map(({ upstream }) =>
    upstream.filter(({ cluster }) => cluster === 'backend').map(({ headers }) => new Map(headers).get('authorization')),
  )
  expect(sent).toEqual([['Bearer one'], ['Bearer one'], ['Bearer two']])
})
