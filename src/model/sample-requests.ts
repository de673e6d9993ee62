import type { Design, EnvoyConfig, RequestSpec, Upstream } from './design.ts'
import { asObject, asObjects, asText, type JsonObject } from './json.ts'

/** Where a workload's address stands in requests to listeners that iptables redirects to. */
const WORKLOAD = '10.0.0.1'

/**
 * First requests for a proxy that was opened, made from its own configuration: one to a host of its routes, and for a
 * sidecar or waypoint, whose listeners are not spoken to by address, one in each direction.
 */
export function sampleRequests(config: EnvoyConfig): RequestSpec[] {
  const { listeners } = config
  const open = listeners.filter((one) => one.bind_to_port !== false && one.internal_listener === undefined)
  const virtual = open.find((one) => one.use_original_dst === true)
  const inbound = open.find((one) => one.traffic_direction === 'INBOUND' && restores(one))
  const tunnel = listeners.find((one) => one.internal_listener !== undefined && hasHttp(one))
  const found = [
    ...(virtual ? outbound(config, virtual) : []),
    ...(inbound ? inwards(config, inbound) : []),
    ...(tunnel ? throughTunnel(tunnel) : []),
  ]
  if (found.length > 0) return found
  for (const listener of open) {
    const authority = hostsOf(config, listener)[0]
    if (authority !== undefined) return [request({ authority, path: '/api/items' }, listener, open)]
  }
  const http = open.find(hasHttp)
  return http ? [request({ path: '/' }, http, open)] : []
}

/** The requests and servers that a design begins with. */
export function sampleTraffic(config: EnvoyConfig): Pick<Design, 'requests' | 'upstreams'> {
  return { requests: sampleRequests(config), upstreams: sampleUpstreams(config) }
}

/**
 * Servers where connections were going anyway: nothing but the design says that somebody is there. Clusters with
 * endpoints answer without being told.
 */
function sampleUpstreams(config: EnvoyConfig): Record<string, Upstream> {
  const there = config.clusters.filter((one) => one.type === 'ORIGINAL_DST' && typeof one.name === 'string')
  return Object.fromEntries(there.map((one) => [one.name as string, [{ status: 200 }]]))
}

function request(more: RequestSpec, listener: JsonObject, open: readonly JsonObject[]): RequestSpec {
  const name = asText(listener.name)
  return { method: 'GET', ...more, ...(listener !== open[0] && name !== undefined && { listener: name }) }
}

/** A call of the workload's to the first service that a listener behind `virtual` has a route for. */
function outbound(config: EnvoyConfig, virtual: JsonObject): RequestSpec[] {
  const hosts = config.listeners
    .filter((one) => one.bind_to_port === false && hasHttp(one))
    .map((one) => ({ ...addressOf(one), names: hostsOf(config, one) }))
    .filter(({ port, names }) => port !== undefined && names.length > 0)
  // The service that the workload is most likely to call is not the gateway that calls it.
  const chosen = hosts.find(({ names }) => !names.some((name) => /gateway/.test(name))) ?? hosts[0]
  if (chosen?.port === undefined) return []
  const { port, names } = chosen
  const vip = names.find((name) => /^\d+(\.\d+){3}$/.test(name))
  const host = names.find((name) => !/\.$/.test(name) && name !== vip) ?? names[0]
  const ip = chosen.ip !== undefined && chosen.ip !== '0.0.0.0' ? chosen.ip : (vip ?? WORKLOAD)
  return [
    {
      name: `call ${host?.split('.')[0]}`,
      method: 'GET',
      authority: `${host}:${port}`,
      path: '/get',
      listener: asText(virtual.name),
      originalDestination: { ip, port },
    },
  ]
}

/** A call to the workload, at the first port with a filter chain for plain HTTP. */
function inwards(config: EnvoyConfig, listener: JsonObject): RequestSpec[] {
  for (const chain of asObjects(listener.filter_chains)) {
    const match = asObject(chain.filter_chain_match)
    if (typeof match.destination_port !== 'number' || match.transport_protocol === 'tls' || !hasHttp(chain)) continue
    const authority = hostsOf(config, chain)[0] ?? 'example.com'
    return [
      {
        name: `be called at ${match.destination_port}`,
        method: 'GET',
        authority,
        path: '/get',
        listener: asText(listener.name),
        originalDestination: { ip: WORKLOAD, port: match.destination_port },
      },
    ]
  }
  return []
}

/** What comes out of a tunnel, meant for the first service that the matcher of the listener knows. */
function throughTunnel(listener: JsonObject): RequestSpec[] {
  const text = JSON.stringify(listener.filter_chain_matcher ?? {})
  const [, port, service] = /"[^"|]*\|(\d+)\|[^"|]*\|([^"|]+)"/.exec(text) ?? []
  const ip = /"address_prefix":"([^"]+)"/.exec(text)?.[1]
  if (ip === undefined || port === undefined) return []
  return [
    {
      name: 'out of the tunnel',
      method: 'GET',
      authority: service ?? 'example.com',
      path: '/',
      listener: asText(listener.name),
      originalDestination: { ip, port: Number(port) },
    },
  ]
}

function hasHttp(part: JsonObject): boolean {
  return JSON.stringify(part).includes('.HttpConnectionManager"')
}

function restores(listener: JsonObject): boolean {
  return asObjects(listener.listener_filters).some((filter) => JSON.stringify(filter).includes('.OriginalDst"'))
}

function addressOf(listener: JsonObject): { ip?: string; port?: number } {
  const { address, port_value: port } = asObject(asObject(listener.address).socket_address)
  return { ip: asText(address), port: typeof port === 'number' ? port : undefined }
}

/** The domains that a listener or chain routes by, without wildcards: of its own routes, and of those it asks for by name. */
function hostsOf(config: EnvoyConfig, part: JsonObject): string[] {
  const text = JSON.stringify(part)
  const asked = (config.routes ?? []).filter((one) => text.includes(`"route_config_name":${JSON.stringify(one.name)}`))
  const own = [...text.matchAll(/"domains":(\[[^\]]*\])/g)].map(([, list]) => JSON.parse(list as string) as unknown[])
  const theirs = asked.flatMap((one) => asObjects(one.virtual_hosts)).map((host) => host.domains)
  return [...own, ...theirs].flat().filter((one): one is string => typeof one === 'string' && !one.includes('*'))
}
