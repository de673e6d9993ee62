import {
  type CaseDocument,
  type CaseResult,
  type HeaderPair,
  isObject,
  type Json,
  type JsonObject,
} from '../../src/cli/case-document.ts'
import { compareResults } from '../envoy/compare.ts'
import { NODE, runBatch } from './batch.ts'
import type { Simulate } from './simulate.ts'
import { MIRROR } from './words.ts'

/** A program on which the simulator and Envoy differ. */
export interface Difference {
  document: CaseDocument
  lines: string[]
}

const MAX_ROUNDS = 60
/** Smaller still is not worth waiting for. */
const MAX_MS = 60_000
const BATCH = 48

/** Runs programs through both and gives those that differ, and how many requests were compared. */
export async function findDifferences(
  programs: readonly CaseDocument[],
  envoy: string,
  simulate: Simulate,
): Promise<{ differences: Difference[]; compared: number; refused: string[] }> {
  const differences: Difference[] = []
  const refused: string[] = []
  let compared = 0
  for (const outcome of await runBatch(programs, envoy)) {
    if ('refused' in outcome) {
      refused.push(outcome.refused)
      continue
    }
    compared += outcome.results.length
    const { document } = outcome
    const got = await simulate({ ...document, config: { ...document.config, node: NODE } })
    const lines =
      'error' in got ? [`error: ${got.error}`] : compareResults(outcome.results.map(steady), got.results.map(steady))
    if (lines.length > 0) differences.push({ document, lines })
  }
  return { differences, compared, refused }
}

/**
 * A result without what depends on chance: when copies of a request arrive, and what a random wait before a retry left
 * of its time.
 */
function steady(result: CaseResult): CaseResult {
  const originals = result.upstream.filter(({ cluster }) => cluster !== MIRROR)
  const upstream = originals.map((request, index) =>
    index === 0 || !request.headers ? request : { ...request, headers: request.headers.map(withoutTime) },
  )
  const copies = result.upstream.filter(({ cluster }) => cluster === MIRROR)
  copies.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { ...result, upstream: [...upstream, ...copies] }
}

function withoutTime([name, value]: HeaderPair): HeaderPair {
  return [name, name === 'x-envoy-expected-rq-timeout-ms' ? '<ms>' : value]
}

/** What kind of difference it is: places and header names without request numbers, list indexes and values. */
export function signature(lines: readonly string[]): string[] {
  const kinds = lines.map((line) =>
    line
      .replace(/^#\d+/, '')
      .replace(/\[\d+\]/g, '[]')
      .replace(/^(error: .{0,60}).*$/s, '$1')
      .replace(/: (missing|extra) ([^:]*): .*$/s, ': $1 $2')
      .replace(/: want .*$/s, ''),
  )
  return [...new Set(kinds)].sort()
}

/** Takes away whatever can go while the same kind of difference stays: requests, filters, routes, fields. */
export async function shrink(found: Difference, envoy: string, simulate: Simulate): Promise<Difference> {
  const kinds = new Set(signature(found.lines))
  let best = await onlyFailing(found, kinds, envoy, simulate)
  const begin = performance.now()
  for (let round = 0; round < MAX_ROUNDS && performance.now() - begin < MAX_MS; round++) {
    const smaller = await bestOf(candidates(best.document), kinds, envoy, simulate)
    if (!smaller) return best
    best = smaller
  }
  return best
}

/** First the great step: the one request that differs, alone. */
async function onlyFailing(
  found: Difference,
  kinds: Set<string>,
  envoy: string,
  simulate: Simulate,
): Promise<Difference> {
  const indexes = [...new Set(found.lines.map((line) => Number(/^#(\d+)/.exec(line)?.[1] ?? 0)))]
  const alone = indexes.map((index) => ({ ...found.document, requests: [found.document.requests![index]!] }))
  const prefixes = indexes.map((index) => ({
    ...found.document,
    requests: found.document.requests!.slice(0, index + 1),
  }))
  return (await bestOf([...alone, ...prefixes], kinds, envoy, simulate)) ?? found
}

async function bestOf(
  documents: CaseDocument[],
  kinds: Set<string>,
  envoy: string,
  simulate: Simulate,
): Promise<Difference | undefined> {
  // Large steps first: the candidates are sorted by what they leave.
  const sorted = documents.sort((a, b) => size(a) - size(b))
  for (let at = 0; at < sorted.length; at += BATCH) {
    const { differences } = await findDifferences(sorted.slice(at, at + BATCH), envoy, simulate)
    const same = differences.filter(({ lines }) => signature(lines).some((kind) => kinds.has(kind)))
    if (same.length > 0) return same.reduce((a, b) => (size(b.document) < size(a.document) ? b : a))
  }
  return undefined
}

function size(document: CaseDocument): number {
  return JSON.stringify(document).length
}

/** Every document with one thing less. Those that Envoy then refuses fall away by themselves. */
function candidates(document: CaseDocument): CaseDocument[] {
  const fields = { requests: document.requests, upstreams: document.upstreams } as unknown as JsonObject
  const listeners = document.config.listeners!
  const lessConfig = without(listeners).map((value) => ({
    ...document,
    config: { ...document.config, listeners: value },
  }))
  const lessTraffic = without(fields).map((value): CaseDocument => ({ ...document, ...(value as object) }))
  return [...lessConfig, ...lessTraffic].filter(
    ({ requests, upstreams }) => (requests ?? []).length > 0 && upstreams?.down === document.upstreams?.down,
  ) as CaseDocument[]
}

/** All ways to leave one list element, one field or one line of a script out, at any depth. */
function without(node: Json): Json[] {
  if (typeof node === 'string' && node.includes('\n')) {
    const lines = node.split('\n')
    return lines.map((_, index) => lines.filter((_, at) => at !== index).join('\n'))
  }
  if (Array.isArray(node)) {
    // A header is a pair: half of one is nothing that a case can say.
    if (node.length === 2 && node.every((item) => typeof item === 'string')) return []
    const shorter = node.map((_, index) => node.filter((_, at) => at !== index))
    const inner = node.flatMap((item, index) => without(item).map((value) => node.with(index, value)))
    return [...shorter, ...inner]
  }
  if (!isObject(node)) return []
  const keys = Object.keys(node).filter((key) => key !== '@type' && key !== 'match')
  const fewer = keys.map((key) => Object.fromEntries(Object.entries(node).filter(([name]) => name !== key)))
  const inner = keys.flatMap((key) => without(node[key]!).map((value) => ({ ...node, [key]: value })))
  return [...fewer, ...inner]
}
