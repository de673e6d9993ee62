import { describe, expect, test } from 'vitest'
import { MemoryHost } from '../../../engine/host.ts'
import { runFilter } from '../../common/filter-testkit.node.ts'
import { about } from './about.ts'
import { codeVerifier, csrfToken, decrypt, encrypt, isCsrfToken, isSessionMac, sessionMac } from './crypto.ts'

// A sign-in holds chance and the time, so it cannot be a recorded case: what is expected here is what Envoy 1.40 showed,
// with its own chance and time.
const secrets = ['token', 'hmac'].map((name) => ({
  name,
  generic_secret: { secret: { inline_string: `${name} secret` } },
}))

const config = (more: object = {}) => ({
  config: {
    token_endpoint: { uri: 'https://auth.example.com/token', cluster: 'auth', timeout: '1s' },
    authorization_endpoint: 'https://auth.example.com/authorize?aud=x',
    redirect_uri: 'http://%REQ(:authority)%/callback',
    redirect_path_matcher: { path: { exact: '/callback' } },
    signout_path: { path: { exact: '/signout' } },
    credentials: { client_id: 'me', token_secret: { name: 'token' }, hmac_secret: { name: 'hmac' } },
    forward_bearer_token: true,
    ...more,
  },
})

const run = (more: object, requests: object[], answers: object[] = []) =>
  runFilter(
    { name: about.name, type: about.config, config: config(more), secrets, upstreams: { auth: answers } },
    requests as never,
  )

type Result = Awaited<ReturnType<typeof run>>['results'][number]
const header = ({ response }: Result, name: string) => response.headers?.find(([each]) => each === name)?.[1] ?? ''

/** Cookies as a browser would send them back; those that were deleted are gone. */
function jar(result: Result): [string, string] {
  const set = (result.response.headers ?? []).filter(([name]) => name === 'set-cookie').map(([, value]) => value)
  const kept = set.filter((cookie) => !cookie.includes('=deleted')).map((cookie) => cookie.split(';')[0]!)
  return ['cookie', kept.join('; ')]
}

test('a sign-in: to the authorization server, back with a code, and on with a session', async () => {
  const { results: first } = await run({}, [{ path: '/page?x=1' }])
  const redirect = new URL(header(first[0]!, 'location'))
  expect(redirect.origin + redirect.pathname).toBe('https://auth.example.com/authorize')
  expect(Object.fromEntries(redirect.searchParams)).toMatchObject({
    aud: 'x',
    client_id: 'me',
    response_type: 'code',
    scope: 'user',
    redirect_uri: 'http://example.com/callback',
    code_challenge_method: 'S256',
  })
  expect(first[0]!.details).toBe('oauth.missing_credentials')

  const callback = `/callback?code=the-code&state=${redirect.searchParams.get('state')}`
  const answer = { body: '{"access_token":"acc","refresh_token":"ref","expires_in":100}' }
  const { results: second } = await run({}, [{ path: callback, headers: [jar(first[0]!)] }], [answer])
  const exchange = second[0]!.upstream[0]!
  expect(exchange.body).toContain('grant_type=authorization_code&code=the-code&client_id=me&client_secret=token secret')
  expect(second[0]!.details).toBe('oauth.logged_in')
  expect(header(second[0]!, 'location')).toBe('http://example.com/page?x=1')

  // Two minutes later the session is over, and the refresh token gets another one.
  const session = jar(second[0]!)
  const fresh = { body: '{"access_token":"newer","expires_in":100}' }
  const requests = [{ headers: [session] }, { headers: [session], afterMs: 120_000 }]
  const { results: third, notes } = await run({}, requests, [fresh])
  const sent = third.map(({ upstream }) => new Map(upstream.at(-1)!.headers).get('authorization'))
  expect(sent).toEqual(['Bearer acc', 'Bearer newer'])
  expect(notes[0]).toEqual(['the user is signed in'])
  expect(notes[1]).toEqual(['the session is over; asks auth for tokens', 'the tokens are new'])
  expect(jar(third[1]!)[1]).toMatch(/^OauthHMAC=.*OauthExpires=.*BearerToken=.*RefreshToken=/)
})

test('a code that somebody else began to ask for is not exchanged', async () => {
  const { results } = await run({}, [{ path: '/page' }])
  const state = new URL(header(results[0]!, 'location')).searchParams.get('state')
  const { results: stolen } = await run({}, [{ path: `/callback?code=c&state=${state}` }])
  expect(stolen[0]).toMatchObject({ details: 'CSRF_token_validation_failed', upstream: [] })
})

describe('cookies', () => {
  const host = new MemoryHost()

  test('tokens come back out of what they were encrypted to, with the same secret only', () => {
    const encrypted = encrypt('a token', 'secret', host)
    expect(decrypt(encrypted, 'secret')).toEqual({ text: 'a token' })
    expect(decrypt(encrypted, 'other')).not.toEqual({ text: 'a token' })
    expect(decrypt('short', 'secret')).toEqual({ error: 'Invalid encrypted data' })
    expect(decrypt(`${encrypted.slice(0, 40)}`, 'secret')).toEqual({ error: 'failed to finalize decryption' })
  })

  test('a session is right for its own parts', () => {
    const mac = sessionMac('secret', ['host', '1'])
    expect(isSessionMac('secret', ['host', '1'], mac)).toBe(true)
    expect(isSessionMac('secret', ['host', '2'], mac)).toBe(false)
    expect(isCsrfToken('secret', csrfToken('secret', 'flow'))).toBe(true)
    expect(isCsrfToken('secret', csrfToken('other', 'flow'))).toBe(false)
  })

  test('the challenge of RFC 7636 fits its verifier', async () => {
    const { verifier, challenge } = codeVerifier(host)
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
    expect(Buffer.from(digest).toString('base64url')).toBe(challenge)
  })
})

describe('configuration that Envoy refuses', () => {
  test.each([
    [{ authorization_endpoint: 'nope' }, /config\.authorization_endpoint: 'nope' is no URL/],
    [{ end_session_endpoint: 'https://x/y' }, /config\.end_session_endpoint: it needs OpenID Connect/],
    [{ preserve_authorization_header: true }, /only one of forward_bearer_token/],
    [{ redirect_uri: '%NOPE%' }, /config\.redirect_uri: unknown command %NOPE%/],
    [
      { credentials: { client_id: 'me', token_secret: { name: 'x' } } },
      /credentials\.token_secret: there is no generic secret 'x'/,
    ],
  ])('%j', async (more, message) => {
    await expect(run(more, [])).rejects.toThrow(message)
  })
})
