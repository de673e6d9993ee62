import {
  constants,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign as signBytes,
} from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromBase64Url } from './encoding.ts'
import { parseJwks } from './jwks.ts'
import { statusCode, statusText } from './status.ts'
import { bareAudience, checkTime, type Jwt, parseJwt } from './token.ts'
import { verifyJwt } from './verify.ts'

const url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const token = (header: unknown, payload: unknown, signature = 'c2ln') => `${url(header)}.${url(payload)}.${signature}`
const parsed = (header: unknown, payload: unknown = {}, signature?: string) =>
  parseJwt(token(header, payload, signature)) as Jwt

const privateKeys: Record<string, JsonWebKey> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export({ format: 'jwk' }),
  ed: generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
  oct: { kty: 'oct', k: url('a secret of some length') },
}

function signed(alg: string, name: string, saltLength?: number): Jwt {
  const text = `${url({ alg })}.${url({ sub: 'me' })}`
  return parseJwt(`${text}.${signatureOf(text, alg, name, saltLength).toString('base64url')}`) as Jwt
}

function signatureOf(text: string, alg: string, name: string, saltLength = constants.RSA_PSS_SALTLEN_DIGEST): Buffer {
  const jwk = privateKeys[name]!
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('HS')) return createHmac(hash, Buffer.from(jwk.k!, 'base64url')).update(text).digest()
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  if (alg === 'EdDSA') return signBytes(null, Buffer.from(text), key)
  if (alg.startsWith('ES')) return signBytes(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('PS'))
    return signBytes(hash, Buffer.from(text), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  return signBytes(hash, Buffer.from(text), key)
}

const jwks = (...names: string[]) => parseJwks(JSON.stringify({ keys: names.map((name) => privateKeys[name]) }))

describe('base64url', () => {
  test('padding may be missing but not wrong, blanks are passed over, bits left over do not matter', () => {
    expect(fromBase64Url('QUI')).toEqual(Uint8Array.of(65, 66))
    expect(fromBase64Url('QUI=')).toEqual(Uint8Array.of(65, 66))
    expect(fromBase64Url('Q U\nJ')).toEqual(Uint8Array.of(65, 66))
    for (const wrong of ['Q', 'QUI==', 'QU+I', 'Q=UI', 'é']) expect(fromBase64Url(wrong), wrong).toBeUndefined()
  })
})

describe('taking a token apart', () => {
  test('claims as Envoy reads them', () => {
    const jwt = parsed({ alg: 'RS256', kid: 'k' }, { iss: 'i', sub: 's', exp: 9.7, aud: ['a', 'b'] })
    expect(jwt).toMatchObject({ alg: 'RS256', kid: 'k', iss: 'i', sub: 's', exp: 9, nbf: 0, audiences: ['a', 'b'] })
    expect(jwt.signed).toBe(
      token({ alg: 'RS256', kid: 'k' }, { iss: 'i', sub: 's', exp: 9.7, aud: ['a', 'b'] }).slice(0, -5),
    )
  })

  test.each([
    ['a.b', 'JwtBadFormat'],
    [token('x', {}), 'JwtHeaderBadJson'],
    [token({ alg: 'none' }, {}), 'JwtHeaderNotImplementedAlg'],
    [token({ alg: 'ES256', kid: 1 }, {}), 'JwtHeaderBadKid'],
    [token({ alg: 'ES256' }, { exp: '1' }), 'JwtExpNotInteger'],
    [token({ alg: 'ES256' }, { nbf: -1 }), 'JwtNbfOutOfRange'],
    [token({ alg: 'ES256' }, { aud: [1] }), 'JwtAudNotString'],
    [token({ alg: 'ES256' }, {}, '*'), 'JwtSignatureBadBase64'],
  ])('%s is %s', (text, status) => expect(parseJwt(text)).toBe(status))

  test('time, with some seconds to spare', () => {
    const jwt = parsed({ alg: 'RS256' }, { nbf: 1000, exp: 2000 })
    expect(checkTime(jwt, 939, 60)).toBe('JwtNotYetValid')
    expect(checkTime(jwt, 940, 60)).toBe('Ok')
    expect(checkTime(jwt, 2060, 60)).toBe('Ok')
    expect(checkTime(jwt, 2061, 60)).toBe('JwtExpired')
    expect(checkTime(parsed({ alg: 'RS256' }), 1e12, 0)).toBe('Ok')
  })

  test('scheme and slash of an audience do not count', () => {
    expect(['https://a/', 'http://a', 'a/', 'a'].map(bareAudience)).toEqual(['a', 'a', 'a', 'a'])
    expect(bareAudience('ftp://a')).toBe('ftp://a')
  })

  test('numbers and texts of a status', () => {
    expect(statusCode('JwtExpired')).toBe(3)
    expect(statusText('JwtExpired')).toBe('Jwt is expired')
  })
})

describe('signatures', () => {
  const all = [
    ...['RS', 'PS'].flatMap((family) => [256, 384, 512].map((bits) => [`${family}${bits}`, 'rsa'])),
    ...[256, 384, 512].map((bits) => [`HS${bits}`, 'oct']),
    ['ES256', 'P-256'],
    ['ES384', 'P-384'],
    ['ES512', 'P-521'],
    ['EdDSA', 'ed'],
  ] as [string, string][]

  test.each(all)('%s', (alg, name) => {
    const jwt = signed(alg, name)
    expect(verifyJwt(jwt, jwks(name))).toBe('Ok')
    expect(verifyJwt({ ...jwt, signed: `${jwt.signed}x` }, jwks(name))).toBe('JwtVerificationFail')
    const changed = jwt.signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
    expect(verifyJwt({ ...jwt, signature: changed }, jwks(name))).toBe('JwtVerificationFail')
  })

  test('PSS with a salt of another length is not taken', () => {
    expect(verifyJwt(signed('PS256', 'rsa', 20), jwks('rsa'))).toBe('JwtVerificationFail')
  })

  test('only keys with the name and the algorithm of the token are tried', () => {
    const { keys } = parseJwks(JSON.stringify({ keys: [{ ...privateKeys.rsa, kid: 'a', alg: 'RS256' }] }))
    const jwt = signed('RS256', 'rsa')
    expect(verifyJwt(jwt, { keys, problems: [] })).toBe('Ok')
    expect(verifyJwt({ ...jwt, kid: 'b' }, { keys, problems: [] })).toBe('JwksKidAlgMismatch')
    expect(verifyJwt({ ...jwt, alg: 'RS512' }, { keys, problems: [] })).toBe('JwksKidAlgMismatch')
  })

  test('an Ed25519 signature of another length is a failure of its own', () => {
    const jwt = signed('EdDSA', 'ed')
    expect(verifyJwt({ ...jwt, signature: jwt.signature.slice(1) }, jwks('ed'))).toBe('JwtEd25519SignatureWrongLength')
  })
})

describe('key sets', () => {
  test('keys that cannot be used are passed over and named', () => {
    const { keys, problems } = parseJwks(
      JSON.stringify({ keys: [{ kty: 'XX' }, privateKeys.rsa, { kty: 'oct', k: '' }] }),
    )
    expect(keys).toHaveLength(1)
    expect(problems).toEqual(['key 0: `kty` XX is not supported', 'key 2: `k` has to be base64url'])
  })

  test.each([
    ['nope', 'the key set is not a JSON object'],
    ['{}', 'the key set has no `keys`'],
    ['{"keys":1}', '`keys` of the key set is not a list'],
    ['{"keys":[]}', 'the key set is empty'],
    ['{"keys":[{"kty":"EC","crv":"P-256","alg":"ES384"}]}', 'key 0: `crv` P-256 does not fit `alg` ES384'],
    ['{"keys":[{"kty":"EC","x":"AA","y":"AA"}]}', 'key 0: `x` and `y` are not a point of the curve'],
    ['{"keys":[{"kty":"RSA","n":"AA","e":"EQ"}]}', 'key 0: `e` of an RSA key has to be 3 or 65537'],
    ['{"keys":[{"kty":"OKP","crv":"Ed448","x":"AA"}]}', 'key 0: `crv` of an OKP key has to be Ed25519'],
  ])('%s: %s', (text, problem) => expect(parseJwks(text)).toEqual({ keys: [], problems: [problem] }))
})
