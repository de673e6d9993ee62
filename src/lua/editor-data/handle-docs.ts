import { envoyLink, logMethods, method, parameter } from './build.ts'
import type { TypeDoc } from './doc-types.ts'

/** request_handle and response_handle. */
export const streamHandleDoc: TypeDoc = {
  name: 'StreamHandle',
  doc: 'The way to the request or response at hand: the argument of envoy_on_request and envoy_on_response. It is good during that call only; kept in a global it fails at its next use.',
  link: envoyLink('stream-handle-api'),
  methods: [
    method(
      'headers',
      [],
      ['Headers'],
      'The headers of this direction. They may be changed until they are passed on: before anything yields, or after body() or httpCall() has returned. Ask again after each such call, the old object is dead by then.',
    ),
    method(
      'requestHeaders',
      [],
      ['Headers?'],
      "The request's headers, also in envoy_on_response, where changing them no longer reaches anybody.",
      'stream-handle-api',
    ),
    method(
      'body',
      [parameter('always_wrap:boolean?', 'true: give an empty buffer when there is no body, so that one can be made.')],
      ['Buffer?'],
      'Waits until the whole body has come and gives it. Envoy holds the body back meanwhile: one larger than the buffer limit is answered with 413 on the request and 500 on the response. Nil when there is no body.',
    ),
    method(
      'bodyChunks',
      [],
      ['function'],
      'An iterator over the pieces of the body as they pass; nothing is held back, so headers are gone once the first piece was seen.',
    ),
    method(
      'trailers',
      [],
      ['Headers?'],
      'Waits for the trailers and gives them, nil when none came. Call body() or bodyChunks() first.',
    ),
    method(
      'respond',
      [
        parameter(
          'headers:table',
          'Headers of the answer; [":status"] from 200 to 599 is required, a value may be a list.',
        ),
        parameter('body:string?', 'The body; content-length follows from it.'),
      ],
      [],
      'Answers the request from here; nothing behind this call runs and no filter further on sees the request. Only in envoy_on_request, and only while headers have not been passed on.',
    ),
    method(
      'httpCall',
      [
        parameter('cluster:string', 'Name of a configured cluster; under Istio, outbound|PORT||HOST.'),
        parameter('headers:table', '[":method"], [":path"] and [":authority"] are required; a value may be a list.'),
        parameter('body:string?', 'The body, or nil.'),
        parameter(
          'timeout_or_options:number | table',
          'Milliseconds (0: none), or a table with timeout_ms, asynchronous, trace_sampled, return_duplicate_headers, send_xff.',
        ),
        parameter('asynchronous:boolean?', 'true: do not wait, and return nothing.'),
      ],
      ['table', 'string?'],
      'Sends a request of its own and waits for the answer: a table of headers and the body, nil when it is empty. A cluster that cannot be reached answers 503. Objects asked for before are dead afterwards.',
    ),
    method(
      'metadata',
      [parameter('filter:string?', 'A name under filter_metadata, instead of this filter.')],
      ['Metadata'],
      "The route's metadata for this filter: under the filter's own name, or under envoy.filters.http.lua when there is none.",
    ),
    method(
      'filterContext',
      [],
      ['Metadata'],
      "The filter_context of the route's LuaPerRoute, or the filter's own.",
      'filtercontext',
    ),
    method(
      'streamInfo',
      [],
      ['StreamInfo'],
      'Facts about the request beyond its headers: addresses, protocol, route name, dynamic metadata, filter state.',
    ),
    method('connection', [], ['Connection'], 'The connection the request came on.'),
    method(
      'connectionStreamInfo',
      [],
      ['ConnectionStreamInfo'],
      'Metadata that listener and network filters left on the connection.',
    ),
    method(
      'virtualHost',
      [],
      ['VirtualHost'],
      'The virtual host the request falls into, with its metadata.',
      'virtualhost',
    ),
    method('route', [], ['Route'], 'The route the request takes, with its metadata.', 'route'),
    method('stats', [], ['Stats'], "Counters, gauges and histograms of the script's own.", 'stream-handle-api'),
    method(
      'clearRouteCache',
      [],
      [],
      'Forgets the chosen route, so that it is chosen again with the headers and metadata as they are now. Changing headers does this by itself unless clear_route_cache is false.',
    ),
    method(
      'setUpstreamOverrideHost',
      [
        parameter('host:string', 'An IP address, with a port if the host has one.'),
        parameter('strict:boolean?', 'true: answer 503 rather than take another host.'),
      ],
      [],
      'Sends the request to this host of the cluster, past the load balancer.',
    ),
    method(
      'importPublicKey',
      [parameter('der:string', 'A DER SubjectPublicKeyInfo, in bytes.'), parameter('length:number', 'Its length.')],
      ['PublicKey'],
      'Imports a public key for verifySignature. The object says nil to get() when it could not be read; PEM is not.',
    ),
    method(
      'verifySignature',
      [
        parameter('hash:string', 'sha1, sha224, sha256, sha384 or sha512.'),
        parameter('key:string', 'What get() of the imported key gave.'),
        parameter('signature:string', 'The signature, in bytes.'),
        parameter('signature_length:number', 'Its length.'),
        parameter('data:string', 'What was signed.'),
        parameter('data_length:number', 'Its length.'),
      ],
      ['boolean', 'string?'],
      'Checks an RSA (PKCS #1 v1.5) or ECDSA signature: true, or false and why.',
      'verifysignature',
    ),
    method('base64Escape', [parameter('text:string', 'Any bytes.')], ['string'], 'Base64 of the bytes.'),
    method(
      'base64Decode',
      [parameter('text:string', 'Standard base64; padding may be missing.')],
      ['string?'],
      'The bytes in a base64 text, nil when it is not one.',
      'base64escape',
    ),
    method(
      'timestamp',
      [parameter('format:number?', 'EnvoyTimestampResolution.MILLISECOND.')],
      ['number'],
      'Milliseconds since 1970.',
    ),
    method(
      'timestampString',
      [parameter('resolution:number?', 'EnvoyTimestampResolution.MILLISECOND or .MICROSECOND.')],
      ['string'],
      'The time since 1970 as a string of digits, in milliseconds unless microseconds are asked for.',
    ),
    ...logMethods(),
  ],
}

/** The argument of envoy_on_route in a Lua cluster specifier. */
export const routeHandleDocs: TypeDoc[] = [
  {
    name: 'RouteHandle',
    doc: 'The argument of envoy_on_route, which returns the name of the cluster for the request.',
    link: 'https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/cluster_specifier/lua',
    methods: [
      method('headers', [], ['RouteHeaders'], "The request's headers, to be read."),
      method(
        'getCluster',
        [parameter('name:string', 'A cluster name.')],
        ['Cluster?'],
        'A configured cluster, nil when there is none of that name.',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'RouteHeaders',
    doc: 'The headers of the request being routed.',
    link: 'https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/cluster_specifier/lua',
    methods: [
      method(
        'get',
        [parameter('name:string', 'A header name.')],
        ['string?'],
        'The value, several joined with commas; nil when the header is missing.',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'Cluster',
    doc: 'A cluster and how busy it is.',
    link: 'https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/cluster_specifier/lua',
    methods: [
      method('numConnections', [], ['number'], 'Open connections.'),
      method('numRequests', [], ['number'], 'Requests in flight.'),
      method('numPendingRequests', [], ['number'], 'Requests waiting for a connection.'),
      ...logMethods(),
    ],
  },
]
