import { asObject, asObjects, asText, isObject, type JsonObject } from '../../model/json.ts'

/** A listener's address as `0.0.0.0:8080`; an internal listener and a pipe are called what they are. */
export function listenerTitle(listener: JsonObject): string {
  const socket = asObject(asObject(listener.address).socket_address)
  if (asText(socket.address)) return `${socket.address}:${socket.port_value ?? socket.named_port ?? 0}`
  const pipe = asText(asObject(asObject(listener.address).pipe).path)
  if (pipe) return pipe
  return asText(listener.name) ?? 'listener'
}

/** What a filter chain accepts, in one line; '' when it takes everything. */
export function chainMatch(chain: JsonObject): string {
  const match = asObject(chain.filter_chain_match)
  const parts: string[] = []
  const list = (field: string): string[] => (Array.isArray(match[field]) ? (match[field] as unknown[]).map(String) : [])
  const ranges = (field: string): string[] =>
    asObjects(match[field]).map((range) => `${range.address_prefix}/${range.prefix_len ?? 0}`)
  if (match.destination_port !== undefined) parts.push(`port ${match.destination_port}`)
  if (list('server_names').length > 0) parts.push(`SNI ${short(list('server_names'))}`)
  const transport = asText(match.transport_protocol)
  if (transport) parts.push(transport === 'raw_buffer' ? 'plaintext' : transport.toUpperCase())
  if (list('application_protocols').length > 0) parts.push(short(list('application_protocols')))
  if (ranges('prefix_ranges').length > 0) parts.push(`to ${short(ranges('prefix_ranges'))}`)
  if (ranges('source_prefix_ranges').length > 0) parts.push(`from ${short(ranges('source_prefix_ranges'))}`)
  if (ranges('direct_source_prefix_ranges').length > 0)
    parts.push(`peer ${short(ranges('direct_source_prefix_ranges'))}`)
  if (list('source_ports').length > 0) parts.push(`source port ${short(list('source_ports'))}`)
  const source = asText(match.source_type)
  if (source && source !== 'ANY') parts.push(source.toLowerCase().replaceAll('_', ' '))
  return parts.join(' · ')
}

/** A chain's name, else what tells it apart. */
export function chainTitle(chain: JsonObject, index: number | 'default'): string {
  const name = asText(chain.name)
  if (name) return name
  if (index === 'default') return 'default chain'
  return chainMatch(chain) || (index === 0 ? 'default' : `chain ${index + 1}`)
}

/** The first of several values and how many more there are. */
export function short(values: readonly string[], count = 1): string {
  const more = values.length - count
  return values.slice(0, count).join(', ') + (more > 0 ? ` +${more}` : '')
}

/** Istio's cluster names (`outbound|8000||httpbin.default.svc.cluster.local`) as people say them: `httpbin.default:8000`. */
export function clusterTitle(name: string): string {
  const [direction, port, subset, host] = name.split('|')
  if (host === undefined || !/^\d+$/.test(port ?? '')) return name
  if (direction === 'inbound') return `inbound :${port}`
  const title = `${host.replace(/\.svc\.cluster\.local$/, '')}:${port}`
  return subset ? `${title} ${subset}` : title
}

/** How a route matches: its path, and how many further conditions it sets. */
export function routeMatch(route: JsonObject): string {
  const match = asObject(route.match)
  const pattern = asObject(match.path_match_policy)
  const path =
    asText(match.path) ??
    (match.prefix !== undefined ? `${match.prefix}*` : undefined) ??
    (asText(match.path_separated_prefix) ? `${match.path_separated_prefix}/…` : undefined) ??
    (isObject(match.safe_regex) ? `~ ${match.safe_regex.regex ?? ''}` : undefined) ??
    (isObject(match.connect_matcher) ? 'CONNECT' : undefined) ??
    (Object.keys(pattern).length > 0 ? uriTemplate(pattern) : undefined) ??
    'any path'
  const headers = asObjects(match.headers).length
  const query = asObjects(match.query_parameters).length
  const more = [headers > 0 && `${headers} header${headers > 1 ? 's' : ''}`, query > 0 && `${query} query`]
  return [path, ...more.filter(Boolean)].join(' + ')
}

function uriTemplate(policy: JsonObject): string {
  return asText(asObject(policy.typed_config).path_template) ?? 'URI template'
}

export interface RouteAction {
  /** What is done on the way: rewrites, timeouts. */
  detail: string
  /** Where it ends, for people: `→ httpbin.default:8000`, `⇒ 301 https`, `⇒ 404`. */
  target: string
  clusters: string[]
}

/** What a route does, in two short lines, and the clusters it may send to. */
export function routeAction(route: JsonObject): RouteAction {
  const direct = asObject(route.direct_response)
  if (isObject(route.direct_response))
    return { detail: 'answers itself', target: `⇒ ${direct.status ?? 200}`, clusters: [] }
  const redirect = asObject(route.redirect)
  if (isObject(route.redirect)) return { detail: 'redirect', target: `⇒ ${redirectTarget(redirect)}`, clusters: [] }
  if (isObject(route.non_forwarding_action)) return { detail: '', target: 'not forwarded', clusters: [] }
  const action = asObject(route.route)
  const weighted = asObjects(asObject(action.weighted_clusters).clusters)
  const detail = [
    rewriteOf(action),
    asText(action.timeout) && action.timeout !== '0s' ? String(action.timeout).replace(/s$/, ' s') : undefined,
    isObject(action.retry_policy) ? `${asObject(action.retry_policy).num_retries ?? 1} retries` : undefined,
  ].filter(Boolean)
  return { detail: detail.join(' · '), ...destination(action, weighted) }
}

function rewriteOf(action: JsonObject): string | undefined {
  if (asText(action.prefix_rewrite)) return `rewrite ${action.prefix_rewrite}`
  if (isObject(action.regex_rewrite)) return 'rewrite by regex'
  return asText(action.host_rewrite_literal) ? `host ${action.host_rewrite_literal}` : undefined
}

function redirectTarget(redirect: JsonObject): string {
  const parts = [
    redirect.https_redirect === true ? 'https' : asText(redirect.scheme_redirect),
    asText(redirect.host_redirect),
    asText(redirect.path_redirect) ?? asText(redirect.prefix_rewrite),
  ]
  return parts.filter(Boolean).join(' ') || 'redirect'
}

function destination(action: JsonObject, weighted: JsonObject[]): { target: string; clusters: string[] } {
  const cluster = asText(action.cluster)
  if (cluster) return { target: `→ ${clusterTitle(cluster)}`, clusters: [cluster] }
  if (weighted.length > 0) {
    const clusters = weighted.map((one) => asText(one.name) ?? '')
    const shares = weighted.map((one) => `${clusterTitle(String(one.name ?? ''))} ${one.weight ?? 0}`)
    return { target: `→ ${short(shares, 2)}`, clusters }
  }
  const header = asText(action.cluster_header)
  if (header) return { target: `→ by header ${header}`, clusters: [] }
  if (action.inline_cluster_specifier_plugin || action.cluster_specifier_plugin)
    return { target: '→ by plugin', clusters: [] }
  return { target: 'no action', clusters: [] }
}

/** A few words on what a filter is set to, for its card; '' when there is nothing telling to say. */
export function configHint(type: string, config: JsonObject): string {
  if (type.endsWith('.RBAC')) {
    const count = Object.keys(asObject(asObject(config.rules).policies)).length
    return count > 0 ? `${count} polic${count > 1 ? 'ies' : 'y'}` : ''
  }
  if (type.endsWith('.LocalRateLimit')) {
    const bucket = asObject(config.token_bucket)
    return bucket.max_tokens === undefined ? '' : `${bucket.max_tokens} per ${bucket.fill_interval ?? '?'}`
  }
  if (type.endsWith('.TcpProxy')) return asText(config.cluster) ? `→ ${clusterTitle(String(config.cluster))}` : ''
  if (type.endsWith('.HeaderMutation')) {
    const mutations = asObject(config.mutations)
    const count = asObjects(mutations.request_mutations).length + asObjects(mutations.response_mutations).length
    return count > 0 ? `${count} change${count > 1 ? 's' : ''}` : ''
  }
  if (type.endsWith('.JwtAuthentication')) {
    const count = Object.keys(asObject(config.providers)).length
    return count > 0 ? `${count} provider${count > 1 ? 's' : ''}` : ''
  }
  return ''
}
