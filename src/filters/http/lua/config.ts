import { fromLatin1, textOf, utf8 } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { dataSourceBytes } from '../../../engine/format/data-source.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { DataSource } from '../../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import type { Lua, LuaPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/lua/v3/lua_pb.d.ts'
import type { HandleSide, HttpScript, LuaService } from '../../../lua/index.ts'
import { formatPath } from '../../../model/json.ts'

type StatsScope = ReturnType<LuaService['statsScope']>

/** The scripts of one configured Lua filter, loaded once; each keeps its globals as long as the proxy runs. */
export interface LuaFilterConfig {
  service: LuaService
  defaultScript: HttpScript | undefined
  /** By name, for LuaPerRoute.name. */
  named: ReadonlyMap<string, HttpScript>
  /** The script in a route's own source_code, loaded when it is first needed; `path` is where the message stands. */
  ofRoute(message: LuaPerRoute, path: string): HttpScript | undefined
  clearRouteCache: boolean
  filterContext: JsonObject
  stats: StatsScope
  /** Descriptors for typed metadata, where the registry can give them. */
  types: HandleSide['types']
}

/** Throws ConfigError for a LuaPerRoute that its validation rules do not allow. */
export function checkOverride({ override }: LuaPerRoute, path: string): void {
  if (override.case === 'disabled' && !override.value)
    throw new ConfigError(`${path}.disabled`, 'must be true: leave it out where the filter is to run')
  if (override.case === 'name' && override.value === '')
    throw new ConfigError(`${path}.name`, 'must not be empty: it names one of source_codes')
}

/** What a filter and a route say of the Lua state of their scripts. */
type LuaVmConfig = Pick<Lua, 'sharedVmId' | 'packagePaths' | 'packageCpaths'>

/** Loads the filter's scripts (Envoy: FilterConfig). Throws ConfigError for what Envoy refuses. */
export function loadScripts(config: Lua, context: FilterFactoryContext): LuaFilterConfig | undefined {
  const service = context.host.services.lua as LuaService | undefined
  if (!service) return undefined
  if (config.defaultSourceCode && config.inlineCode)
    throw new ConfigError(
      context.path,
      'Only one of `inline_code` or `default_source_code` can be set for the Lua filter.',
    )

  const load = (
    source: Uint8Array,
    path: string,
    { sharedVmId, packagePaths, packageCpaths }: LuaVmConfig,
  ): HttpScript => {
    const place = {
      name: path,
      now: () => now(context),
      environment: context.services.environment?.variables,
      packagePaths: { paths: packagePaths, cpaths: packageCpaths },
    }
    return shared(context, sharedVmId, source, path, () => {
      try {
        return service.httpScript(source, place)
      } catch (error) {
        throw new ConfigError(path, error instanceof Error ? error.message : String(error))
      }
    })
  }
  const read = (source: DataSource, path: string, vm: LuaVmConfig): HttpScript =>
    load(sourceBytes(source, path, context), path, vm)

  const named = new Map<string, HttpScript>()
  for (const [name, source] of Object.entries(config.sourceCodes))
    named.set(name, read(source, `${context.path}.${formatPath(['source_codes', name])}`, config))

  const routeScripts = new WeakMap<LuaPerRoute, HttpScript>()
  return {
    service,
    named,
    defaultScript: config.defaultSourceCode
      ? read(config.defaultSourceCode, `${context.path}.default_source_code`, config)
      : config.inlineCode
        ? load(utf8(config.inlineCode), `${context.path}.inline_code`, config)
        : undefined,
    ofRoute(message, path) {
      if (message.override.case !== 'sourceCode') return undefined
      let script = routeScripts.get(message)
      if (!script) {
        script = read(message.override.value, `${path}.source_code`, message)
        routeScripts.set(message, script)
      }
      return script
    },
    clearRouteCache: config.clearRouteCache ?? true,
    filterContext: config.filterContext ?? {},
    stats: statsScope(config, context, service),
    types: descriptors(context.services.registry),
  }
}

// Filters of one chain and one stat_prefix count together: what a script counts is under the connection manager's prefix.
const statsScopes = new WeakMap<object, Map<string, StatsScope>>()

function statsScope({ statPrefix }: Lua, { services, path }: FilterFactoryContext, service: LuaService): StatsScope {
  const all = statsScopes.get(services) ?? new Map<string, StatsScope>()
  statsScopes.set(services, all)
  const key = `${path.slice(0, path.lastIndexOf('.http_filters'))}\0${statPrefix}`
  const scope = all.get(key) ?? service.statsScope()
  all.set(key, scope)
  return scope
}

function descriptors(registry: object): HandleSide['types'] {
  return 'message' in registry ? (registry as NonNullable<HandleSide['types']>) : undefined
}

function now({ host, loop }: FilterFactoryContext): number {
  return host.startTime + loop.now
}

function sourceBytes(source: DataSource, path: string, { services }: FilterFactoryContext): Uint8Array {
  return fromLatin1(dataSourceBytes(source, path, services))
}

// Scripts with the same shared_vm_id and the same code are one Lua state within one proxy, each under its own name.
const sharedVms = new WeakMap<object, Map<string, HttpScript>>()

function shared(
  context: FilterFactoryContext,
  id: string,
  source: Uint8Array,
  name: string,
  load: () => HttpScript,
): HttpScript {
  if (id === '') return load()
  const all = sharedVms.get(context.services) ?? new Map<string, HttpScript>()
  sharedVms.set(context.services, all)
  const key = `${id}\0${textOf(source)}`
  let script = all.get(key)
  if (!script) {
    script = load()
    all.set(key, script)
  }
  const { open } = script
  return { name, open: (side, ...message) => open({ ...side, script: name }, ...message) }
}
