import { createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { importPublicKey, verifySignature } from './signature.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const hashes = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512']
const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
}

describe.each(Object.entries(pairs))('%s signatures', (_, pair) => {
  const der = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }))
  const key = importPublicKey(der)!

  test.each(hashes)('%s: right, changed text, changed signature', (hash) => {
    const signature = new Uint8Array(createSign(hash).update('data').sign(pair.privateKey))
    expect(verifySignature(hash.toUpperCase(), key, signature, bytes('data'))).toBe('')
    expect(verifySignature(hash, key, signature, bytes('date'))).toBe('Failed to verify digest. Error code: 0')
    const changed = signature.slice()
    changed[changed.length - 1]! ^= 1
    expect(verifySignature(hash, key, changed, bytes('data'))).toBe('Failed to verify digest. Error code: 0')
    expect(verifySignature(hash, key, new Uint8Array(), bytes('data'))).not.toBe('')
  })

  test('a key cut short, a hash that is not known', () => {
    expect(importPublicKey(der.subarray(0, der.length - 5))).toBeUndefined()
    expect(verifySignature('md5', key, bytes('x'), bytes('data'))).toBe('md5 is not supported.')
  })
})

describe('other keys', () => {
  test('Ed25519 can be imported and takes no hash', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const key = importPublicKey(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))!
    expect(verifySignature('sha256', key, bytes('x'), bytes('y'))).toBe('Failed to initialize digest verify.')
  })

  test('rubbish and PEM cannot be imported', () => {
    expect(importPublicKey(bytes('rubbish'))).toBeUndefined()
    expect(importPublicKey(new Uint8Array())).toBeUndefined()
    const pem = pairs.rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
    expect(importPublicKey(bytes(pem))).toBeUndefined()
  })
})
