import { readFile } from 'node:fs/promises'
import { DocumentError, readDocument } from '../envoy/document/read.ts'
import { listBases, loadBase } from '../istio/bases/index.ts'
import type { EnvoyConfig } from '../model/design.ts'
import { designOf } from '../model/import.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { plainConfig } from '../model/migrations.ts'
import { decodeLink, encodeDesign, LinkError } from '../share/link.ts'
import { linkWarnings } from '../share/warnings.ts'
import { EXIT_DONE, EXIT_INPUT, EXIT_USAGE } from './exit.ts'

const USAGE = 'usage: chainwright share encode DESIGN | chainwright share decode LINK'

/** Where `npm start` serves the app: what a printed link begins with. */
const APP = 'http://localhost:4173/'

/** The untouched configuration of a bundled proxy, as designs keep it. */
async function bases(id: string): Promise<EnvoyConfig | undefined> {
  if (!listBases().some((base) => base.id === id)) return undefined
  return plainConfig((await loadBase(id)) as unknown as JsonObject) as unknown as EnvoyConfig
}

/**
 * `share encode DESIGN` prints the link to a design (a file: JSON or YAML), `share decode LINK` prints the design of a
 * link (a URL, or what follows its #). What a sharer should know (secrets, length) goes to stderr. Answers the exit
 * code: 0 done, 1 the file or link is at fault, 2 wrong usage.
 */
export async function shareCommand(args: string[]): Promise<number> {
  const [verb, what, ...more] = args
  if (what === undefined || more.length > 0) {
    console.error(USAGE)
    return EXIT_USAGE
  }
  if (verb === 'encode') return encode(what)
  if (verb === 'decode') return decode(what)
  console.error(USAGE)
  return EXIT_USAGE
}

async function encode(file: string): Promise<number> {
  try {
    const { json } = readDocument(await readFile(file, 'utf8'))
    const name = file.replace(/^.*\//, '').replace(/\.(ya?ml|json)$/i, '')
    const design = designOf(json as Json, name)
    const link = APP + (await encodeDesign(design, { bases }))
    for (const warning of linkWarnings(design, link)) console.error(`warning: ${warning.message}`)
    console.log(link)
    return EXIT_DONE
  } catch (error) {
    const place = error instanceof DocumentError ? `:${error.line}:${error.column}` : ''
    console.error(`${file}${place}: ${(error as Error).message}`)
    return EXIT_INPUT
  }
}

async function decode(link: string): Promise<number> {
  try {
    console.log(JSON.stringify(await decodeLink(link, { bases }), null, 2))
    return EXIT_DONE
  } catch (error) {
    if (!(error instanceof LinkError)) throw error
    console.error(error.message)
    return EXIT_INPUT
  }
}
