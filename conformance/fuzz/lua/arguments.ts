import fc from 'fast-check'
import { word } from '../words.ts'

// Pieces of Lua source. Most draws are right, so that scripts get somewhere; the others are wrong in every way.

/** Any value at all. */
const anything = word([
  'nil',
  'true',
  'false',
  '0',
  '1',
  '-1',
  '2',
  '1.5',
  '1e15',
  '2^53',
  '-2^40',
  '0/0',
  '1/0',
  '""',
  '"a"',
  '"x-a"',
  '"X-A"',
  '"1"',
  '" 2 "',
  '"0x10"',
  '"a\\0b"',

  '"\\195\\169"',
  '{}',
  '{1, 2}',
  '{a = 1}',
  '{a = {b = "c"}, d = true}',
  '{1, "two", {3}}',
  '{[1] = "x", y = 2}',
  '{[3] = 1}',
  'print',
  'h',
  'h:headers()',
  'h:streamInfo()',
  'K.a',
  'K.b',
  'coroutine.create(print)',
])

/** `right`, or now and then anything; or nothing at all. */
function mostly(right: fc.Arbitrary<string>, weight = 7): fc.Arbitrary<string> {
  return fc.oneof({ weight, arbitrary: right }, { weight: 1, arbitrary: anything })
}

const names = [
  '"x-a"',
  '"x-b"',
  '"X-C"',
  '"x-up"',
  '"set-cookie"',
  '"cookie"',
  '"content-type"',
  '"user-agent"',
  '":path"',
  '":method"',
  '":authority"',
  '":status"',
  '":scheme"',
  '"host"',
  '"x-missing"',
  '"via"',
  '"te"',
]
const value = word(['"v"', '"1"', '""', '"a,b"', '"x y"', '12', '1.5', '"200"', '"/new?q=1"', '"b.test"', '"POST"'])

const count = word(['0', '1', '2', '3', '-1', '5', '100'])
const bytes = word(['"new body"', '""', '"a\\0b"', '("x"):rep(50)', '"\\255"', '42', '("y"):rep(3000)'])
const key = word(['"k"', '"n"', '"deep"', '"list"', '"other"', '"envoy.lb"', '"fuzz.ns"', '"trace"', '"\\195\\169"'])
const data = word([
  '"v"',
  '1',
  '1.5',
  'true',
  'false',
  'nil',
  '{}',
  '{1, 2, 3}',
  '{a = 1, b = {c = "d"}}',
  '{{a = 1}, {b = 2}}',
  '{[1] = 1, [3] = 3}',
  '{1, nil, 3}',
  '{[1.5] = 1}',
  '{[true] = 1}',
  '{["a"] = print}',
  'print',
  'h',
  '"\\255"',
  '1e300',
  '-0',
])

/** Arguments by what a method takes them for. */
export const given = {
  anything,
  name: mostly(word([...names, '"content-length"'])),
  /** Names to give values: a wrong content-length hangs the servers, and what a status below 100 does is up to clients. */
  ownName: mostly(word(names.filter((name) => name !== '":status"'))),
  value: mostly(value),
  count: mostly(count),
  bytes: mostly(bytes),
  key: mostly(key),
  data: mostly(data, 12),
  flag: mostly(word(['true', 'false']), 3),
  /** A tail of arguments too many, mostly none. */
  more: fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight: 1, arbitrary: anything.map((v) => `, ${v}`) }),
} as const
