import { envoyLink, logMethods, method, parameter } from './build.ts'
import type { FunctionDoc, TypeDoc } from './doc-types.ts'

const name = parameter('name:string', 'The header name, in any case.')
const key = parameter('key:string', 'The key.')
const namespace = parameter('namespace:string', 'Usually the name of the filter that wrote it.')

const ssl = (methodName: string, returns: string, doc: string): FunctionDoc => method(methodName, [], [returns], doc)

/** Everything that handles give out. */
export const objectDocs: TypeDoc[] = [
  {
    name: 'Headers',
    doc: 'Headers or trailers. Names are lower-case; a loop over them must run to its end before they can be changed.',
    link: envoyLink('header-object-api'),
    pairs: ['string', 'string'],
    methods: [
      method(
        'add',
        [name, parameter('value:string', 'The value; a number will do.')],
        [],
        'Adds a value beside those that are there. Headers that Envoy keeps once, such as user-agent, get it behind a comma.',
        'add',
      ),
      method(
        'get',
        [name],
        ['string?'],
        'The value; several are joined with a comma. Nil when the header is missing.',
        'get',
      ),
      method(
        'getAtIndex',
        [name, parameter('index:number', 'From 0.')],
        ['string?'],
        'One of several values, nil past the last.',
      ),
      method('getNumValues', [name], ['number'], 'How many values there are, 0 for none.'),
      method('remove', [name], [], 'Removes every value of the header.', 'remove'),
      method(
        'replace',
        [name, parameter('value:string', 'The only value from now on.')],
        [],
        'Makes this the only value, adding the header when it is missing.',
        'replace',
      ),
      method(
        'setHttp1ReasonPhrase',
        [parameter('phrase:string', 'The words behind the status code.')],
        [],
        'Sets the reason phrase of an HTTP/1.1 response.',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'Buffer',
    doc: 'A body, or one piece of it from bodyChunks().',
    link: envoyLink('buffer-api'),
    methods: [
      method('length', [], ['number'], 'Its length in bytes.'),
      method(
        'getBytes',
        [parameter('index:number', 'Where to begin, from 0.'), parameter('length:number', 'How many bytes.')],
        ['string'],
        'A copy of some of the bytes; asking past the end is an error. The whole of it is getBytes(0, length()).',
      ),
      method(
        'setBytes',
        [parameter('bytes:string', 'The new content.')],
        ['number'],
        'Replaces the content, sets content-length to match and returns the new length.',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'Metadata',
    doc: 'Settings from the configuration: to be read only.',
    link: envoyLink('metadata-object-api'),
    pairs: ['string', 'any'],
    methods: [
      method(
        'get',
        [key],
        ['any'],
        'The value of a key: string, number, boolean or table; nil when it is missing.',
        'metadata-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'StreamInfo',
    doc: 'Facts about the request.',
    link: envoyLink('stream-info-object-api'),
    methods: [
      method('protocol', [], ['string'], 'HTTP/1.0, HTTP/1.1, HTTP/2 or HTTP/3.'),
      method('routeName', [], ['string'], 'The name of the route, empty when it has none.'),
      method('virtualClusterName', [], ['string'], 'The virtual cluster the request fell into, or an empty string.'),
      method(
        'downstreamLocalAddress',
        [],
        ['string'],
        'The address the client connected to, as ip:port; changed by PROXY protocol and original_dst.',
      ),
      method('downstreamDirectLocalAddress', [], ['string'], 'The local address of the connection itself.'),
      method(
        'downstreamRemoteAddress',
        [],
        ['string'],
        "The client's address as Envoy decided it, from x-forwarded-for or PROXY protocol where those are trusted.",
      ),
      method('downstreamDirectRemoteAddress', [], ['string'], 'The peer of the connection itself.'),
      method('dynamicMetadata', [], ['DynamicMetadata'], 'Values that filters leave for each other.'),
      method(
        'dynamicTypedMetadata',
        [namespace],
        ['table?'],
        'Metadata that was set as a protobuf message, as a table of its fields.',
      ),
      method('filterState', [], ['FilterState'], 'Objects that filters keep for each other.'),
      method('downstreamSslConnection', [], ['SslConnection?'], 'The TLS connection of the client, nil on plain text.'),
      method('requestedServerName', [], ['string'], 'The SNI of the client, or an empty string.'),
      method(
        'drainConnectionUponCompletion',
        [],
        [],
        'Closes the connection when this request is over.',
        'stream-info-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'DynamicMetadata',
    doc: 'Dynamic metadata of the request, by namespace.',
    link: envoyLink('dynamic-metadata-object-api'),
    pairs: ['string', 'table'],
    methods: [
      method(
        'get',
        [namespace],
        ['table?'],
        'A copy of everything in the namespace, nil when there is none.',
        'dynamic-metadata-object-api',
      ),
      method(
        'set',
        [namespace, key, parameter('value:any', 'String, number, boolean, nil, or a table of them.')],
        [],
        'Sets one key; what else the namespace holds stays. A table is a list when its keys are 1, 2, 3 ...',
        'set',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'FilterState',
    doc: 'Filter state of the request and its connection.',
    link: envoyLink('filter-state-object-api'),
    methods: [
      method(
        'get',
        [parameter('object:string', 'Name of the object.'), parameter('field:string?', 'One of its fields.')],
        ['string?'],
        'The object, or one of its fields, as a string; nil when there is no such thing.',
        'filter-state-object-api',
      ),
      method(
        'set',
        [
          parameter('object:string', 'Name to keep it under.'),
          parameter('factory:string', 'A registered factory, such as envoy.string.'),
          parameter('value:string', 'What the factory makes it of.'),
        ],
        [],
        "Makes an object with one of Envoy's factories and keeps it for filters behind this one.",
        'filter-state-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'ConnectionStreamInfo',
    doc: 'What is known of the connection.',
    link: envoyLink('connection-stream-info-object-api'),
    methods: [
      method(
        'dynamicMetadata',
        [],
        ['ConnectionDynamicMetadata'],
        'Metadata that listener and network filters set, to be read.',
        'connection-stream-info-object-api',
      ),
      method(
        'dynamicTypedMetadata',
        [namespace],
        ['table?'],
        'The same for metadata set as a protobuf message.',
        'connection-stream-info-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'ConnectionDynamicMetadata',
    doc: 'Dynamic metadata of the connection: to be read only.',
    link: envoyLink('connection-stream-info-object-api'),
    pairs: ['string', 'table'],
    methods: [
      method(
        'get',
        [namespace],
        ['table?'],
        'Everything in the namespace, nil when there is none.',
        'dynamic-metadata-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'Connection',
    doc: 'The connection the request came on.',
    link: envoyLink('connection-object-api'),
    methods: [method('ssl', [], ['SslConnection?'], 'The TLS connection, nil on plain text.'), ...logMethods()],
  },
  {
    name: 'SslConnection',
    doc: "The client's TLS connection.",
    link: envoyLink('ssl-connection-object-api'),
    methods: [
      ssl('peerCertificatePresented', 'boolean', 'Whether the client showed a certificate.'),
      ssl('peerCertificateValidated', 'boolean', 'Whether it was validated; false on a resumed session.'),
      ssl('uriSanLocalCertificate', 'table', "URI names of Envoy's own certificate."),
      ssl('dnsSansLocalCertificate', 'table', "DNS names of Envoy's own certificate."),
      ssl('oidsLocalCertificate', 'table', "Object ids of the extensions in Envoy's own certificate."),
      ssl('subjectLocalCertificate', 'string', "Subject of Envoy's own certificate (RFC 2253)."),
      ssl('sha256PeerCertificateDigest', 'string', "SHA-256 of the client's certificate, in hex; empty without one."),
      ssl('sha256PeerCertificateIssuerDigest', 'string', 'The same of the certificate that issued it.'),
      ssl('serialNumberPeerCertificate', 'string', "Serial number of the client's certificate, in hex."),
      ssl('serialNumberPeerCertificateIssuer', 'string', 'The same of the certificate that issued it.'),
      ssl('issuerPeerCertificate', 'string', "Who issued the client's certificate (RFC 2253)."),
      ssl('subjectPeerCertificate', 'string', "Subject of the client's certificate (RFC 2253)."),
      ssl('parsedSubjectPeerCertificate', 'ParsedName?', 'The subject in parts, nil without a certificate.'),
      ssl('uriSanPeerCertificate', 'table', "URI names of the client's certificate: its SPIFFE id under Istio."),
      ssl('dnsSansPeerCertificate', 'table', "DNS names of the client's certificate."),
      ssl('oidsPeerCertificate', 'table', "Object ids of the extensions in the client's certificate."),
      ssl('validFromPeerCertificate', 'number', 'Seconds since 1970 from which it is valid; 0 without one.'),
      ssl('expirationPeerCertificate', 'number', 'Seconds since 1970 at which it expires; 0 without one.'),
      ssl('sessionId', 'string', 'TLS session id in hex, empty where tickets are used.'),
      ssl('ciphersuiteId', 'string', 'Number of the cipher suite, such as 0x1302; 0xffff when there is none.'),
      ssl('ciphersuiteString', 'string', "OpenSSL's name of the cipher suite."),
      ssl('urlEncodedPemEncodedPeerCertificate', 'string', "The client's certificate as URL-encoded PEM."),
      ssl('urlEncodedPemEncodedPeerCertificateChain', 'string', 'The whole chain the client sent, as URL-encoded PEM.'),
      ssl('tlsVersion', 'string', 'TLSv1.2 or TLSv1.3.'),
      ...logMethods(),
    ],
  },
  {
    name: 'ParsedName',
    doc: "The subject of the client's certificate in parts.",
    link: envoyLink('parsed-name-object-api'),
    methods: [
      method('commonName', [], ['string'], 'The CN, empty when there is none.'),
      method('organizationName', [], ['table'], 'The Os, in order.'),
      ...logMethods(),
    ],
  },
  {
    name: 'VirtualHost',
    doc: 'The virtual host of the request.',
    link: envoyLink('virtual-host-object-api'),
    methods: [
      method('metadata', [], ['Metadata'], "Its metadata under the filter's own name.", 'virtual-host-object-api'),
      ...logMethods(),
    ],
  },
  {
    name: 'Route',
    doc: 'The route of the request.',
    link: envoyLink('route-object-api'),
    methods: [
      method(
        'metadata',
        [parameter('filter:string?', 'A name under filter_metadata, instead of this filter.')],
        ['Metadata'],
        "Its metadata under the filter's own name.",
        'route-object-api',
      ),
      ...logMethods(),
    ],
  },
  {
    name: 'PublicKey',
    doc: 'A key from importPublicKey().',
    link: envoyLink('importpublickey'),
    methods: [
      method(
        'get',
        [],
        ['string?'],
        'The key to hand to verifySignature(), nil when it could not be imported.',
        'importpublickey',
      ),
      ...logMethods(),
    ],
  },
  ...statsDocs(),
]

function statsDocs(): TypeDoc[] {
  const amount = parameter('amount:number', 'Not negative; a fraction is cut off.')
  const statName = parameter('name:string', 'Name behind the prefix of the filter.')
  const doc = (docName: TypeDoc['name'], text: string, methods: FunctionDoc[]): TypeDoc => ({
    name: docName,
    doc: text,
    link: envoyLink('statistics'),
    methods: [...methods, ...logMethods()],
  })
  const at = 'statistics'
  const value = method('value', [], ['number'], 'Its value now.', at)
  const inc = method('inc', [], [], 'Adds one.', at)
  const add = method('add', [amount], [], 'Adds the amount.', at)
  return [
    doc('Stats', "Statistics of the script's own, under the filter's prefix.", [
      method('counter', [statName], ['Counter'], 'A counter, made when it is new.', at),
      method('gauge', [statName], ['Gauge'], 'A gauge, made when it is new.', at),
      method(
        'histogram',
        [statName, parameter('unit:string?', 'ms, microseconds, nanoseconds, bytes or unspecified.')],
        ['Histogram'],
        'A histogram, made when it is new.',
        at,
      ),
    ]),
    doc('Counter', 'A number that only grows.', [inc, add, value]),
    doc('Gauge', 'A number that goes up and down.', [
      inc,
      method('dec', [], [], 'Takes one away.', at),
      add,
      method('sub', [amount], [], 'Takes the amount away.', at),
      method('set', [amount], [], 'Sets it.', at),
      value,
    ]),
    doc('Histogram', 'A distribution of values.', [method('recordValue', [amount], [], 'Records one value.', at)]),
  ]
}
