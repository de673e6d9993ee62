import fc from 'fast-check'
import { word } from '../words.ts'
import { given } from './arguments.ts'
import { type Call, endingCall, plainCall } from './calls.ts'
import { prelude } from './prelude.ts'

const anyCall = fc.oneof({ weight: 7, arbitrary: plainCall }, { weight: 1, arbitrary: endingCall })

const protectedCall = anyCall.map(({ op, code }) => `P(h, "${op}", function() return ${code} end)`)
const openCall = anyCall.map(({ op, code }) => `N(h, "${op}", ${code})`)
const inCoroutine = plainCall.map(({ op, code }) => `P(h, "co-${op}", coroutine.wrap(function() return ${code} end))`)

const kept = fc
  .tuple(
    word(['K.a', 'K.b']),
    word([
      'h',
      'h:headers()',
      'h:headers()',
      'h:requestHeaders()',
      'h:body(true)',
      'h:body()',
      'h:trailers()',
      'h:streamInfo()',
      'h:streamInfo():dynamicMetadata()',
      'h:streamInfo():filterState()',
      'h:metadata()',
      'h:metadata("fuzz")',
      'h:route()',
      'h:connection()',
      'h:bodyChunks()',
      'pairs(h:headers())',
      'pairs(h:metadata())',
      'h:stats()',
      'h:stats():counter("kept")',
    ]),
  )
  .map(([where, what]) => `${where} = ${what}`)

const useKept = fc
  .tuple(
    word(['K.a', 'K.b']),
    word([
      '%()',
      '%:get("x-a")',
      '%:get("k")',
      '%:add("x-k", "1")',
      '%:length()',
      '%:headers()',
      '%:protocol()',
      '%:inc()',
      '%:value()',
      '%:setBytes("kept")',
      'each(%)',
    ]),
  )
  .map(([where, use]) => `P(h, "kept", function() return ${use.replace('%', where)} end)`)

const changing = (call: Call): string => `P(h, "loop-${call.op}", function() return ${call.code} end)`
const loops = fc
  .tuple(
    word([
      'k, v in pairs(h:headers())',
      'k, v in pairs(h:headers())',
      'k, v in pairs(h:streamInfo():dynamicMetadata())',
      'k, v in pairs(h:metadata("fuzz"))',
      'i = 1, 2',
      'c in h:bodyChunks()',
      'c in h:bodyChunks()',
    ]),
    anyCall.map(changing),
    word([' break', '', '']),
  )
  .map(([over, what, end]) => {
    const seen = over.startsWith('c ') ? 'N(h, "chunk", c:length()) ' : ''
    // Three rounds: the headers are many, and each round notes.
    const last = end || ' n = n + 1 if n > 3 then break end'
    return `do local n = 0 for ${over} do ${seen}${what}${last} end end`
  })

// Nothing here that waits or answers: it cannot, and whether what it began comes first is chance.
const callbacks = plainCall.chain(({ op, code }) =>
  word([
    `P(h, "gsub-${op}", function() return ("a"):gsub("a", function() return ${code} end) end)`,
    `P(h, "sort-${op}", function() table.sort({2, 1}, function() return ${code} end) end)`,
    `P(h, "index-${op}", function() return setmetatable({}, {__index = function() return ${code} end}).x end)`,
    `P(h, "tostring-${op}", function() return tostring(setmetatable({}, {__tostring = function() return ${code} end})) end)`,
    `N(h, "xp-${op}", xpcall(function() return ${code} end, function(m) return "handled " .. tostring(m) end))`,
    `local function f${op.replace('-', '_')}() return ${code} end P(h, "fn-${op}", f${op.replace('-', '_')})`,
  ]),
)

const failures = fc
  .oneof(
    given.anything.map((value) => `error(${value})`),
    word([
      'error()',
      'error("at", 0)',
      'error("at", 2)',
      'error(setmetatable({}, {__tostring = function() return "made" end}))',
      'coroutine.yield()',
      'coroutine.yield(1)',
      'local x = nil + 1',
      'local x = nil .. "a"',
      'local x = K.none.field',
      'K.none()',
      'return',
      'return 1',
      'assert(false)',
      'assert(nil, "asserted")',
      'assert(false, {})',
      'print("printed", 1, nil)',
    ]),
  )
  .map((code) => (code.startsWith('return') ? `do ${code} end` : code))

const statement = fc.oneof(
  { weight: 12, arbitrary: protectedCall },
  { weight: 6, arbitrary: openCall },
  { weight: 3, arbitrary: kept },
  { weight: 3, arbitrary: useKept },
  { weight: 3, arbitrary: loops },
  { weight: 2, arbitrary: callbacks },
  { weight: 1, arbitrary: inCoroutine },
  { weight: 1, arbitrary: failures },
  { weight: 1, arbitrary: fc.constant('G = (G or 0) + 1 N(h, "global", G)') },
)

function handler(name: string, phase: string): fc.Arbitrary<string> {
  return fc.array(statement, { minLength: 1, maxLength: 9 }).map((statements) => {
    const lines = [`begin(h, "${phase}")`, ...inTime(statements)].map((line) => `  ${line}`)
    return `function ${name}(h)\n${lines.join('\n')}\nend\n`
  })
}

// Once the headers have gone on, what is sent or changed races with the answer: whether it comes in time is chance.
function inTime(statements: readonly string[]): string[] {
  const first = statements.findIndex((line) => /bodyChunks|trailers\(/.test(line))
  return statements.filter((line, index) => first < 0 || index < first || !/httpCall|requestHeaders\(\):/.test(line))
}

const onRequest = handler('envoy_on_request', '>')
const onResponse = handler('envoy_on_response', '<')

/** A random script: what it does with the request, the response or both. */
export function script(name: string): fc.Arbitrary<string> {
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.tuple(onRequest, onResponse).map((both) => both.join('')) },
      { weight: 2, arbitrary: onRequest },
      { weight: 2, arbitrary: onResponse },
    )
    .map((handlers) => `${prelude(name)}\n${handlers}`)
}
