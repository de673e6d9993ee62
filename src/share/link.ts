import type { Design, EnvoyConfig } from '../model/design.ts'
import { isObject, type Json, type JsonObject } from '../model/json.ts'
import { DesignError, openDesign } from '../model/migrations.ts'
import { crc32, fromBase64Url, pack, toBase64Url, unpack } from './bytes.ts'
import { applyPatch, diffJson, type Patch } from './patch.ts'

/**
 * The version of the link's own encoding (the design inside has its own `format`). Links are for ever: a new encoding
 * gets a new number and the old ones stay readable.
 */
export const LINK_VERSION = 1

/** A design of more plain bytes than this is not taken from a link: nobody shares 16 MiB, bombs do. */
export const MAX_BYTES = 16 * 1024 * 1024

/** Looks up what istiod sends an untouched proxy by the id in `istio.base`; undefined if there is no such base. */
export type BaseLookup = (id: string) => EnvoyConfig | undefined | Promise<EnvoyConfig | undefined>

export type LinkErrorCode =
  | 'not-a-link'
  | 'newer'
  | 'truncated'
  | 'damaged'
  | 'too-large'
  | 'unknown-base'
  | 'base-changed'
  | 'invalid-design'

/** Why a link does not open, in words for its reader. */
export class LinkError extends Error {
  readonly code: LinkErrorCode
  constructor(code: LinkErrorCode, message: string) {
    super(message)
    this.name = 'LinkError'
    this.code = code
  }
}

/** What a link carries: the design, its `config` as the difference from its base where it has one. */
interface Payload {
  d: JsonObject
  /** The patch from the base to `config`; absent when they are the same. */
  p?: Patch
  /** CRC-32 of the bundled base that `p` starts from. */
  b?: number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The design as the fragment of a link: `#1.z.DATA`, DATA being deflated JSON in base64url. A design on a base holds
 * only what differs from it.
 */
export async function encodeDesign(design: Design, options: { bases: BaseLookup }): Promise<string> {
  const payload = await toPayload(design, options.bases)
  return `#${LINK_VERSION}.z.${toBase64Url(pack(encoder.encode(JSON.stringify(payload))))}`
}

async function toPayload(design: Design, bases: BaseLookup): Promise<Payload> {
  const base = design.istio?.base
  const from = base && ('id' in base ? await bases(base.id) : base.inline)
  if (!base || !from) return { d: design as unknown as JsonObject }
  // A member's place among the others is kept by leaving null where `config` stands.
  const d = { ...design, config: null } as unknown as JsonObject
  const patch = diffJson(from as JsonObject, design.config as JsonObject)
  return { d, ...(patch && { p: patch }), ...('id' in base && { b: fingerprint(from) }) }
}

function fingerprint(config: EnvoyConfig): number {
  return crc32(encoder.encode(JSON.stringify(config)))
}

/**
 * Opens a link (a whole URL, its fragment, or what follows the #) to the identical design. Rejects with a LinkError
 * that says what is wrong with it; nothing is decompressed past `maxBytes`.
 */
export async function decodeLink(link: string, options: { bases: BaseLookup; maxBytes?: number }): Promise<Design> {
  const plain = readPlain(link, options.maxBytes ?? MAX_BYTES)
  const payload = parsePayload(plain)
  const document = payload.d.config === null ? await rebuild(payload, options.bases) : payload.d
  try {
    return openDesign(document)
  } catch (error) {
    if (!(error instanceof DesignError)) throw error
    if (error.code === 'newer') throw new LinkError('newer', `The link holds a newer design. ${error.message}`)
    throw new LinkError('invalid-design', `The link does not hold a design: ${error.message}`)
  }
}

/** Whether a URL's fragment looks like a shared design (of any version), as opposed to some other anchor. */
export function isDesignLink(fragment: string): boolean {
  return /^#?\d+\.\w+\./.test(fragment)
}

function readPlain(link: string, maxBytes: number): string {
  const code = link.slice(link.indexOf('#') + 1).trim()
  const [, version, tag, data] = /^(\d+)\.(\w+)\.(.*)$/s.exec(code) ?? []
  if (version === undefined || data === undefined) {
    throw new LinkError('not-a-link', 'This is not a Chainwright link: it should end in #1.z. and the design')
  }
  if (Number(version) > LINK_VERSION || tag !== 'z') {
    throw new LinkError(
      'newer',
      `The link was made by a newer Chainwright (encoding ${version}.${tag}; this one reads up to ${LINK_VERSION}.z)`,
    )
  }
  if (Number(version) < 1) throw new LinkError('not-a-link', `There is no encoding ${version}.${tag}`)
  const odd = /[^\w-]/.exec(data)
  if (odd) {
    const place = `character ${odd.index + 1}, ${JSON.stringify(odd[0])}, does not belong`
    throw new LinkError('damaged', `The link is damaged: ${place}; copy it again from where it was shared`)
  }
  if (data.length * 0.75 > maxBytes) throw tooLarge(maxBytes)
  const packed = fromBase64Url(data)
  const unpacked = packed ? unpack(packed, maxBytes) : ({ problem: 'truncated' } as const)
  if ('bytes' in unpacked) {
    try {
      return decoder.decode(unpacked.bytes)
    } catch {
      throw damaged()
    }
  }
  if (unpacked.problem === 'too-large') throw tooLarge(maxBytes)
  if (unpacked.problem === 'damaged') throw damaged()
  throw new LinkError('truncated', 'The link is cut short: its end is missing; copy the whole of it')
}

function damaged(): LinkError {
  return new LinkError('damaged', 'The link is damaged: some of its characters were changed on the way')
}

function tooLarge(maxBytes: number): LinkError {
  const limit = maxBytes >= 1048576 ? `${Math.round(maxBytes / 1048576)} MiB` : `${maxBytes} bytes`
  return new LinkError('too-large', `The link unpacks to more than ${limit}; share the design as a file instead`)
}

/** Deeper nesting than any configuration has: recursive code must not meet it. */
const MAX_DEPTH = 256

function parsePayload(plain: string): Payload {
  let depth = 0
  for (const [token] of plain.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > MAX_DEPTH) throw new LinkError('invalid-design', `The link nests deeper than ${MAX_DEPTH} levels`)
  }
  let payload: Json
  try {
    payload = JSON.parse(plain) as Json
  } catch {
    throw damaged()
  }
  if (!isObject(payload) || !isObject(payload.d)) {
    throw new LinkError('invalid-design', 'The link does not hold a design')
  }
  return payload as unknown as Payload
}

async function rebuild(payload: Payload, bases: BaseLookup): Promise<JsonObject> {
  const istio = payload.d.istio
  const base = isObject(istio) ? istio.base : undefined
  let from: unknown
  if (isObject(base) && typeof base.id === 'string') {
    from = await bases(base.id)
    if (!from) {
      throw new LinkError(
        'unknown-base',
        `The link starts from the base "${base.id}", which this Chainwright does not have`,
      )
    }
    if (fingerprint(from as EnvoyConfig) !== payload.b) {
      throw new LinkError(
        'base-changed',
        `The link starts from another version of the base "${base.id}" than this one has`,
      )
    }
  } else if (isObject(base) && isObject(base.inline)) from = base.inline
  else throw new LinkError('invalid-design', 'The link holds a difference but not what it differs from')
  try {
    const config = payload.p ? applyPatch(from as Json, payload.p) : (from as Json)
    return { ...payload.d, config }
  } catch {
    throw new LinkError('damaged', 'The link is damaged: its changes do not fit the base they start from')
  }
}
