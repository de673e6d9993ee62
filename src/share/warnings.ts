import type { Design } from '../model/design.ts'
import { formatPath, isObject, type Path } from '../model/json.ts'

export interface LinkWarning {
  code: 'secret' | 'long' | 'very-long'
  /** For a secret: where it stands. */
  path?: string
  message: string
}

/** Chat programs cut links from about here. */
const LONG = 2_000
/** Proxies, mail and browsers' own limits begin here. */
const VERY_LONG = 8_000

/** What the sharer should know before the link leaves: what looks like a secret, and how long it is. */
export function linkWarnings(design: Design, link: string): LinkWarning[] {
  const secrets = findSecrets(design).map(
    ({ path, what }): LinkWarning => ({
      code: 'secret',
      path: formatPath(path),
      message: `${formatPath(path)} looks like ${what}; whoever has the link can read it`,
    }),
  )
  return [...secrets, ...lengthWarning(link.length)]
}

function lengthWarning(length: number): LinkWarning[] {
  const size = `${length.toLocaleString('en-US')} characters`
  if (length > VERY_LONG) {
    return [
      { code: 'very-long', message: `The link has ${size}: many programs refuse or cut it; share a file instead` },
    ]
  }
  if (length > LONG) return [{ code: 'long', message: `The link has ${size}: chat programs may cut it` }]
  return []
}

const VALUE_PATTERNS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\bAKIA[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[opsu]_[A-Za-z0-9]{30,}\b/, 'a GitHub token'],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, 'a Slack token'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/, 'a signed token'],
  [/^(?:basic|bearer)\s+\S{6,}$/i, 'credentials'],
]

const SECRET_NAME = /(?:^|_)(?:password|passwd|secret|api_?key|access_?key|private_?key|client_?key|credentials?)$/i
const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'])

interface Secret {
  path: Path
  what: string
}

function findSecrets(design: Design): Secret[] {
  const found: Secret[] = []
  const { istio: _, ...own } = design
  visit(own, [], undefined, found)
  return found
}

/** `under`: the nearest name above that calls its content secret; Envoy wraps it as `password: {inline_string: ...}`. */
function visit(value: unknown, path: Path, under: string | undefined, found: Secret[]): void {
  if (typeof value === 'string') {
    const key = path.at(-1)
    const known = VALUE_PATTERNS.find(([pattern]) => pattern.test(value))
    if (known) found.push({ path, what: known[1] })
    else if (value !== '' && (isSecretName(key) || (under !== undefined && isInline(key)))) {
      found.push({ path, what: `a secret (${under ?? key})` })
    }
    return
  }
  if (Array.isArray(value)) {
    const [name, text] = value
    if (value.length === 2 && typeof name === 'string' && typeof text === 'string') {
      if (SECRET_HEADERS.has(name.toLowerCase()) && text !== '') found.push({ path, what: `credentials (${name})` })
      else visit(text, [...path, 1], under, found)
      return
    }
    for (const [index, entry] of value.entries()) visit(entry, [...path, index], under, found)
  } else if (isObject(value)) {
    for (const [key, entry] of Object.entries(value)) {
      visit(entry, [...path, key], isSecretName(key) ? key : under, found)
    }
  }
}

function isSecretName(key: unknown): boolean {
  return typeof key === 'string' && SECRET_NAME.test(key.replace(/([a-z])([A-Z])/g, '$1_$2'))
}

function isInline(key: unknown): boolean {
  return key === 'inline_string' || key === 'inline_bytes'
}
