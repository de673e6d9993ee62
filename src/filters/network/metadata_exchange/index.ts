import type { Buffer } from '../../../engine/buffer.ts'
import type { NetworkConnection, NetworkFilter, NetworkStatus } from '../../../engine/network/types.ts'
import type { MetadataExchange } from '../../../envoy/types/contrib/envoy/extensions/filters/network/metadata_exchange/v3/metadata_exchange_pb.d.ts'
import { defineNetworkFilter } from '../../define.ts'
import { peerStruct } from '../../http/peer_metadata/peer-struct.ts'
import { about } from './about.ts'
import { encodeExchange, exchangeLength, HEADER_LENGTH, peerId } from './exchange.ts'

interface Shared {
  protocol: string
  own: Uint8Array
}

/**
 * Peers that have agreed on the protocol by ALPN each begin with what they are; the filter takes the client's part off
 * before anybody behind it sees a byte (istio/proxy: source/extensions/filters/network/metadata_exchange).
 */
export const metadataExchange = defineNetworkFilter<MetadataExchange, Shared>({
  ...about,
  shared: (config, { services: { node } }) => ({
    protocol: config.protocol,
    own: encodeExchange(peerStruct(node, config.additionalLabels), node.id),
  }),
  create: ({ shared }) => new MetadataExchangeFilter(shared),
})

class MetadataExchangeFilter implements NetworkFilter {
  private readonly shared: Shared
  private state: 'undecided' | 'header' | 'data' | 'done' = 'undecided'
  private length = 0

  constructor(shared: Shared) {
    this.shared = shared
  }

  onData(data: Buffer, connection: NetworkConnection): NetworkStatus {
    this.decide(connection)
    if (this.state === 'header') {
      if (data.length < HEADER_LENGTH) return 'StopIteration'
      const length = exchangeLength(data.bytes())
      if (length === undefined) {
        connection.note('the client agreed on the exchange and does not begin with it: its bytes pass as they are')
        this.state = 'done'
        return 'Continue'
      }
      data.drain(HEADER_LENGTH)
      this.length = length
      this.state = 'data'
    }
    if (this.state === 'data') {
      if (data.length < this.length) return 'StopIteration'
      const id = peerId(data.bytes().subarray(0, this.length))
      this.state = 'done'
      if (id === undefined) {
        connection.note('what the client says of itself cannot be read')
        return 'Continue'
      }
      data.drain(this.length)
      connection.note(`the client is ${id || 'a peer without a node id'}`)
    }
    return 'Continue'
  }

  onWrite(_data: Buffer, connection: NetworkConnection): NetworkStatus {
    this.decide(connection)
    return 'Continue'
  }

  private decide(connection: NetworkConnection): void {
    if (this.state !== 'undecided') return
    const { protocol, own } = this.shared
    const agreed = connection.info.tls?.alpn ?? ''
    if (agreed !== protocol) {
      this.state = 'done'
      connection.note(`no exchange: the connection's ALPN is ${agreed || 'none'}, not ${protocol}`)
      return
    }
    this.state = 'header'
    connection.write(own)
  }
}
