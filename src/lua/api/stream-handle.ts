import { Buffer } from '../../engine/buffer.ts'
import type { Timer } from '../../engine/event-loop.ts'
import type { DataStatus, HeadersStatus, TrailersStatus } from '../../engine/http/filter.ts'
import type { HeaderMap } from '../../engine/http/header-map.ts'
import type { AsyncResponse } from '../../engine/upstream/types.ts'
import type { PublicKey } from '../../engine/x509/signature.ts'
import { LuaError, type LuaState } from '../vm/vm.ts'
import { BodyObject, bodyType } from './body.ts'
import type { ScriptFailure } from './failure.ts'
import { HeadersObject, headersType } from './headers.ts'
import { failedResponse, type HttpCall, pushResponse, readHeaders } from './http-call.ts'
import type { PublicKeyObject } from './keys.ts'
import type { MetadataObject } from './metadata.ts'
import { type ApiMachine, ApiObject, Slot, SlotMap } from './object.ts'
import type { LuaScript, ScriptCall } from './script.ts'
import type { HandleSide } from './side.ts'
import type { StatsScopeObject } from './stats.ts'
import { streamHandleType } from './stream-handle-methods.ts'
import type { ConnectionObject, ConnectionStreamInfoObject, RouteScopeObject, StreamInfoObject } from './stream-info.ts'

/** What the script of a handle is doing. */
export type HandleState =
  /** Running, or over. */
  | 'Running'
  | 'WaitForBodyChunk'
  | 'WaitForBody'
  | 'WaitForTrailers'
  | 'HttpCall'
  /** It has answered the request; nothing more of it runs. */
  | 'Responded'

/** A reply that respond() asked for. */
export interface Respond {
  status: number
  headers: HeaderMap
  body: Uint8Array | undefined
}

/**
 * The handle of one direction of one stream, and the coroutine its script runs in (Envoy: StreamHandleWrapper in
 * source/extensions/filters/http/lua/lua_filter.cc). The filter feeds it the message; it answers with filter statuses.
 */
export class StreamHandle extends ApiObject {
  readonly script: LuaScript
  readonly side: HandleSide
  readonly headers: HeaderMap
  endStream: boolean
  trailers: HeaderMap | undefined
  state: HandleState = 'Running'
  headersContinued = false
  bufferedBody = false
  sawBody = false
  readonly publicKeys = new Map<string, PublicKey>()
  /** Set by respond(), carried out once the script has let go. */
  respond: Respond | undefined

  readonly slots = {
    headers: new Slot<HeadersObject>(),
    requestHeaders: new Slot<HeadersObject>(),
    body: new Slot<BodyObject>(),
    trailers: new Slot<HeadersObject>(),
    metadata: new SlotMap<MetadataObject>(),
    filterContext: new Slot<MetadataObject>(),
    streamInfo: new Slot<StreamInfoObject>(),
    connectionStreamInfo: new Slot<ConnectionStreamInfoObject>(),
    connection: new Slot<ConnectionObject>(),
    publicKey: new Slot<PublicKeyObject>(),
    virtualHost: new Slot<RouteScopeObject>(),
    route: new Slot<RouteScopeObject>(),
    stats: new Slot<StatsScopeObject>(),
  }

  private readonly machine: ApiMachine
  private readonly L: LuaState
  private readonly threadRef: number
  private readonly call: ScriptCall
  private request: Timer | undefined
  private returnDuplicateHeaders = false
  private finished = false
  private bodyChanged = false
  private released = false

  constructor(script: LuaScript, side: HandleSide, headers: HeaderMap, endStream: boolean) {
    super()
    this.script = script
    this.side = side
    this.headers = headers
    this.endStream = endStream
    this.machine = script.machine
    const { vm } = this.machine
    this.L = vm.newThread()
    this.threadRef = vm.ref(vm.main)
    this.call = script.begin(side.handler, side.script)
  }

  /** Runs the handler from its beginning. */
  start(): HeadersStatus {
    this.script.pushHandler(this.L, this.side.handler)
    this.machine.push(this.L, streamHandleType, this)
    if (!this.resume(1)) return 'Continue'
    if (this.state === 'WaitForBody' || this.state === 'HttpCall' || this.state === 'Responded') return 'StopIteration'
    this.headersContinued = true
    return 'Continue'
  }

  onData(data: Buffer, endStream: boolean): DataStatus {
    this.endStream = endStream
    this.sawBody = true
    this.markLive()
    if (!this.resumeWithData(data)) return 'Continue'
    switch (this.state) {
      case 'HttpCall':
        return 'StopIterationAndWatermark'
      case 'WaitForBody':
        return 'StopIterationAndBuffer'
      case 'Responded':
        return 'StopIterationNoBuffer'
      default:
        this.headersContinued = true
        return 'Continue'
    }
  }

  private resumeWithData(data: Buffer): boolean {
    if (this.state === 'WaitForBodyChunk') {
      const chunk = new Slot<BodyObject>()
      chunk.push(this.L, this.machine, bodyType, () => new BodyObject(data, this.headers))
      const alive = this.resume(1)
      chunk.reset()
      return alive
    }
    if (this.state === 'WaitForBody' && this.endStream) {
      this.side.addData(data)
      return this.resume(this.pushBody(this.L, this.machine, false))
    }
    if (this.state === 'WaitForTrailers' && this.endStream) return this.resume(0)
    this.markDead()
    return true
  }

  onTrailers(trailers: HeaderMap): TrailersStatus {
    this.endStream = true
    this.trailers = trailers
    this.markLive()
    if (!this.resumeWithTrailers()) return 'Continue'
    if (this.state === 'HttpCall' || this.state === 'Responded') return 'StopIteration'
    this.headersContinued = true
    return 'Continue'
  }

  private resumeWithTrailers(): boolean {
    if (this.state === 'WaitForBodyChunk') return this.resume(0)
    if (this.state === 'WaitForBody') return this.resume(this.pushBody(this.L, this.machine, false))
    if (this.state === 'WaitForTrailers') return this.resume(this.pushTrailers(this.L, this.machine))
    this.markDead()
    return true
  }

  /** Sends a request and waits, or goes on at once; returns what the Lua call returns. */
  httpCall(call: HttpCall, L: LuaState): number {
    const { vm } = this.machine
    const { asyncClient } = this.side.stream
    const options = { ...call.options, parent: this.side.stream }
    if (call.asynchronous) {
      const ignore = () => {}
      asyncClient.send(call.cluster, call.headers, call.body, options, { onSuccess: ignore, onFailure: ignore })
      return 0
    }
    this.returnDuplicateHeaders = call.returnDuplicateHeaders
    let answered: AsyncResponse | undefined
    const settle = (response: AsyncResponse) => {
      if (this.state === 'HttpCall') this.onResponse(response)
      else answered = response
    }
    this.request = asyncClient.send(call.cluster, call.headers, call.body, options, {
      onSuccess: settle,
      onFailure: () => settle(failedResponse()),
    })
    if (!this.request || answered) {
      pushResponse(vm, L, answered ?? failedResponse(), call.returnDuplicateHeaders)
      return 2
    }
    this.state = 'HttpCall'
    return vm.yield(0)
  }

  private onResponse(response: AsyncResponse): void {
    this.request = undefined
    if (this.released) return
    pushResponse(this.machine.vm, this.L, response, this.returnDuplicateHeaders)
    this.markLive()
    this.resume(2)
    if (this.state !== 'Running') return
    this.headersContinued = true
    this.side.continueIteration()
  }

  /** Pushes the whole body, or nothing when there is none; the message must have come in full. Returns the count. */
  pushBody(L: LuaState, machine: ApiMachine, alwaysWrap: boolean): number {
    if (!this.slots.body.value && !this.side.bufferedBody()) {
      if (!alwaysWrap) return 0
      this.side.addData(new Buffer())
    }
    const changed = () => {
      this.bodyChanged = true
    }
    return this.slots.body.push(L, machine, bodyType, () => {
      return new BodyObject(this.side.bufferedBody()!, this.headers, changed)
    })
  }

  /** Pushes the trailers that have come. */
  pushTrailers(L: LuaState, machine: ApiMachine): number {
    return this.slots.trailers.push(L, machine, headersType, () => {
      return new HeadersObject(this.trailers!, this.side.closures, () => true)
    })
  }

  /** What respond() was given, checked. */
  readRespond(L: LuaState, body: Uint8Array | undefined): Respond {
    const headers = readHeaders(this.machine, L, 2, 'response')
    const text = headers.get(':status') ?? ''
    const status = /^[\t-\r ]*\+?\d+[\t-\r ]*$/.test(text) ? Number(text) : 0
    if (status < 200 || status >= 600) throw new LuaError(':status must be between 200-599')
    if (body) headers.set('content-length', String(body.length))
    return { status, headers, body }
  }

  /** Gives up everything that belongs to the stream. */
  release(): void {
    if (this.released) return
    this.released = true
    this.request?.cancel()
    this.markDead()
    for (const closure of this.side.closures.splice(0)) this.machine.release(closure)
    this.machine.unref(this.threadRef)
  }

  protected override onMarkDead(): void {
    for (const slot of Object.values(this.slots)) slot.reset()
  }

  // A body that a script made longer than the stream may hold is answered like one that came so long: 413, or 500.
  private checkBody(): void {
    if (!this.bodyChanged) return
    this.bodyChanged = false
    const { bufferLimit } = this.side.stream
    if (bufferLimit === 0 || (this.side.bufferedBody()?.length ?? 0) <= bufferLimit) return
    this.side.addData(new Buffer())
    this.state = 'Responded'
  }

  // Runs a stretch of the script; false when it failed. What it was handed dies with it.
  private resume(args: number): boolean {
    this.state = 'Running'
    const failure = this.finished ? this.broken('cannot resume dead coroutine') : this.run(args)
    if (this.respond) {
      const { respond } = this
      this.respond = undefined
      this.side.reply(respond)
    }
    if (failure) {
      this.side.fail(failure)
      return false
    }
    this.markDead()
    return true
  }

  private run(args: number): ScriptFailure | undefined {
    const result = this.script.run(this.machine, this.L, args, this.call, this.side.log)
    if (result.status !== 'yield') this.finished = true
    this.checkBody()
    if (result.status === 'failed') return result.failure
    if (result.status === 'yield' && this.state === 'Running')
      return this.broken('script performed an unexpected yield')
    return undefined
  }

  private broken(message: string): ScriptFailure {
    return this.script.paused(this.machine, this.L, this.call, message)
  }
}
