import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { NodeInfo } from '../../../engine/services.ts'
import type {
  Config,
  Config_DiscoveryMethod,
  Config_PropagationMethod,
} from '../../../envoy/types/contrib/envoy/extensions/filters/http/peer_metadata/v3/peer_metadata_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { encodePeerMetadata } from './peer-struct.ts'

const PEER = 'x-envoy-peer-metadata'
const PEER_ID = 'x-envoy-peer-metadata-id'

/**
 * Istio's metadata exchange: tells the peer who this proxy is, and takes the peer's answer off the message again
 * (istio/proxy: source/extensions/filters/http/peer_metadata/filter.cc).
 */
export const peerMetadata = defineHttpFilter<Config>({
  ...about,
  create: ({ config, context }) => peerMetadataFilter(config, context.services.node),
})

function peerMetadataFilter(config: Config, node: NodeInfo): HttpFilter {
  const has = (methods: readonly (Config_DiscoveryMethod | Config_PropagationMethod)[]) =>
    methods.some((method) => method.methodSpecifier.case === 'istioHeaders')
  const discoverDownstream = has(config.downstreamDiscovery)
  const discoverUpstream = has(config.upstreamDiscovery)
  const tellUpstream = has(config.upstreamPropagation)
  const tellDownstream = has(config.downstreamPropagation)
  const own = tellUpstream || tellDownstream ? encodePeerMetadata(node, config.additionalLabels) : ''
  // A client that did not introduce itself is not told who answered.
  let clientSentId = false
  let clientSentPeer = false

  const strip = (headers: HeaderMap) => {
    headers.remove(PEER_ID)
    headers.remove(PEER)
  }

  return {
    decodeHeaders(headers) {
      if (discoverDownstream) {
        clientSentId = headers.has(PEER_ID)
        clientSentPeer = headers.has(PEER)
        strip(headers)
      }
      if (tellUpstream) {
        headers.set(PEER_ID, node.id)
        headers.set(PEER, own)
      }
      return 'Continue'
    },
    encodeHeaders(headers) {
      if (discoverUpstream) strip(headers)
      if (tellDownstream) {
        if (clientSentId) headers.set(PEER_ID, node.id)
        if (clientSentPeer) headers.set(PEER, own)
      }
      return 'Continue'
    },
  }
}
