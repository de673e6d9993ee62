import { Buffer } from '../../../engine/buffer.ts'
import { fromUtf8, utf8 } from '../../../engine/bytes.ts'
import type { HttpFilterDefinition, HttpFilterFactoryContext } from '../../../engine/catalogue.ts'
import { EventLoop } from '../../../engine/event-loop.ts'
import { MemoryHost } from '../../../engine/host.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import { FilterManager } from '../../../engine/http/filter-manager.ts'
import { HeaderMap, type HeaderPair } from '../../../engine/http/header-map.ts'
import type { PerFilterConfig, Route } from '../../../engine/route/types.ts'
import { type ConnectionInfo, DynamicMetadata, FilterState, StreamInfo } from '../../../engine/stream-info.ts'
import { type LogLine, Trace } from '../../../engine/trace.ts'
import type { AsyncClient, AsyncResponse } from '../../../engine/upstream/types.ts'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { createLuaService, type LuaServiceOptions } from '../../../lua/index.ts'
import { loadLuaModule } from '../../../lua/vm/vm.node.ts'
import { lua } from './index.ts'

/** A message for the kit; body chunks arrive one by one. */
export interface KitMessage {
  headers?: HeaderPair[]
  body?: string[]
  trailers?: HeaderPair[]
}

export interface KitOptions extends LuaServiceOptions {
  /** Fields of the Lua message in proto3 JSON, instead of a script. */
  config?: Record<string, unknown>
  perRoute?: Record<string, unknown>
  route?: Partial<Route>
  connection?: Partial<ConnectionInfo>
  /** Answers of clusters to httpCall; `undefined` fails. Others do not exist. */
  clusters?: Record<string, AsyncResponse | undefined>
  filterName?: string
  /** Bytes a stream may hold; no limit unless told. */
  bufferLimit?: number
}

const address = { ip: '10.0.0.1', port: 80 }

/** The Lua filter in a real filter manager, between a client that is played and an upstream that answers. */
export function luaKit(script: string, options: KitOptions = {}) {
  const registry = loadEnvoyRegistry()
  const loop = new EventLoop()
  const service = createLuaService(loadLuaModule(), options)
  const host = new MemoryHost({ startTime: 1_700_000_000_123, services: { lua: service } })
  const sent: { cluster: string; headers: HeaderPair[]; body: string; options: object }[] = []
  const asyncClient = fakeClient(options.clusters ?? {}, loop, sent)
  const filterName = options.filterName ?? lua.name
  const context = {
    loop,
    host,
    services: { registry },
    filterName,
    path: 'http_filters[0]',
  } as unknown as HttpFilterFactoryContext
  const config = registry.decode(
    lua.config,
    (options.config ?? { default_source_code: { inline_string: script } }) as never,
  )
  const shared = lua.shared!(config as never, context)
  const perRoute = options.perRoute && registry.decode(lua.perRoute!, options.perRoute as never)
  const entries: PerFilterConfig[] = perRoute
    ? [{ typeUrl: `type.googleapis.com/${lua.perRoute}`, path: 'route', message: perRoute }]
    : []
  const route = {
    name: '',
    metadata: {},
    virtualHostMetadata: {},
    perFilterConfigs: () => entries,
    ...options.route,
  } as unknown as Route

  /** One request and, unless the script replies, its response. */
  function run(request: KitMessage = {}, response: KitMessage = {}) {
    const trace = new Trace()
    const connection: ConnectionInfo = {
      id: 1,
      remote: address,
      directRemote: address,
      local: address,
      directLocal: address,
      requestedServerName: '',
      transportProtocol: 'raw_buffer',
      applicationProtocols: [],
      dynamicMetadata: new DynamicMetadata(),
      typedMetadata: new Map(),
      filterState: new FilterState(),
      listenerName: 'l',
      filterChainName: '',
      ...options.connection,
    }
    const info = new StreamInfo(connection, 0)
    info.protocol = 'HTTP/1.1'
    info.route = route
    const result = {
      upstream: undefined as
        | undefined
        | { headers: HeaderMap; body: string; chunks: string[]; trailers: HeaderMap | undefined },
      response: undefined as undefined | { headers: HeaderMap; body: string; trailers: HeaderMap | undefined },
      details: undefined as string | undefined,
      cleared: 0,
      info,
      trace,
      logs: [] as LogLine[],
      notes: '',
      override: undefined as HttpStream['upstreamOverrideHost'],
    }
    const upstream: HttpFilter = {
      decodeHeaders(headers, stream) {
        result.upstream = { headers, body: '', chunks: [], trailers: undefined }
        result.override = stream.upstreamOverrideHost
        return 'StopIteration'
      },
      decodeData(data) {
        const text = fromUtf8(data.bytes())
        result.upstream!.body += text
        result.upstream!.chunks.push(text)
        return 'StopIterationNoBuffer'
      },
      decodeTrailers(trailers) {
        result.upstream!.trailers = trailers
        return 'StopIteration'
      },
    }
    const terminal = { ...lua, name: 'router', create: () => upstream } as unknown as HttpFilterDefinition
    const common = { config, context, disabled: false }
    const manager = new FilterManager({
      loop,
      host,
      trace,
      info,
      bufferLimit: options.bufferLimit ?? 0,
      proxy100Continue: true,
      filters: [
        { ...common, name: filterName, path: 'http_filters[0]', definition: lua as never, shared },
        { ...common, name: 'router', path: 'http_filters[1]', definition: terminal, shared: undefined },
      ],
      callbacks: {
        encode1xxHeaders: () => {},
        encodeHeaders: (headers) => {
          result.response = { headers, body: '', trailers: undefined }
        },
        encodeData: (data) => {
          result.response!.body += fromUtf8(data.bytes())
        },
        encodeTrailers: (trailers) => {
          result.response!.trailers = trailers
        },
        endStream: () => {},
        resetStream: () => {},
        route: () => route,
        setRoute: () => {},
        clearRouteCache: () => {
          result.cleared++
        },
        onLocalReply: () => {},
        rewriteLocalReply: () => {},
        recreateStream: () => false,
        asyncClient,
      },
    })
    manager.createFilterChain()
    const requestHeaders: HeaderPair[] = [
      [':method', 'GET'],
      [':path', '/'],
      [':authority', 'a.com'],
      ...(request.headers ?? []),
    ]
    feed(
      request,
      (end) => {
        manager.remoteDecodeComplete = end
      },
      {
        headers: (end) => manager.decodeHeaders(new HeaderMap('request', requestHeaders), end),
        data: (data, end) => manager.decodeData(data, end),
        trailers: (trailers) => manager.decodeTrailers(trailers),
      },
    )
    loop.drain()
    if (result.upstream && !result.response) {
      feed(response, () => {}, {
        headers: (end) =>
          manager.encodeHeaders(
            new HeaderMap('response', [[':status', '200'], ...(response.headers ?? [])]),
            end,
            'via_upstream',
          ),
        data: (data, end) => manager.encodeData(data, end),
        trailers: (trailers) => manager.encodeTrailers(trailers),
      })
      loop.drain()
    }
    result.details = info.responseCodeDetails
    manager.destroy()
    for (const step of trace.steps) {
      result.logs.push(...(step.logs ?? []))
      if (step.reason) result.notes += `${step.reason}\n`
    }
    return result
  }

  return { run, service, sent, loop }
}

function feed(
  message: KitMessage,
  complete: (end: boolean) => void,
  to: { headers(end: boolean): void; data(data: Buffer, end: boolean): void; trailers(trailers: HeaderMap): void },
): void {
  const body = message.body ?? []
  const ends = body.length === 0 && !message.trailers
  complete(ends)
  to.headers(ends)
  body.forEach((chunk, i) => {
    const end = i === body.length - 1 && !message.trailers
    complete(end)
    to.data(Buffer.of(utf8(chunk)), end)
  })
  if (!message.trailers) return
  complete(true)
  to.trailers(new HeaderMap('trailers', message.trailers))
}

function fakeClient(
  clusters: Record<string, AsyncResponse | undefined>,
  loop: EventLoop,
  sent: { cluster: string; headers: HeaderPair[]; body: string; options: object }[],
): AsyncClient {
  return {
    hasCluster: (name) => Object.hasOwn(clusters, name),
    send(cluster, headers, body, options, callbacks) {
      const { parent: _, ...plain } = options
      sent.push({ cluster, headers: headers.pairs(), body: body ? fromUtf8(body) : '', options: plain })
      return loop.timer(5, () => {
        const answer = clusters[cluster]
        if (answer) callbacks.onSuccess(answer)
        else callbacks.onFailure('Reset')
      })
    },
  }
}
