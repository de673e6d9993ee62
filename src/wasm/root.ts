import type { EventLoop, Timer } from '../engine/event-loop.ts'
import { HeaderMap } from '../engine/http/header-map.ts'
import { asciiLower } from '../engine/match/ascii.ts'
import type { LogLine } from '../engine/trace.ts'
import type { AsyncClient, AsyncResponse } from '../engine/upstream/types.ts'
import { ID_STEP, Result } from './abi.ts'
import { Context, type HttpCall, type PluginIdentity, type RootLike } from './context.ts'
import type { Pair } from './pairs.ts'
import type { WasmVm } from './vm.ts'

/** What a root context needs of the proxy. */
export interface RootSurroundings {
  loop: EventLoop
  client: AsyncClient
  /** Where lines go that the module writes outside of any stream. */
  log(line: LogLine): void
}

/** A plugin in a module: its configuration, timer and calls, apart from any stream (Envoy: the root Context). */
export class RootContext extends Context implements RootLike {
  readonly plugin: PluginIdentity
  callResponse: AsyncResponse | undefined
  configuring: Uint8Array | undefined
  private readonly surroundings: RootSurroundings
  private lastCall = 0
  private tick: Timer | undefined
  private failureStatus = { code: 0, message: '' }
  /** Streams whose filter waits: their trace shows what the root does meanwhile. */
  private readonly listeners = new Set<{ log(line: LogLine): void; note(text: string): void }>()

  constructor(vm: WasmVm, plugin: PluginIdentity, surroundings: RootSurroundings) {
    super(vm)
    this.plugin = plugin
    this.surroundings = surroundings
  }

  get root(): this {
    return this
  }

  /** Starts the module and gives it its configuration; false when it refuses. */
  start(): boolean {
    const { vm, id } = this
    vm.call(this, 'proxy_on_context_create', [id, 0], () => {})
    const started = vm.call(this, 'proxy_on_vm_start', [id, vm.configuration.length], ({ value }) => value !== 0)
    return started !== false && this.configure()
  }

  /** For a plugin in a machine that runs already. */
  join(): boolean {
    this.vm.call(this, 'proxy_on_context_create', [this.id, 0], () => {})
    return this.configure()
  }

  private configure(): boolean {
    this.created = true
    const { configuration } = this.plugin
    this.configuring = configuration
    const accepted = this.vm.call(
      this,
      'proxy_on_configure',
      [this.id, configuration.length],
      ({ value }) => value !== 0,
    )
    this.configuring = undefined
    return accepted !== false && this.vm.failure === undefined
  }

  /** Streams that want to show what happens in the root's name. */
  attach(listener: { log(line: LogLine): void; note(text: string): void }): void {
    this.listeners.add(listener)
  }

  detach(listener: { log(line: LogLine): void; note(text: string): void }): void {
    this.listeners.delete(listener)
  }

  httpCall({ cluster, headers, body, trailers, timeoutMs }: HttpCall): { token: number } | { result: number } {
    const { client } = this.surroundings
    const request = mapOf('request', headers)
    const complete = [':path', ':method', ':authority'].every((name) => request.has(name))
    if (timeoutMs < 0 || !client.hasCluster(cluster) || !complete) return { result: Result.BadArgument }
    if (body.length > 0) request.set('content-length', String(body.length))
    this.lastCall += ID_STEP
    const token = this.lastCall
    client.send(
      cluster,
      request,
      body.length > 0 ? body : undefined,
      { timeoutMs, sendXff: false },
      {
        onSuccess: (response) => this.whenIdle(() => this.callOver(token, response)),
        onFailure: () => this.whenIdle(() => this.callFailed(token)),
      },
      trailers.length > 0 ? mapOf('trailers', trailers) : undefined,
    )
    return { token }
  }

  // An answer that comes while the module runs waits until it is done.
  private whenIdle(action: () => void): void {
    if (this.vm.inCall) this.vm.after(action)
    else action()
  }

  private callOver(token: number, response: AsyncResponse): void {
    this.callResponse = response
    this.vm.after(() => {
      this.callResponse = undefined
    })
    this.callbackOf(token, response.headers.size, response.body.length, response.trailers?.size ?? 0)
  }

  private callFailed(token: number): void {
    this.failureStatus = { code: Result.BrokenConnection, message: 'reset' }
    this.vm.after(() => {
      this.failureStatus.message = ''
    })
    this.callbackOf(token, 0, 0, 0)
  }

  private callbackOf(token: number, headers: number, body: number, trailers: number): void {
    this.vm.call(this, 'proxy_on_http_call_response', [this.id, token, headers, body, trailers], () => {})
  }

  status(): { code: number; message: string } {
    return this.failureStatus
  }

  setTickPeriod(milliseconds: number): void {
    this.tick?.cancel()
    this.tick = undefined
    if (milliseconds > 0) this.arm(milliseconds)
  }

  private arm(milliseconds: number): void {
    const timer = this.surroundings.loop.timer(milliseconds, () => {
      this.vm.call(this, 'proxy_on_tick', [this.id], () => {})
      // The module may have set another period, or none, meanwhile.
      if (this.tick === timer) this.arm(milliseconds)
    })
    this.tick = timer
  }

  queueReady(token: number): void {
    this.surroundings.loop.post(() => {
      this.vm.call(this, 'proxy_on_queue_ready', [this.id, token], () => {})
    })
  }

  log(line: LogLine): void {
    if (this.listeners.size === 0) this.surroundings.log(line)
    for (const listener of this.listeners) listener.log(line)
  }

  note(text: string): void {
    for (const listener of this.listeners) listener.note(text)
  }
}

function mapOf(kind: 'request' | 'trailers', pairs: readonly Pair[]): HeaderMap {
  return new HeaderMap(
    kind,
    pairs.map(([name, value]): Pair => [asciiLower(name), value]),
  )
}
