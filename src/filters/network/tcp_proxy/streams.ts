import { Buffer } from '../../../engine/buffer.ts'
import type { Http2Peer } from '../../../engine/http/codec/http2-peer.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import type { Cluster } from '../../../engine/upstream/cluster.ts'
import { Http2UpstreamStream } from '../../../engine/upstream/http2-stream.ts'

const INTERNAL_ERROR = 2

/** HTTP/2 that is passed through as bytes: clients and servers here speak it as streams, so it is the streams that pass. */
export function passStreams(client: Http2Peer, cluster: Cluster): void {
  client.attach((events) => {
    const failed = () => events.reset(INTERNAL_ERROR)
    const stream = new Http2UpstreamStream(
      cluster,
      {
        onPoolReady: () => undefined,
        onPoolFailure: failed,
        onResetStream: failed,
        decode1xxHeaders: (headers) => events.headers(headers.pairs(), false),
        decodeHeaders: (headers, endStream) => events.headers(headers.pairs(), endStream),
        decodeData: (data, endStream) => events.data(data.bytes(), endStream),
        decodeTrailers: (trailers) => events.trailers(trailers.pairs()),
      },
      () => undefined,
    )
    return {
      headers: (pairs, endStream) => void stream.encodeHeaders(new HeaderMap('request', pairs), endStream),
      data: (bytes, endStream) => stream.encodeData(Buffer.of(bytes), endStream),
      trailers: (pairs) => stream.encodeTrailers(new HeaderMap('trailers', pairs)),
      reset: () => stream.resetStream(),
    }
  })
}
