import { MemoryHost } from '../../engine/host.ts'
import { type SimulationInput, simulateCase } from '../../engine/simulate.ts'
import { loadEnvoyRegistry } from '../../envoy/load.node.ts'
import { simulatedFilters } from '../index.ts'

const ANY = 'type.googleapis.com/'

export interface FilterRun {
  /** One HTTP filter by its name, the type of its configuration, and its fields. */
  name: string
  type: string
  config: object
  /** The route's own message for the filter, with its `@type`. */
  perRoute?: object
  upstreams?: SimulationInput['upstreams']
  secrets?: unknown[]
  /** 1 January 2027 unless given, in milliseconds since 1970. */
  startTime?: number
}

/** Sends requests through a proxy with one filter; `notes` are what its steps of the trace say, by request. */
export async function runFilter(run: FilterRun, requests: SimulationInput['requests']) {
  const { results, traces } = await simulateCase(
    {
      config: {
        listeners: [
          {
            name: 'main',
            address: { socket_address: { address: '0.0.0.0', port_value: 10_000 } },
            filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager(run) }] }],
          },
        ],
        clusters: ['backend', ...Object.keys(run.upstreams ?? {})].map((name) => ({ name })),
        ...(run.secrets ? { secrets: run.secrets } : {}),
      } as SimulationInput['config'],
      upstreams: { backend: [{ status: 200, body: 'ok' }], ...run.upstreams },
      requests: requests ?? [],
    },
    {
      registry: loadEnvoyRegistry() as never,
      catalogue: simulatedFilters(),
      host: new MemoryHost({ startTime: run.startTime ?? Date.UTC(2027, 0, 1) }),
      trace: true,
    },
  )
  const notes = traces.map(({ steps }) =>
    steps.filter((step) => step.name === run.name && step.phase === 'request').map((step) => step.reason ?? ''),
  )
  return { results, notes }
}

function manager({ name, type, config, perRoute }: FilterRun) {
  const route = {
    match: { prefix: '/' },
    route: { cluster: 'backend' },
    ...(perRoute ? { typed_per_filter_config: { [name]: perRoute } } : {}),
  }
  return {
    '@type': `${ANY}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'test',
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }],
    },
    http_filters: [
      { name, typed_config: { '@type': ANY + type, ...config } },
      { name: 'router', typed_config: { '@type': `${ANY}envoy.extensions.filters.http.router.v3.Router` } },
    ],
  }
}
