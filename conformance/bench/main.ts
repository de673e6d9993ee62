import { cpus } from 'node:os'
import type { JsonObject } from '../../src/cli/case-document.ts'
import { findEnvoy } from '../envoy/find-envoy.ts'
import { chain, LUA_FILTER, manyFilters, manyHosts, manyRoutes, ONE_HOST, TEN_FILTERS } from './chains.ts'
import { measureEnvoy } from './envoy.ts'
import { measureSimulator, type Speed } from './simulator.ts'

const SECONDS = 3
const SCALE_SECONDS = 1

interface Compared {
  simulator: { perSecond: number; cost: number }
  envoy: { perSecond: number; cost: number }
  /** Simulator to Envoy, requests by the clock: 0.5 is half as many. */
  ratio: number
  /** The same by processor time: on a machine with other work to do this one is to be trusted. */
  ratioOfCosts: number
}

/** `npm run bench`: measures and prints one JSON object; requests are per second, costs in microseconds of processor time for one request. */
async function main(): Promise<void> {
  const envoy = findEnvoy()
  const report = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    tenFilters: await compare(envoy, chain(TEN_FILTERS, ONE_HOST)),
    lua: await compare(envoy, chain(LUA_FILTER, ONE_HOST)),
    filters: await scale([1, 10, 100, 1000], (count) => chain(manyFilters(count), ONE_HOST)),
    routes: await scale([10, 100, 1000, 10_000], (count) => chain([], manyRoutes(count))),
    virtualHosts: await scale([10, 100, 1000, 10_000], (count) => chain([], manyHosts(count))),
  }
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
}

/** The same chain in this thread and in Envoy with one worker over loopback, one after the other. */
async function compare(envoy: string, config: JsonObject): Promise<Compared> {
  const simulator = await measureSimulator(config, SECONDS)
  const real = await measureEnvoy(envoy, config, SECONDS)
  return {
    simulator: rounded(simulator),
    envoy: rounded(real),
    ratio: round(simulator.perSecond / real.perSecond),
    ratioOfCosts: round(real.cost / simulator.cost),
  }
}

function rounded({ perSecond, cost }: Speed): Speed {
  return { perSecond: Math.round(perSecond), cost: round(cost) }
}

/** What a request costs at each size, and what each part more has cost since the size before. */
async function scale(sizes: readonly number[], config: (size: number) => JsonObject) {
  const points: { size: number; perSecond: number; cost: number; costOfOneMore?: number }[] = []
  for (const size of sizes) {
    const { perSecond, cost } = await measureSimulator(config(size), SCALE_SECONDS)
    const before = points.at(-1)
    points.push({
      size,
      perSecond: Math.round(perSecond),
      cost: round(cost),
      ...(before && { costOfOneMore: round((cost - before.cost) / (size - before.size)) }),
    })
  }
  return points
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

await main()
