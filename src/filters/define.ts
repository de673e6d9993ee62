import type { HttpFilterDefinition } from '../engine/catalogue.ts'
import type { ListenerFilterDefinition } from '../engine/listener/types.ts'
import type { NetworkFilterDefinition } from '../engine/network/types.ts'

/** Describes an HTTP filter; the config type is the decoded message (defaults applied), `Shared` what its streams have in common. */
export function defineHttpFilter<Config, Shared = undefined>(
  filter: Omit<HttpFilterDefinition<Config, Shared>, 'kind'>,
): HttpFilterDefinition<Config, Shared> {
  return { kind: 'http', ...filter }
}

/** Describes a network filter. */
export function defineNetworkFilter<Config, Shared = undefined>(
  filter: Omit<NetworkFilterDefinition<Config, Shared>, 'kind'>,
): NetworkFilterDefinition<Config, Shared> {
  return { kind: 'network', ...filter }
}

/** Describes a listener filter. */
export function defineListenerFilter<Config, Shared = undefined>(
  filter: Omit<ListenerFilterDefinition<Config, Shared>, 'kind'>,
): ListenerFilterDefinition<Config, Shared> {
  return { kind: 'listener', ...filter }
}
