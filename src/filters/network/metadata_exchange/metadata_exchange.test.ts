import { expect, test } from 'vitest'
import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1, latin1 } from '../../../engine/bytes.ts'
import type { NetworkConnection, NetworkFactoryContext, NetworkFilter } from '../../../engine/network/types.ts'
import type { MetadataExchange } from '../../../envoy/types/contrib/envoy/extensions/filters/network/metadata_exchange/v3/metadata_exchange_pb.d.ts'
import { peerStruct } from '../../http/peer_metadata/peer-struct.ts'
import { encodeExchange, exchangeLength, HEADER_LENGTH, peerId } from './exchange.ts'
import { metadataExchange } from './index.ts'

const node = { id: 'sidecar~10.0.0.1~me', cluster: '', metadata: { NAME: 'me', NAMESPACE: 'default' } }
const CLIENT = encodeExchange(peerStruct({ ...node, id: 'sidecar~10.0.0.2~you' }), 'sidecar~10.0.0.2~you')
const config = { protocol: 'istio-peer-exchange', enableDiscovery: false, additionalLabels: [] }

function connect(alpn: string | undefined) {
  const context = { services: { node } } as unknown as NetworkFactoryContext
  const message = config as unknown as MetadataExchange
  const filter: NetworkFilter = metadataExchange.create({
    config: message,
    shared: metadataExchange.shared!(message, context),
    context,
  })
  const written: Uint8Array[] = []
  const notes: string[] = []
  const connection = {
    info: { tls: alpn === undefined ? undefined : { alpn } },
    write: (bytes: Uint8Array) => written.push(bytes),
    note: (text: string) => notes.push(text),
  } as unknown as NetworkConnection
  const held = new Buffer()
  const receive = (bytes: Uint8Array) => {
    held.append(bytes)
    return filter.onData!(held, connection, false)
  }
  return { receive, held, written, notes, write: () => filter.onWrite!(Buffer.of(fromLatin1('x')), connection, false) }
}

test('peers that agreed tell each other who they are, and nobody behind sees it', () => {
  const { receive, held, written, notes } = connect('istio-peer-exchange')
  expect(receive(CLIENT.subarray(0, 5))).toBe('StopIteration')
  expect(receive(CLIENT.subarray(5, 20))).toBe('StopIteration')
  expect(receive(new Uint8Array([...CLIENT.subarray(20), ...fromLatin1('hello')]))).toBe('Continue')
  expect(latin1(held.bytes())).toBe('hello')
  expect(notes).toEqual(['the client is sidecar~10.0.0.2~you'])
  const own = written[0]!
  expect(latin1(own.subarray(0, 4))).toBe('\x3d\x23\x04\x67')
  expect(exchangeLength(own)).toBe(own.length - HEADER_LENGTH)
  expect(peerId(own.subarray(HEADER_LENGTH))).toBe(node.id)
  expect(written).toHaveLength(1)
})

test('without the protocol nothing is said and nothing is taken off', () => {
  for (const alpn of [undefined, 'h2']) {
    const { receive, held, written } = connect(alpn)
    expect(receive(CLIENT)).toBe('Continue')
    expect(held.length).toBe(CLIENT.length)
    expect(written).toEqual([])
  }
})

test('a peer that agreed and says something else is let through as it is', () => {
  const { receive, held } = connect('istio-peer-exchange')
  expect(receive(fromLatin1('GET / HTTP/1.1'))).toBe('Continue')
  expect(latin1(held.bytes())).toBe('GET / HTTP/1.1')
})

test('a server that speaks first introduces the proxy first', () => {
  const { write, written } = connect('istio-peer-exchange')
  write()
  write()
  expect(written).toHaveLength(1)
})
