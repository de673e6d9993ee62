import { type Catalogue, type CatalogueEntry, catalogueOf, type FilterKind } from '../model/catalogue.ts'
import { catalogueEntry, type FilterAbout } from './about.ts'
import { about as alpn } from './http/alpn/about.ts'
import { about as buffer } from './http/buffer/about.ts'
import { about as cors } from './http/cors/about.ts'
import { about as fault } from './http/fault/about.ts'
import { about as grpcStats } from './http/grpc_stats/about.ts'
import { about as headerMutation } from './http/header_mutation/about.ts'
import { about as istioStats } from './http/istio_stats/about.ts'
import { about as localRatelimit } from './http/local_ratelimit/about.ts'
import { about as peerMetadata } from './http/peer_metadata/about.ts'
import { about as rbac } from './http/rbac/about.ts'
import { notSimulatedHttp } from './not-simulated/http.ts'
import { notSimulatedListener } from './not-simulated/listener.ts'
import { notSimulatedNetwork } from './not-simulated/network.ts'
import { notSimulatedUdp } from './not-simulated/udp.ts'

/** Descriptions of the filters that are simulated, by kind. */
export const SIMULATED: Record<FilterKind, readonly FilterAbout[]> = {
  http: [alpn, buffer, cors, fault, grpcStats, headerMutation, istioStats, localRatelimit, peerMetadata, rbac],
  network: [],
  listener: [],
  udp: [],
}

const NOT_SIMULATED: Record<FilterKind, readonly FilterAbout[]> = {
  http: notSimulatedHttp,
  network: notSimulatedNetwork,
  listener: notSimulatedListener,
  udp: notSimulatedUdp,
}

/**
 * Every filter that Envoy 1.40, its contrib build and Istio register, as data: what the palette and the inspector show.
 * The engine's side of a simulated filter is in index.ts, so that a page that only shows filters does not load it.
 */
export function filterCatalogue(): Catalogue {
  const kinds = Object.keys(SIMULATED) as FilterKind[]
  const entries: CatalogueEntry[] = kinds.flatMap((kind) => [
    ...SIMULATED[kind].map((about) => catalogueEntry(about, kind, true)),
    ...NOT_SIMULATED[kind].map((about) => catalogueEntry(about, kind, false)),
  ])
  return catalogueOf(entries.sort((a, b) => a.title.localeCompare(b.title, 'en')))
}
