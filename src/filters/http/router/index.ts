import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import { configureFilters } from '../../../engine/http/filter-chain.ts'
import type { ConfiguredFilter } from '../../../engine/http/filter-slot.ts'
import { Router } from '../../../engine/router/router.ts'
import type { RouterConfig } from '../../../engine/router/types.ts'
import { UPSTREAM_CODEC } from '../../../engine/router/upstream-chain.ts'
import type { ProxyServices } from '../../../engine/services.ts'
import type { Router as RouterMessage } from '../../../envoy/types/envoy/extensions/filters/http/router/v3/router_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * The router as an HTTP filter; what it does is the engine's own, because requests that filters make go through it as well.
 * Envoy: source/common/router/router.cc.
 */
export const router = defineHttpFilter<RouterMessage, RouterConfig>({
  ...about,
  shared(config, context) {
    // Whoever builds a chain of filters hands all of the proxy's services down.
    const services = context.services as ProxyServices
    const filters: ConfiguredFilter[] = configureFilters(
      config.upstreamHttpFilters,
      `${context.path}.upstream_http_filters`,
      services,
    )
    return {
      suppressEnvoyHeaders: config.suppressEnvoyHeaders,
      respectExpectedRqTimeout: config.respectExpectedRqTimeout,
      strictCheckHeaders: config.strictCheckHeaders,
      upstreamFilters: filters.filter(
        (_, i) => typeNameOf(config.upstreamHttpFilters[i]?.configType.value, services) !== UPSTREAM_CODEC,
      ),
      clusters: services.clusters,
    }
  },
  create: ({ shared, stream }) => new RouterFilter(new Router(stream, shared)),
})

class RouterFilter implements HttpFilter {
  private readonly router: Router

  constructor(inner: Router) {
    this.router = inner
  }

  decodeHeaders(headers: Parameters<Router['decodeHeaders']>[0], _stream: HttpStream, endStream: boolean) {
    return this.router.decodeHeaders(headers, endStream)
  }

  decodeData(data: Parameters<Router['decodeData']>[0], _stream: HttpStream, endStream: boolean) {
    return this.router.decodeData(data, endStream)
  }

  decodeTrailers(trailers: Parameters<Router['decodeTrailers']>[0]) {
    return this.router.decodeTrailers(trailers)
  }

  onDestroy() {
    this.router.onDestroy()
  }
}

function typeNameOf(any: unknown, services: ProxyServices): string | undefined {
  return services.registry.unpack(any)?.typeName
}
