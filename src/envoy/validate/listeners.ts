import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import { isObject } from '../opaque.ts'
import { isIp } from '../schema/rules.ts'
import { type Check, elements } from './check.ts'

/** Envoy: source/common/listener_manager/listener_impl.cc and filter_chain_manager_impl.cc. */
export const checkListener: Check = (listener, path, context) => {
  if (context.partial) return
  const chains = elements(listener, 'filter_chains')
  const isUdp = JSON.stringify(listener.address ?? {}).includes('"UDP"')
  const needsChain = !isUdp && listener.api_listener === undefined && listener.default_filter_chain === undefined
  if (needsChain && chains.length === 0) {
    const message = 'the listener has no filter chains; it needs filter_chains or default_filter_chain'
    context.report({ path, severity: 'error', rule: 'required', message })
  }
  const address = isObject(listener.address) ? listener.address.socket_address : undefined
  if (isObject(address) && typeof address.address === 'string' && address.resolver_name === undefined) {
    if (!isIp(address.address)) {
      const message = `a listener binds to an IP address, not to ${JSON.stringify(address.address)}`
      const at = [...path, 'address', 'socket_address', 'address']
      context.report({ path: at, severity: 'error', rule: 'constraint', message })
    }
  }
  if (listener.filter_chain_matcher !== undefined) return
  for (const [index, chain] of chains.entries()) {
    const match = canonical(chain.filter_chain_match ?? {})
    const first = chains.findIndex((each) => canonical(each.filter_chain_match ?? {}) === match)
    if (first === index) continue
    const message = `this chain matches exactly what chain ${first}${chains[first]!.name ? ` (${chains[first]!.name})` : ''} matches; Envoy refuses the listener`
    context.report({ path: [...path, 'filter_chains', index], severity: 'error', rule: 'duplicate-match', message })
  }
}

/** Envoy: source/common/router/config_impl.cc, RouteMatcher: a domain may stand in one virtual host only. */
export const checkDomains: Check = (routes, path, context) => {
  const seen = new Map<string, string>()
  for (const [index, host] of elements(routes, 'virtual_hosts').entries()) {
    for (const [at, domain] of (Array.isArray(host.domains) ? host.domains : []).entries()) {
      if (typeof domain !== 'string') continue
      const key = domain.toLowerCase()
      const owner = seen.get(key)
      if (owner === undefined) {
        seen.set(key, String(host.name ?? index))
        continue
      }
      const message = `the domain ${domain} belongs to the virtual host ${owner} already`
      const where = [...path, 'virtual_hosts', index, 'domains', at]
      context.report({ path: where, severity: 'error', rule: 'duplicate-match', message })
    }
  }
}

/** Envoy: source/common/tls/server_context_impl.cc: a server without a certificate cannot speak TLS. */
export const checkDownstreamTls: Check = (tls, path, context) => {
  const common = isObject(tls.common_tls_context) ? tls.common_tls_context : {}
  const sources = Object.keys(common).filter(
    (field) => field.startsWith('tls_certificate') || field.startsWith('custom_tls'),
  )
  if (context.partial || sources.some((field) => !Array.isArray(common[field]) || common[field].length > 0)) return
  const message = 'a server needs a certificate: tls_certificates or tls_certificate_sds_secret_configs'
  context.report({ path: [...path, 'common_tls_context'], severity: 'error', rule: 'required', message })
}

/** JSON with sorted keys, so that equal messages are equal texts. */
function canonical(json: JsonValue): string {
  return JSON.stringify(json, (_, value: JsonValue) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
