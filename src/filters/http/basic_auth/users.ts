import { sha1 } from '@noble/hashes/legacy.js'
import { fromLatin1, toBase64 } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'

/** Base64 of a SHA-1 digest. */
const HASH_LENGTH = 28

/** Hashes by user name, both byte strings. */
export type Users = ReadonlyMap<string, string>

/**
 * Reads an htpasswd file, which may have comments and empty lines (Envoy: source/extensions/filters/http/basic_auth/config.cc).
 * @throws ConfigError at `path` for a line that is no user with a SHA-1 hash.
 */
export function readUsers(text: string, path: string): Users {
  const users = new Map<string, string>()
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const refuse = (why: string) => new ConfigError(path, `line ${i + 1} of the users: ${why}`)
    const colon = line.indexOf(':')
    if (colon < 0) throw refuse('expected name:{SHA}hash')
    const name = line.slice(0, colon)
    const hash = line.slice(colon + 1)
    if (name === '' || hash === '') throw refuse('name and hash must not be empty')
    if (users.has(name)) throw refuse(`user '${name}' is there twice`)
    if (!hash.startsWith('{SHA}')) throw refuse('only {SHA} hashes are known; make one with htpasswd -s')
    if (hash.length !== '{SHA}'.length + HASH_LENGTH) throw refuse(`a SHA hash has ${HASH_LENGTH} characters`)
    users.set(name, hash.slice('{SHA}'.length))
  }
  return users
}

export function isPassword(users: Users, name: string, password: string): boolean {
  return users.get(name) === toBase64(sha1(fromLatin1(password)))
}
