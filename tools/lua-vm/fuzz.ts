/**
 * Holds the virtual machine against LuaJIT itself on programs made at random: `npx tsx tools/lua-vm/fuzz.ts [count] [seed]`.
 * Prints each program whose output differs, with its seed; a program that finds a fault becomes a snippet.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { nativeLuajit } from './native.mjs'
import { mask, runSnippet } from './snippets.ts'

/** A small generator of pseudo-random numbers (mulberry32), so that a seed gives its program again. */
function random(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const numbers = [
  '0',
  '1',
  '-1',
  '2',
  '3.5',
  '-0.5',
  '1e15',
  '2^31',
  '2^53',
  '-2^31',
  '1/0',
  '0/0',
  '-0',
  '255',
  '1e-5',
  '0x7fffffff',
]
const strings = ['""', '"a"', '"abc"', '"10"', '"0x1F"', '" 5 "', '"-3"', '"1e2"', '"\\0z"', '"nan"', '"x y"']
const binary = ['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or']
const calls = [
  'tostring(#)',
  'tonumber(#)',
  'type(#)',
  'math.floor(#)',
  'math.abs(#)',
  'math.max(#, #)',
  'math.min(#, #, #)',
  'math.fmod(#, #)',
  '("%s|%5s"):format(tostring(#), tostring(#))',
  'string.format("%g", #)',
  'string.format("%d", #)',
  'string.format("%q", #)',
  'string.rep(#, 3)',
  'string.sub(#, #, #)',
  'string.byte(#, #)',
  'string.find(#, #, 1, true)',
  'string.len(#)',
  'string.upper(#)',
  'string.reverse(#)',
  'select(#, #, #)',
  'select("#", #, #)',
  'rawequal(#, #)',
  'rawlen(#)',
  'bit.band(#, #)',
  'bit.bor(#, #)',
  'bit.lshift(#, #)',
  'bit.tohex(#)',
  'bit.bnot(#)',
  'unpack({ #, #, # })',
  'table.concat({ #, # }, #)',
  '#{ #, #, nil, # }',
  'next({ # })',
  'math.ldexp(#, #)',
  'math.modf(#)',
  'math.frexp(#)',
  'math.log(#, #)',
  'string.char(#)',
  'pcall(error, #)',
  'f1(#)',
  'f2(#, #)',
  'o:m(#)',
  'o.x',
  'o[#]',
  't[#]',
  'string.gsub(#, #, #)',
  'string.match(#, #)',
  'tonumber(#, #)',
  'setmetatable({}, #)',
  'assert(#, #)',
  'ipairs(#)',
  'mt + #',
  '# .. mt',
  'mt < #',
  '#mt',
  '-mt',
  'mt(#)',
  'mt == #',
  'va(#, #, #)',
]

/** A program: declarations, then statements that print what they work out, errors among it. */
export function program(seed: number): string {
  const next = random(seed)
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!
  const expression = (depth: number): string => {
    const kind = depth <= 0 ? next(3) : next(9)
    if (kind === 0) return pick(numbers)
    if (kind === 1) return pick(strings)
    if (kind === 2) return pick(['nil', 'true', 'false', 'a', 'b', 'c', 't', 'o', 'f1', 'up', 'glob', 'mt', '{}'])
    if (kind === 3) return `(not ${expression(depth - 1)})`
    if (kind === 4) return `(-${expression(depth - 1)})`
    if (kind <= 6) return `(${expression(depth - 1)} ${pick(binary)} ${expression(depth - 1)})`
    return pick(calls).replace(/#(?![{m"])/g, () => expression(depth - 1))
  }
  const assigned = () => pick(['a', 'b', 'c', 'up', 'glob', 't[1]', 't.k', 'o.x', `t[${expression(0)}]`])
  const statement = (depth: number): string => {
    switch (next(depth <= 0 ? 4 : 10)) {
      case 0:
      case 1:
        return `print(show(${expression(2)}))`
      case 2:
        return `print(try(function() return ${expression(3)} end))`
      case 3:
        return `print(try(function() ${assigned()} = ${expression(2)} end))`
      case 4:
        return `for i = ${pick(numbers.slice(0, 6))}, ${next(4)}, ${pick(['1', '-1', '0.5', '2'])} do n = n + 1 if n > 50 then break end a = i ${statement(depth - 1)} end`
      case 5:
        return `if ${expression(2)} then ${statement(depth - 1)} else ${statement(depth - 1)} end`
      case 6:
        return `print(try(function(...) local x, y = ... ${statement(depth - 1)} return x, y, select("#", ...) end, ${expression(1)}, ${expression(1)}))`
      case 7:
        return `do local a, b = b, a ${statement(depth - 1)} f1 = function(x) up = x return a, b end end`
      case 8:
        return `local co${next(1e6)} = coroutine.wrap(function(x) local y = coroutine.yield(x) print(show(x), show(y)) ${statement(depth - 1)} return y end) print(try(function() return co end))`.replace(
          /co\d+ = ([\s\S]*)return co end/,
          (_, rest) => `w = ${rest}return w(${expression(1)}), w(${expression(1)}) end`,
        )
      default:
        return `for k, v in ${pick(['pairs', 'ipairs'])}({ ${expression(1)}, ${expression(1)}, ${expression(1)} }) do n = n + 1 if n > 50 then break end print(k, show(v)) ${statement(depth - 1)} end`
    }
  }
  const lines = Array.from({ length: 4 + next(8) }, () => `print(try(function() ${statement(2)} end))`)
  return `local n, up, a, b, c = 0, 1, 2, "s", nil
local function show(v, ...) if type(v) == "table" or type(v) == "function" or type(v) == "thread" then return type(v) end return tostring(v) end
local function try(f, ...) local r = { pcall(f, ...) } local o = {} for i = 1, table.maxn(r) do o[i] = show(r[i]) end return table.concat(o, " ") end
local t, o = { 10, 20, k = "v" }, { x = 5, m = function(self, v) return v, self.x end }
local mt = setmetatable({}, { __add = function(x, y) return "add" end, __concat = function() return "cat" end, __lt = function() return 1 end, __len = function() return 9 end, __unm = function() return "unm" end, __call = function(_, ...) return select("#", ...), ... end, __eq = function() return true end, __index = function(_, k) return k end, __tostring = function() return "MT" end })
local function f1(x) local y = x return y end
local function f2(x, y) return y, x, x end
local function va(...) local x = { ... } return #x, ..., select("#", ...) end
${lines.join('\n')}`
}

const count = Number(process.argv[2] ?? 1_000)
const first = Number(process.argv[3] ?? 1)
const directory = mkdtempSync(`${tmpdir()}/lua-fuzz-`)
const runner = `
for i = ${first}, ${first + count - 1} do
  local out, h = {}, io.open('${directory}/' .. i, 'rb')
  local src = h:read('*a') h:close()
  local real = print
  print = function(...) for j = 1, select('#', ...) do out[#out + 1] = tostring((select(j, ...))) out[#out + 1] = j < select('#', ...) and '\\t' or '' end out[#out + 1] = '\\n' end
  local f, e = loadstring(src, '=t')
  if not f then out[#out + 1] = 'LOADERR ' .. e .. '\\n'
  else local ok, e = coroutine.resume(coroutine.create(f)) if not ok then out[#out + 1] = 'ERR ' .. tostring(e) .. '\\n' end end
  print = real
  local g = io.open('${directory}/' .. i .. '.out', 'wb') g:write(table.concat(out)) g:close()
  glob = nil
end`
for (let seed = first; seed < first + count; seed++) writeFileSync(`${directory}/${seed}`, program(seed))
execFileSync(nativeLuajit(), ['-e', runner], { stdio: 'inherit' })
const { readFileSync } = await import('node:fs')
let different = 0
for (let seed = first; seed < first + count; seed++) {
  const native = mask(readFileSync(`${directory}/${seed}.out`, 'latin1'))
  const ours = runSnippet(program(seed))
  if (native === ours) continue
  different++
  const a = native.split('\n')
  const b = ours.split('\n')
  const at = a.findIndex((line, i) => line !== b[i])
  if (different <= 20) console.log(`seed ${seed}, line ${at + 1}\n  LuaJIT ${a[at]}\n  ours   ${b[at]}`)
}
console.log(`${different} of ${count} differ`)
