import { filterChainMatches, listenerMatches } from '../apply/match.ts'
import { PatchRecord } from '../apply/notes.ts'
import type { Patch } from '../apply/types.ts'
import { at, type JsonObject, numberAt, stringAt } from '../message/json.ts'
import type { ChainPair } from './pairs.ts'
import type { PatchContext } from './types.ts'

/** A match in an EnvoyFilter's own spelling, without the filter it is about. */
export interface ChainMatch {
  context: PatchContext
  portNumber?: number
  name?: string
  filterChain?: JsonObject
}

/**
 * The fewest and plainest matches that reach every chain of `wanted` and, of the chains that the patch would change, no
 * other. What cannot be told apart from an unwanted chain is returned in `unreachable`.
 */
export function coverChains(
  all: ChainPair[],
  wanted: ChainPair[],
  changes: (chain: ChainPair) => boolean,
  applyTo: string,
): { matches: ChainMatch[]; unreachable: ChainPair[] } {
  const matches: ChainMatch[] = []
  const unreachable: ChainPair[] = []
  const left = new Set(wanted)
  const affected = all.filter((chain) => chain.before && changes(chain))
  while (left.size > 0) {
    const best = bestMatch(affected, left, applyTo)
    if (!best) {
      unreachable.push(...left)
      break
    }
    matches.push(best.match)
    for (const chain of best.hits) left.delete(chain)
  }
  return { matches, unreachable }
}

/** Of the matches that hit only what is still wanted, the one that hits most; the plainest among equals. */
function bestMatch(
  affected: ChainPair[],
  left: Set<ChainPair>,
  applyTo: string,
): { match: ChainMatch; hits: ChainPair[] } | undefined {
  let best: { match: ChainMatch; hits: ChainPair[] } | undefined
  const tried = new Set<string>()
  for (const target of left) {
    for (const match of candidates(target)) {
      const key = JSON.stringify(match)
      if (tried.has(key)) continue
      tried.add(key)
      const hits = hitsOf(match, affected, applyTo)
      if (!hits.includes(target) || hits.some((chain) => !left.has(chain))) continue
      if (!best || hits.length > best.hits.length) best = { match, hits }
      if (hits.length === left.size) return best
    }
  }
  return best
}

/**
 * For a chain that no match tells apart: the match that reaches it and the fewest others. A patch there can be undone
 * in the others, if they can be told apart.
 */
export function leastMatch(
  all: ChainPair[],
  target: ChainPair,
  changes: (chain: ChainPair) => boolean,
  applyTo: string,
): { match: ChainMatch; others: ChainPair[] } | undefined {
  const affected = all.filter((chain) => chain.before && changes(chain))
  let best: { match: ChainMatch; others: ChainPair[] } | undefined
  for (const match of candidates(target)) {
    const hits = hitsOf(match, affected, applyTo)
    if (!hits.includes(target)) continue
    const others = hits.filter((chain) => chain !== target)
    if (!best || others.length < best.others.length) best = { match, others }
  }
  return best
}

/** The chains to which istiod would apply a patch with this match. */
function hitsOf(match: ChainMatch, chains: ChainPair[], applyTo: string): ChainPair[] {
  const patch: Patch = {
    applyTo,
    operation: 'MERGE',
    context: match.context,
    match: canonical(match),
    value: undefined,
    record: new PatchRecord('', 0),
  }
  return chains.filter(
    ({ context, listener, before }) =>
      context === match.context &&
      before !== undefined &&
      listenerMatches(patch, listener) &&
      filterChainMatches(patch, listener, before),
  )
}

const snake: Record<string, string> = {
  transportProtocol: 'transport_protocol',
  applicationProtocols: 'application_protocols',
  destinationPort: 'destination_port',
}

function canonical(match: ChainMatch): JsonObject {
  const listener: JsonObject = {}
  if (match.portNumber !== undefined) listener.port_number = match.portNumber
  if (match.name !== undefined) listener.name = match.name
  if (match.filterChain) {
    listener.filter_chain = Object.fromEntries(
      Object.entries(match.filterChain).map(([key, value]) => [snake[key] ?? key, value]),
    )
  }
  return { listener }
}

/** Matches for a chain, the plainest first: the whole context, its port, its listener, then the chain's own marks. */
function candidates(chain: ChainPair): ChainMatch[] {
  const { context, listener, before } = chain
  const rule = before?.filter_chain_match
  const destination = numberAt(rule, 'destination_port')
  const virtual = /^virtual(In|Out)bound$/.test(stringAt(listener, 'name'))
  const port = virtual ? destination : numberAt(listener, 'address', 'socket_address', 'port_value')
  const listeners: Omit<ChainMatch, 'filterChain'>[] = [{ context }]
  if (port > 0) listeners.push({ context, portNumber: port })
  listeners.push({ context, name: stringAt(listener, 'name') })
  if (port > 0 && virtual) listeners.push({ context, name: stringAt(listener, 'name'), portNumber: port })
  return chainMarks(before).flatMap((filterChain) =>
    listeners.map((match) => (Object.keys(filterChain).length > 0 ? { ...match, filterChain } : match)),
  )
}

/** The subsets of what a match can say about a chain, small ones first. */
function chainMarks(chain: JsonObject | undefined): JsonObject[] {
  const rule = chain?.filter_chain_match
  const names = at(rule, 'server_names')
  const protocols = at(rule, 'application_protocols')
  const name = stringAt(chain, 'name')
  const port = numberAt(rule, 'destination_port')
  const transport = stringAt(rule, 'transport_protocol')
  const marks: JsonObject[] = []
  if (name !== '') marks.push({ name })
  if (port > 0) marks.push({ destinationPort: port })
  if (Array.isArray(names) && names.length > 0) marks.push({ sni: names[0] as string })
  if (transport !== '') marks.push({ transportProtocol: transport })
  if (Array.isArray(protocols) && protocols.length > 0) marks.push({ applicationProtocols: protocols.join(',') })
  const subsets: JsonObject[] = [{}]
  for (const mark of marks) subsets.push(...subsets.map((subset) => ({ ...subset, ...mark })))
  return subsets.sort((a, b) => Object.keys(a).length - Object.keys(b).length)
}

/** The match as it is written in a patch; `filter` is the network filter it is about. */
export function writtenMatch(
  match: ChainMatch,
  extra: { filter?: JsonObject; listenerFilter?: string } = {},
): JsonObject {
  const listener: JsonObject = {}
  if (match.name !== undefined) listener.name = match.name
  if (match.portNumber !== undefined) listener.portNumber = match.portNumber
  if (extra.listenerFilter !== undefined) listener.listenerFilter = extra.listenerFilter
  const chain: JsonObject = { ...match.filterChain, ...(extra.filter ? { filter: extra.filter } : {}) }
  if (Object.keys(chain).length > 0) listener.filterChain = chain
  return Object.keys(listener).length > 0 ? { context: match.context, listener } : { context: match.context }
}
