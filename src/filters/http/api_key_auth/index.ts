import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type {
  ApiKeyAuth,
  ApiKeyAuthPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/api_key_auth/v3/api_key_auth_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { createSource, type Source } from './key-sources.ts'

/** What a filter or a route sets; undefined keys or sources of a route leave the filter's own. */
interface Settings {
  /** Clients by key, byte strings. */
  clients: ReadonlyMap<string, string> | undefined
  sources: readonly Source[] | undefined
  forwarding: { header: string; hide: boolean } | undefined
}

interface Shared {
  chain: Settings
  ofRoute(config: ApiKeyAuthPerRoute): Settings
}

/**
 * Lets in requests with the key of a known client.
 * Envoy: source/extensions/filters/http/api_key_auth/api_key_auth.cc.
 */
export const apiKeyAuth = defineHttpFilter<ApiKeyAuth, Shared>({
  ...about,
  shared: (config, context) => ({
    chain: settings(config, context.path),
    ofRoute: perConfig((perRoute: ApiKeyAuthPerRoute) => settings(perRoute, 'per-route config')),
  }),
  checkPerRoute: (message, path) => void settings(message as ApiKeyAuthPerRoute, path),
  create: ({ shared }) => apiKeyFilter(shared),
})

function settings({ credentials, keySources, forwarding }: ApiKeyAuth | ApiKeyAuthPerRoute, path: string): Settings {
  const clients = new Map<string, string>()
  credentials.forEach(({ key, client }, i) => {
    const bytes = toByteString(key)
    if (clients.has(bytes))
      throw new ConfigError(`${path}.credentials[${i}].key`, `Duplicated credential key: '${key}'`)
    clients.set(bytes, toByteString(client))
  })
  const sources = keySources.map((source, i) => createSource(source, `${path}.key_sources[${i}]`))
  return {
    clients: clients.size > 0 ? clients : undefined,
    sources: sources.length > 0 ? sources : undefined,
    forwarding: forwarding && { header: forwarding.header.toLowerCase(), hide: forwarding.hideCredentials },
  }
}

function apiKeyFilter(shared: Shared): HttpFilter {
  return {
    decodeHeaders(headers, stream) {
      const perRoute = stream.perRoute<ApiKeyAuthPerRoute>()
      const route = perRoute && shared.ofRoute(perRoute)
      const sources = route?.sources ?? shared.chain.sources
      const clients = route?.clients ?? shared.chain.clients
      // A route without forwarding has none: this member does not fall back to the filter's own.
      const { forwarding } = route ?? shared.chain
      const refuse = (details: string, why: string) => {
        stream.note(why)
        return stream.reply(401, 'Client authentication failed.', { details })
      }
      if (!sources) return refuse('missing_key_sources', 'nothing says where a key would be')
      if (!clients) return refuse('missing_credentials', 'there are no keys to compare with')

      const source = sources.find((each) => each.get(headers))
      const key = source?.get(headers)
      if (!source || !key) return refuse('missing_api_key', 'the request carries no key')
      const client = clients.get(key)
      if (client === undefined) return refuse('unknown_api_key', `the key in ${source.place} is nobody's`)

      stream.note(`the key in ${source.place} is ${client}'s`)
      const allowed = perRoute?.allowedClients ?? []
      if (allowed.length > 0 && !allowed.some((name) => toByteString(name) === client)) {
        stream.note('this client may not use the route')
        return stream.reply(403, 'Client is forbidden.', { details: 'client_not_allowed' })
      }
      if (forwarding && forwarding.header !== '') headers.set(forwarding.header, client)
      if (forwarding?.hide) for (const each of sources) each.remove(headers)
      return 'Continue'
    },
  }
}
