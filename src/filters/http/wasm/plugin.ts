import type { Any } from '@bufbuild/protobuf/wkt'
import { fromLatin1, textOf, utf8 } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { Wasm } from '../../../envoy/types/envoy/extensions/filters/http/wasm/v3/wasm_pb.d.ts'
import type { PluginConfig, VmConfig } from '../../../envoy/types/envoy/extensions/wasm/v3/wasm_pb.d.ts'
import type {
  PluginSettings,
  PluginSurroundings,
  RootContext,
  StreamSettings,
  WasmMachines,
  WasmService,
} from '../../../wasm/index.ts'

/** FailurePolicy by number. */
const FAIL_RELOAD = 1
const FAIL_OPEN = 3

/** The one engine that Envoy's release builds have. */
const RUNTIME = 'envoy.wasm.runtime.v8'

/** How long a failed module rests before it is started anew when the configuration does not say, in milliseconds. */
const RELOAD_DELAY = 1000

/** Starts the plugin; anew when a machine that failed is left behind. */
type Start = (fresh: boolean) => RootContext | { refused: string }

/** What the streams of one Wasm filter share. */
export class Plugin {
  readonly service: WasmService
  readonly settings: StreamSettings
  private root: RootContext
  private readonly policy: number
  private readonly start: Start
  private readonly context: FilterFactoryContext
  private readonly reloadDelay: number
  private loadedAt: number

  constructor(
    config: PluginConfig,
    root: RootContext,
    start: Start,
    context: FilterFactoryContext,
    service: WasmService,
  ) {
    this.service = service
    this.settings = {
      allowStopIteration: config.allowOnHeadersStopIteration ?? false,
      letsPass: config.failOpen && config.failurePolicy === 0,
    }
    this.policy = this.settings.letsPass ? FAIL_OPEN : config.failurePolicy
    const interval = config.reloadConfig?.backoff?.baseInterval
    this.reloadDelay = interval ? Number(interval.seconds) * 1000 + interval.nanos / 1e6 : RELOAD_DELAY
    this.start = start
    this.context = context
    this.loadedAt = context.loop.now
    this.root = root
  }

  /**
   * The root context for a new stream; one whose machine has failed makes the stream fail, none lets it pass
   * (Envoy: PluginConfig::createContext in source/extensions/common/wasm/wasm.cc).
   */
  forStream(): RootContext | undefined {
    if (this.root.vm.failure === undefined) return this.root
    if (this.policy === FAIL_OPEN) return undefined
    if (this.policy === FAIL_RELOAD) this.reload()
    return this.root
  }

  // A module is not loaded again until it has been loaded for the delay, and up to half of it more by chance.
  private reload(): void {
    const { loop, host } = this.context
    if (loop.now < this.loadedAt + this.reloadDelay * (1 + host.random() / 2)) return
    this.loadedAt = loop.now
    const root = this.start(true)
    if (!('refused' in root)) this.root = root
  }
}

/**
 * Makes a plugin of a filter's configuration; a string says why the module is not run.
 * @throws ConfigError for what Envoy would refuse.
 */
export function createPlugin(message: Wasm, context: FilterFactoryContext): Plugin | string {
  const service = context.host.services.wasm as WasmService | undefined
  if (!service) return 'this host runs no WebAssembly'
  const { config } = message
  const path = `${context.path}.config`
  const vm = config?.vm.case === 'vmConfig' ? config.vm.value : undefined
  if (!config || !vm) throw new ConfigError(path, 'a Wasm filter needs config.vm_config')
  if (vm.runtime !== RUNTIME)
    throw new ConfigError(
      `${path}.vm_config.runtime`,
      `Envoy has no runtime '${vm.runtime}' for Wasm; expected '${RUNTIME}'`,
    )
  const code = codeOf(vm, `${path}.vm_config.code`)
  if (typeof code === 'string') return code

  const settings: PluginSettings = {
    name: config.name,
    rootId: config.rootId,
    configuration: bytesOf(config.configuration, context),
    vmId: vm.vmId,
    vmConfiguration: bytesOf(vm.configuration, context),
    environment: environmentOf(vm, context),
    code,
  }
  // What a module writes before there is a stream is of interest when it does not start.
  let lastWords = ''
  const surroundings: PluginSurroundings = {
    loop: context.loop,
    client: context.services.asyncClient,
    now: () => BigInt(Math.round((context.host.startTime + context.loop.now) * 1000)) * 1000n,
    random: () => context.host.random(),
    log: ({ text }) => {
      lastWords = text
    },
  }
  const machines = machinesOf(context, service)
  const start: Start = (fresh) => machines.plugin(settings, surroundings, fresh)
  const root = start(false)
  if (!('refused' in root)) return new Plugin(config, root, start, context, service)
  const words = lastWords ? `; it wrote: ${textOf(fromLatin1(lastWords))}` : ''
  throw new ConfigError(path, `Unable to create Wasm plugin ${config.name}: ${root.refused}${words}`)
}

/** The module's bytes, or why they are not here. */
function codeOf(vm: VmConfig, path: string): Uint8Array | string {
  const source = vm.code?.specifier
  if (source?.case === 'remote')
    return `the module is not run: it would be fetched from ${source.value.httpUri?.uri || 'a server'}. Put it into code.local.inline_bytes to run it here`
  const local = source?.case === 'local' ? source.value.specifier : undefined
  switch (local?.case) {
    case 'inlineBytes':
      return local.value
    case 'inlineString':
      return utf8(local.value)
    case 'filename':
      return `the module is not run: the file ${local.value} is not here. Put it into code.local.inline_bytes to run it`
    default:
      throw new ConfigError(path, 'a Wasm filter needs code: local.inline_bytes, local.filename or remote')
  }
}

/** A configuration inside an Any as a module sees it. */
function bytesOf(any: Any | undefined, { services }: FilterFactoryContext): Uint8Array {
  const unpacked = any && services.registry.unpack(any)
  const value = (unpacked?.message as { value?: string | Uint8Array } | undefined)?.value
  if (unpacked?.typeName === 'google.protobuf.StringValue') return utf8(value as string)
  return unpacked?.typeName === 'google.protobuf.BytesValue' ? (value as Uint8Array) : new Uint8Array(0)
}

function environmentOf(vm: VmConfig, { services }: FilterFactoryContext): [string, string][] {
  const { hostEnvKeys = [], keyValues = {} } = vm.environmentVariables ?? {}
  const host = services.environment?.variables ?? {}
  const inherited = hostEnvKeys
    .filter((key) => Object.hasOwn(host, key))
    .map((key): [string, string] => [key, host[key]!])
  return [...inherited, ...Object.entries(keyValues)]
}

const machines = new WeakMap<object, WasmMachines>()

/** The machines of the proxy that the filter stands in. */
function machinesOf({ services }: FilterFactoryContext, service: WasmService): WasmMachines {
  const known = machines.get(services) ?? service.machines()
  machines.set(services, known)
  return known
}
