import fc from 'fast-check'
import { word } from '../words.ts'
import { given } from './arguments.ts'

/** An expression in Lua and what it is noted as. */
export interface Call {
  op: string
  code: string
}

const call = (op: string, code: fc.Arbitrary<string>): fc.Arbitrary<Call> => code.map((text) => ({ op, code: text }))
const join = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''))

const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant('h:headers()') },
  { weight: 1, arbitrary: fc.constant('h:requestHeaders()') },
  { weight: 2, arbitrary: fc.constant('h:trailers()') },
  { weight: 2, arbitrary: word(['K.a', 'K.b']) },
)

const headerCalls = fc.oneof(
  { weight: 4, arbitrary: call('get', join(headers, ':get(', given.name, given.more, ')')) },
  { weight: 4, arbitrary: call('add', join(headers, ':add(', given.ownName, ', ', given.value, given.more, ')')) },
  { weight: 4, arbitrary: call('replace', join(headers, ':replace(', given.ownName, ', ', given.value, ')')) },
  { weight: 3, arbitrary: call('remove', join(headers, ':remove(', given.ownName, ')')) },
  {
    weight: 1,
    arbitrary: call(
      'status',
      join('h:headers():replace(":status", ', word(['201', '"404"', '500', '"v"', '""', '204', '{}']), ')'),
    ),
  },
  { weight: 1, arbitrary: call('at', join(headers, ':getAtIndex(', given.name, ', ', given.count, ')')) },
  { weight: 1, arbitrary: call('num', join(headers, ':getNumValues(', given.name, ')')) },
  { weight: 1, arbitrary: call('reason', join(headers, ':setHttp1ReasonPhrase(', given.value, ')')) },
  { weight: 2, arbitrary: call('each', join('each(', headers, ')')) },
)

const body = fc.oneof(
  { weight: 5, arbitrary: word(['h:body()', 'h:body(true)', 'h:body(false)']) },
  { weight: 2, arbitrary: word(['K.a', 'K.b']) },
)
const bodyCalls = fc.oneof(
  call('body', join('h:body(', word(['', 'true', 'false', 'nil', '1', '"x"']), ')')),
  call('length', join(body, ':length()')),
  call('bytes', join(body, ':getBytes(', given.count, ', ', given.count, ')')),
  call('setBytes', join(body, ':setBytes(', given.bytes, ')')),
  call('chunks', join('h:bodyChunks()', word(['', '()', '():length()']))),
  call('trailers', word(['h:trailers()', 'h:trailers() ~= nil', 'each(h:trailers())', 'h:trailers():get("x-t")'])),
)

const metadataCalls = fc.oneof(
  call('meta', join('h:metadata(', word(['', '"fuzz"', '"none"', 'nil', '1', 'true', '{}']), '):get(', given.key, ')')),
  call('meta-each', join('each(h:metadata(', word(['', '"fuzz"']), '))')),
  call('context', join('h:filterContext():get(', given.key, ')')),
  call('route-meta', join('h:route():metadata(', word(['', '"fuzz"', '1', '{}']), '):get(', given.key, ')')),
  call('host-meta', join('h:virtualHost():metadata(', word(['', '"fuzz"', '{}']), '):get(', given.key, ')')),
)

const dynamic = 'h:streamInfo():dynamicMetadata()'
const infoCalls = fc.oneof(
  { weight: 4, arbitrary: call('dm-set', join(dynamic, ':set(', given.key, ', ', given.key, ', ', given.data, ')')) },
  { weight: 3, arbitrary: call('dm-get', join(dynamic, ':get(', given.key, ')')) },
  { weight: 1, arbitrary: call('dm-each', fc.constant(`each(${dynamic})`)) },
  {
    weight: 3,
    arbitrary: call(
      'info',
      join(
        'h:streamInfo():',
        word([
          'protocol',
          'routeName',
          'virtualClusterName',
          'requestedServerName',
          'downstreamLocalAddress',
          'downstreamDirectLocalAddress',
          'drainConnectionUponCompletion',
          'downstreamSslConnection',
        ]),
        '(',
        fc.oneof({ weight: 5, arbitrary: fc.constant('') }, { weight: 1, arbitrary: given.anything }),
        ')',
      ),
    ),
  },
  { weight: 1, arbitrary: call('typed', join('h:streamInfo():dynamicTypedMetadata(', given.key, ')')) },
  {
    weight: 1,
    arbitrary: call(
      'conn',
      join('h:connectionStreamInfo():', word(['dynamicMetadata():get(', 'dynamicTypedMetadata(']), given.key, ')'),
    ),
  },
  { weight: 1, arbitrary: call('ssl', word(['h:connection():ssl()', 'h:connection():ssl(1)', 'h:connection()'])) },
  {
    weight: 2,
    arbitrary: call(
      'fs-set',
      join(
        'h:streamInfo():filterState():set(',
        given.key,
        ', ',
        word(['"envoy.string"', '"envoy.hashable_string"', '"envoy.ratelimit.hits_addend"', '"none"', '1', '{}']),
        ', ',
        word(['"v"', '"12"', '1', '""', '{}', 'nil', '"a\\0b"', '"-3"']),
        ')',
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: call(
      'fs-get',
      join('h:streamInfo():filterState():get(', given.key, word(['', ', "f"', ', nil', ', {}']), ')'),
    ),
  },
)

const statCalls = fc.oneof(
  call(
    'counter',
    join(
      'h:stats():counter(',
      given.key,
      '):',
      word(['inc()', 'value()', 'add(2)', 'add(-1)', 'add("3")', 'add(1.9)', 'add({})', 'sub(1)']),
    ),
  ),
  call(
    'gauge',
    join(
      'h:stats():gauge(',
      given.key,
      '):',
      word(['inc()', 'dec()', 'value()', 'set(5)', 'set(-5)', 'add(2)', 'sub(1)', 'sub({})']),
    ),
  ),
  call(
    'histogram',
    join(
      'h:stats():histogram(',
      given.key,
      word(['', ', "ms"', ', "x"', ', nil', ', 1']),
      '):recordValue(',
      given.count,
      ')',
    ),
  ),
)

const cryptoCalls = fc.oneof(
  call('b64', join('h:base64Escape(', given.bytes, ')')),
  call(
    'unb64',
    join(
      'h:base64Decode(',
      fc.oneof(word(['"YQ=="', '"YQ"', '"Y Q=="', '"YW I="', '"-_8="', '"YQ="', '"*"']), given.anything),
      ')',
    ),
  ),
  call('key', join('h:importPublicKey(', given.bytes, ', ', word(['0', '1', '2', '{}', 'nil']), '):get()')),
  call('verify', join('h:verifySignature("sha256", ', given.bytes, ', "s", 1, "d", 1)')),
  call(
    'time',
    join('type(h:timestamp(', word(['', '0', '1', '2', '"x"', '{}', 'EnvoyTimestampResolution.MICROSECOND']), '))'),
  ),
  call(
    'times',
    join(
      '#h:timestampString(',
      word(['', '0', '1', '2', '"x"', '{}', 'nil', 'EnvoyTimestampResolution.MICROSECOND']),
      ')',
    ),
  ),
)

const handleCalls = fc.oneof(
  call('log', join('h:', word(['logTrace', 'logInfo', 'logErr', 'logCritical', 'logNone']), '(', given.anything, ')')),
  call('clear', fc.constant('h:clearRouteCache()')),
  call(
    'override',
    join(
      'h:setUpstreamOverrideHost(',
      word(['"x"', '"1.2.3"', '"1.2.3.4:"', '{}', '', '"[::1"', '"1.2.3.4:80", 1']),
      ')',
    ),
  ),
)

// Objects of one kind where another is wanted, methods that are not there, and what Lua does to userdata.
const misuse = fc.oneof(
  call(
    'self',
    join('h.', word(['headers', 'body', 'respond', 'streamInfo', 'logInfo', 'metadata']), '(', given.anything, ')'),
  ),
  call('self', join('h:headers().', word(['get', 'add', 'remove']), '(', given.anything, ', ', given.name, ', "v")')),
  call('self', join('h:streamInfo().', word(['protocol', 'dynamicMetadata']), '(', given.anything, ')')),
  call('self', join(`${dynamic}.`, word(['get', 'set']), '(', given.anything, ', "k", "k", 1)')),
  call(
    'odd',
    fc
      .tuple(
        word([
          'h',
          'h:headers()',
          'h:streamInfo()',
          dynamic,
          'h:metadata()',
          'h:body(true)',
          'h:connection()',
          'K.a',
          'K.b',
        ]),
        word([
          '#%',
          '%.nope',
          '%[1]',
          '%:nope()',
          '% .. ""',
          '% + 1',
          '% < %',
          '% == %',
          '%()',
          'type(%)',
          'next(%)',
          'pairs(%)',
          'ipairs(%)',
          'rawequal(%, %)',
          'getmetatable(%) == nil',
        ]),
      )
      .map(([object, shape]) => shape.replaceAll('%', object)),
  ),
)

/** Any single call that does not answer the request and sends nothing. */
export const plainCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 14, arbitrary: headerCalls },
  { weight: 7, arbitrary: bodyCalls },
  { weight: 3, arbitrary: metadataCalls },
  { weight: 8, arbitrary: infoCalls },
  { weight: 2, arbitrary: statCalls },
  { weight: 2, arbitrary: cryptoCalls },
  { weight: 2, arbitrary: handleCalls },
  { weight: 4, arbitrary: misuse },
)

const table = fc
  .tuple(
    word(['":status"', '":status"', '":status"', '":status"', '"status"']),
    word(['"403"', '200', '"204"', '"304"', '"503"', '"99"', '"600"', '"x"', '""', '{"401"}', '"200.0"']),
    word([
      '',
      ', ["x-r"] = "1"',
      ', ["x-r"] = {"1", "2"}',
      ', ["content-type"] = "a/b"',
      ', ["x-r"] = {}',
      ', ["x-r"] = false',
      ', "v"',
      ', ["content-length"] = "5"',
      ', ["x-r"] = {{}}',
      ', ["X-R"] = 7',
      ', ["location"] = "/z"',
    ]),
  )
  .map(([name, value, more]) => `{[${name}] = ${value}${more}}`)

const respond = call(
  'respond',
  join(
    'h:respond(',
    fc.oneof({ weight: 9, arbitrary: table }, { weight: 1, arbitrary: given.anything }),
    fc.oneof(
      word(['', ', ""', ', "no"', ', "no way"']),
      given.bytes.map((text) => `, ${text}`),
    ),
    ')',
  ),
)

const pathAndMore = word([
  '[":path"] = "/call"',
  '[":path"] = "/call"',
  '[":path"] = "/call?x=1", ["x-c"] = "1"',
  '[":path"] = "/call", ["x-c"] = {"1", "2"}',
  '[":path"] = "/call", ["X-C"] = 5',
  '[":path"] = "/call", ["x-c"] = true',
  '["path"] = "/call"',
])
const sent = fc
  .tuple(word(['GET', 'POST', 'PUT', 'HEAD']), pathAndMore)
  .map(([method, more]) => `{[":method"] = "${method}", [":authority"] = "call.test", ["x-fuzz-id"] = ID(h), ${more}}`)
const target = word(['"other"', '"other"', '"backend"', '"down"', '"nowhere"', '""', '7', 'nil'])

const waitingCall = call(
  'call',
  join(
    'h:httpCall(',
    target,
    ', ',
    fc.oneof({ weight: 9, arbitrary: sent }, { weight: 1, arbitrary: given.anything }),
    ', ',
    word(['nil', 'nil', '"b"', '""', '7', '{}', '"a\\0b"']),
    ', ',
    word([
      '5000',
      '5000',
      '0',
      '"5000"',
      '-1',
      'nil',
      '"x"',
      '5000, false',
      '5000, nil',
      '5000, 1',
      '{}',
      '{["timeout_ms"] = 5000}',
      '{["timeout_ms"] = -1}',
      '{["timeout_ms"] = "x"}',
      '{["return_duplicate_headers"] = true}',
      '{["send_xff"] = false}',
      '{["trace_sampled"] = true}',
      '{["nope"] = 1}',
      '{1}',
    ]),
    ')',
  ),
)

// When what it sends arrives says nothing: it goes where the order is not compared.
const asynchronousCall = call(
  'async',
  join(
    'h:httpCall("mirror", ',
    sent,
    ', ',
    word(['nil', '"b"']),
    ', ',
    word(['5000, true', '{["asynchronous"] = true}', '0, true']),
    ')',
  ),
)

/** A call that may end or hold up the script. */
export const endingCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 3, arbitrary: respond },
  { weight: 4, arbitrary: waitingCall },
  { weight: 1, arbitrary: asynchronousCall },
)
