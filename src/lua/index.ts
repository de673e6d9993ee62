/**
 * Lua for the engine: what `host.services.lua` holds. The Lua HTTP filter and the Lua cluster specifier
 * make their scripts here.
 *
 *     services: { lua: createLuaService(loadLuaModule()) }              // Node: vm/vm.node.ts compiles the machine
 *     createLuaService(module, { stepping: { limit: 2_000 } })          // each line run is in `service.steps.steps`
 *
 * Scripts are byte strings' worth of code; everything they say comes back as byte strings.
 */
import { latin1 } from '../engine/bytes.ts'
import type { HeaderMap } from '../engine/http/header-map.ts'
import { chooseCluster, clusterHandler, type RouteAnswer, type RouteQuestion } from './api/cluster-specifier.ts'
import type { RunLimits, ScriptFailure } from './api/failure.ts'
import type { PackagePaths } from './api/package-paths.ts'
import { LuaScript, ScriptLoadError } from './api/script.ts'
import type { HandleSide } from './api/side.ts'
import { StatsScope } from './api/stats.ts'
import { type StepOptions, StepRecorder } from './api/steps.ts'
import { StreamHandle } from './api/stream-handle.ts'
import { matchHandler, matchString } from './api/string-matcher.ts'
import { LuaPool } from './vm/pool.ts'

export type { ClusterLoad, RouteAnswer, RouteQuestion } from './api/cluster-specifier.ts'
export type { RunLimits, ScriptFailure } from './api/failure.ts'
export type { LogSink } from './api/object.ts'
export { ScriptLoadError } from './api/script.ts'
export type { HandleSide } from './api/side.ts'
export type { LuaStep, StepOptions, StepRecorder } from './api/steps.ts'
export type { Respond, StreamHandle } from './api/stream-handle.ts'

export interface LuaServiceOptions {
  limits?: Partial<RunLimits>
  /** Records every line that scripts run. */
  stepping?: StepOptions
}

/** What a script needs to know of where it stands. */
export interface ScriptPlace {
  /** For steps and messages: the document path of its source, say. */
  name: string
  /** Milliseconds since 1970. */
  now: () => number
  /** What os.getenv reads. */
  environment?: Readonly<Record<string, string>> | undefined
  packagePaths?: PackagePaths | undefined
}

/** One loaded script of an HTTP filter; its globals live as long as it does. */
export interface HttpScript {
  readonly name: string
  /** A handle for one direction of a stream; undefined when the script does not hook that direction. */
  open(side: HandleSide, headers: HeaderMap, endStream: boolean): StreamHandle | undefined
}

export interface LuaService {
  /** Loads a filter's code. Throws ScriptLoadError for what Envoy refuses. */
  httpScript(source: Uint8Array, place: ScriptPlace): HttpScript
  /** Loads the code of a cluster specifier, which must define `envoy_on_route`. Throws ScriptLoadError. */
  clusterSpecifier(source: Uint8Array, place: ScriptPlace): (question: RouteQuestion) => RouteAnswer
  /** Loads the code of a string matcher, which must define `envoy_match`. Throws ScriptLoadError. */
  stringMatcher(
    source: Uint8Array,
    place: ScriptPlace,
  ): (value: string) => { matched: boolean; failure?: ScriptFailure }
  /** Counters and gauges for one filter's scripts. */
  statsScope(): StatsScope
  /** The lines run so far, when stepping was asked for. */
  readonly steps: StepRecorder | undefined
}

/** A stretch of script may run this long: far beyond any script that is meant to end, short enough to wait for. */
const defaultLimits: RunLimits = { instructions: 100_000_000, memory: 128 * 1024 * 1024 }

const httpHandlers = ['envoy_on_request', 'envoy_on_response']

/** `module` is src/lua/vm/lua.generated.wasm, compiled. */
export function createLuaService(module: WebAssembly.Module, options: LuaServiceOptions = {}): LuaService {
  const limits = { ...defaultLimits, ...options.limits }
  const pool = new LuaPool(module)
  const steps = options.stepping && new StepRecorder(options.stepping)
  const load = (source: Uint8Array, place: ScriptPlace, handlers: readonly string[]) =>
    new LuaScript(source, {
      environment: undefined,
      packagePaths: undefined,
      ...place,
      pool,
      limits,
      steps,
      handlers,
      timestampResolution: handlers === httpHandlers,
    })
  const loadWith = (source: Uint8Array, place: ScriptPlace, handler: string) => {
    const script = load(source, place, [handler])
    if (!script.has(handler)) throw new ScriptLoadError(`${handler}() function not found`)
    return script
  }

  // A proxy with many listeners has the same script on each of them: once it has been seen to load, the others load when a
  // stream first needs them.
  const seen = new Set<string>()

  return {
    steps,
    statsScope: () => new StatsScope(),
    httpScript(source, place) {
      const key = latin1(source)
      let loaded = seen.has(key) ? undefined : load(source, place, httpHandlers)
      seen.add(key)
      return {
        name: place.name,
        open(side, headers, endStream) {
          loaded ??= load(source, place, httpHandlers)
          const script = loaded
          if (!script.has(side.handler)) return undefined
          for (const text of script.loadOutput.splice(0)) side.log('info', `while loading: ${text}`)
          return new StreamHandle(script, side, headers, endStream)
        },
      }
    },
    clusterSpecifier(source, place) {
      const script = loadWith(source, place, clusterHandler)
      return (question) => chooseCluster(script, question)
    },
    stringMatcher(source, place) {
      const script = loadWith(source, place, matchHandler)
      return (value) => matchString(script, value)
    },
  }
}

/** The Lua service of a host, when it has one. */
export function luaServiceOf(services: { lua?: unknown }): LuaService | undefined {
  return services.lua as LuaService | undefined
}
