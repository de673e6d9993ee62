/**
 * Scripts that try to hang or to fill the machine they run on: each family is made in many sizes and wrappings. None of
 * them may take longer than its budget allows, and none may keep the next script from running right.
 */

/** Writes one script of a family; `n` grows from 0. */
type Family = (n: number) => string

const big = (n: number) => [1e3, 1e5, 1e6, 1e7, 2 ** 30][n % 5]!

export const families: Record<string, Family> = {
  'endless loop': (n) =>
    ['while true do end', 'repeat until false', '::top:: goto top', 'for i = 1, math.huge do end'][n % 4]!,
  'loop with a body': (n) => `local t = {} local i = 0 while true do i = i + 1 t[i % ${n + 1}] = i end`,
  'loop inside pcall': () => 'while true do pcall(function() while true do end end) end',
  'loop inside xpcall with a looping handler': () =>
    'while true do xpcall(function() error("x") end, function() while true do end end) end',
  recursion: (n) =>
    [`local function f() return 1 + f() end f()`, `local function f(...) return f(1, ...) end f()`][n % 2]!,
  'mutual recursion through pcall': () => 'local function f() return pcall(f) end while true do f() end',
  'recursion through metamethods': (n) =>
    ['__index', '__newindex', '__call', '__add', '__concat', '__eq', '__lt', '__len', '__unm', '__tostring'].map(
      (event) =>
        `local t = setmetatable({}, {}) getmetatable(t).${event} = function(a, b, c) local o = setmetatable({}, getmetatable(t)) ` +
        `local _ = ${{ __index: 't.x', __newindex: '(function() t.x = 1 end)()', __call: 't()', __add: 't + 1', __concat: 't .. "x"', __eq: 't == o', __lt: 't < o', __len: '#t', __unm: '-t', __tostring: 'tostring(t)' }[event]} end ` +
        `local o = setmetatable({}, getmetatable(t)) local _ = ${{ __index: 't.x', __newindex: '(function() t.x = 1 end)()', __call: 't()', __add: 't + 1', __concat: 't .. "x"', __eq: 't == o', __lt: 't < o', __len: '#t', __unm: '-t', __tostring: 'tostring(t)' }[event]}`,
    )[n % 10]!,
  'huge string.rep': (n) => `local s = ("x"):rep(${big(n)}) while true do s = s .. s end`,
  'rep of rep': (n) => `while true do local s = ("ab"):rep(${big(n)}, ("c"):rep(${1 + n})) end`,
  'empty rep': (n) => `while true do local s = (""):rep(${2 ** 30 + n}) end`,
  concatenation: (n) => `local s = "${'x'.repeat(n + 1)}" while true do s = s .. s .. s end`,
  'table.concat': (n) =>
    `local t = {} for i = 1, ${big(n)} do t[i] = ("y"):rep(100) end while true do local s = table.concat(t, ("-"):rep(1000)) end`,
  'gsub growing': (n) => `local s = "a" while true do s = s:gsub(".", ("%0"):rep(${2 + (n % 8)})) end`,
  'gsub callback': () => 'local s = ("a"):rep(1e5) while true do s:gsub(".", string.upper) end',
  'gsub recursion': () => 'local function f(s) return (s:gsub(".", f)) end f("abc")',
  'pattern backtracking': (n) =>
    `local s = ("a"):rep(${30 + n}) while true do s:find(("a*"):rep(${5 + (n % 20)}) .. "b") end`,
  'pattern with lazy pieces': (n) =>
    `local s = ("a"):rep(${1000 + n}) while true do s:match((".-"):rep(${4 + (n % 10)}) .. "b") end`,
  'balanced pattern': (n) => `local s = ("("):rep(${1e5 + n}) while true do s:find("%b()") end`,
  'frontier and captures': (n) =>
    `local s = ("ab "):rep(${1e4 + n}) while true do for a, b in s:gmatch("(%f[%w]%w+)(%s*)%1") do end end`,
  'plain find': (n) =>
    `local s = ("a"):rep(${2e5 + n}) local p = ("a"):rep(1e5) .. "b" while true do s:find(p, 1, true) end`,
  'string.format widths': (n) => `while true do local s = ("%${(n % 99) + 1}d%-99s%.99f"):format(1, "x", 1e308) end`,
  'string comparison': (n) =>
    `local a, b = ("x"):rep(${1e6 + n}), ("x"):rep(${1e6 + n}) .. "y" while true do local _ = a < b end`,
  'string to number': (n) => `local s = ("1"):rep(${1e6 + n}) while true do tonumber(s) end`,
  'byte and char': (n) => `local s = ("x"):rep(${5000 + n}) while true do string.char(s:byte(1, -1)) end`,
  'reverse, lower, upper': (n) => `local s = ("Xy"):rep(${1e6 + n}) while true do s = s:reverse():lower():upper() end`,
  'table growing': (n) =>
    [
      'local t = {} while true do t[#t + 1] = t end',
      'local t = {} for i = 1, math.huge do t[-i] = i end',
      'local t = {} while true do t = { t } end',
      'local t = {} for i = 1, math.huge do t["k" .. i] = {} end',
    ][n % 4]!,
  'table.new': (n) => `local new = require("table.new") while true do local t = new(${big(n)}, ${big(n + 1)}) end`,
  'table.insert at the front': () => 'local t = {} while true do table.insert(t, 1, 0) end',
  'table.remove at the front': () =>
    'local t = {} for i = 1, 2e4 do t[i] = i end while true do table.insert(t, table.remove(t, 1)) end',
  'table.sort': (n) =>
    [
      `local t = {} for i = 1, 1e5 do t[i] = i % ${n + 3} end while true do table.sort(t) end`,
      'local t = {} for i = 1, 1e4 do t[i] = i end while true do pcall(table.sort, t, function() return true end) end',
      'local t = {} for i = 1, 1e3 do t[i] = i end local function f(a, b) table.sort(t, f) return a < b end table.sort(t, f)',
    ][n % 3]!,
  'next over holes': (n) =>
    `local t = {} for i = 1, ${2e4 + n} do t["k" .. i] = i end for k in pairs(t) do t[k] = nil end while true do next(t) end`,
  'pairs that changes its table': () => 'local t = { 1 } while true do for k, v in pairs(t) do t[k] = v + 1 end end',
  unpack: (n) => `local t = {} for i = 1, 7000 do t[i] = i end while true do select(${n + 1}, unpack(t)) end`,
  'endless coroutines': (n) =>
    [
      'while true do coroutine.wrap(function() coroutine.yield() end)() end',
      'local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end',
      'local t = {} while true do t[#t + 1] = coroutine.create(function() end) end',
    ][n % 3]!,
  'coroutine in coroutine': (n) =>
    [
      'local function f() return coroutine.wrap(f)() end f()',
      'local function f() coroutine.resume(coroutine.create(f)) end while true do f() end',
      'local function f() pcall(coroutine.wrap(f)) return f() end f()',
    ][n % 3]!,
  'loop inside a coroutine': () =>
    'local co = coroutine.create(function() while true do end end) while true do coroutine.resume(co) end',
  'error in the error handler': (n) =>
    [
      'xpcall(error, function(e) error(e) end)',
      'local function h(e) return xpcall(error, h) end while true do xpcall(error, h) end',
      'local function h() error(h) end while true do xpcall(h, h) end',
    ][n % 3]!,
  'error that throws in tostring': () =>
    'while true do pcall(tostring, setmetatable({}, { __tostring = function(t) return tostring(t) end })) end',
  'huge error message': (n) => `while true do pcall(error, ("e"):rep(${1e6 + n})) end`,
  collectgarbage: (n) =>
    `local t = {} for i = 1, 1e4 do t[i] = { i } end while true do collectgarbage(${n % 2 ? '"step", 1000' : ''}) end`,
  finalizers: () =>
    'local function make() local p = newproxy(true) getmetatable(p).__gc = function() make() while true do end end end while true do make() end',
  'deep parsing': (n) =>
    [
      `return loadstring("x = " .. ("("):rep(${1e4 + n}) .. "1")`,
      `loadstring(("do "):rep(${1e4 + n}))`,
      `loadstring("x = " .. ("{"):rep(${1e4 + n}))`,
      `loadstring("x = " .. ("not "):rep(${1e4 + n}) .. "1")`,
      `loadstring("x = " .. ("a.."):rep(${1e4 + n}) .. "b")`,
      `loadstring("local function f() "):rep(${100 + n})`,
    ][n % 6]!,
  'parsing a lot': (n) => `local s = ("x = 1 "):rep(${1e4 + n}) while true do loadstring(s) end`,
  'parsing a comment': (n) => `local s = "--[[" .. ("c"):rep(${1e6 + n}) .. "]]" while true do loadstring(s) end`,
  'loading from a function': () => 'load(function() return "x = 1 " end)',
  'dump and load': (n) =>
    `local f = loadstring(("local a = 1 "):rep(${100 + (n % 90)})) while true do f = loadstring(string.dump(f)) end`,
  'getfenv, setfenv': () => 'while true do setfenv(1, setmetatable({}, { __index = getfenv(1) })) end',
  'debug.traceback of a deep stack': (n) =>
    `local function f(n) if n > 0 then return (f(n - 1)) end while true do debug.traceback() debug.getinfo(${1e4 + n}) end end f(5000)`,
  'debug.sethook': () =>
    'debug.sethook(function() while true do end end, "l") local x = 1\nlocal y = 2\nwhile true do\n x = y\n end',
  'debug.sethook taken away': () => 'debug.sethook() while true do debug.sethook() end',
  'metatable chain': (n) =>
    `local t = {} for i = 1, ${1000 + n} do t = setmetatable({}, { __index = t }) end while true do local _ = t.x end`,
  'string metatable': () => 'getmetatable("").__index = function(s, k) return s[k] end local _ = ("x").y',
  'string.buffer': (n) => `local b = require("string.buffer").new() while true do b:put(("x"):rep(${1e4 + n})) end`,
  'buffer.encode': (n) =>
    `local buffer = require("string.buffer") local t = {} for i = 1, 2000 do t[i] = ("v"):rep(${n + 1}) end while true do buffer.decode(buffer.encode(t)) end`,
  'ffi arrays': (n) =>
    `local ffi = require("ffi") while true do local a = ffi.new("char[?]", ${big(n)}) ffi.fill(a, 1000) end`,
  'ffi writing anywhere': (n) =>
    `local ffi = require("ffi") for i = ${n * 1000}, 2^31, 4096 do ffi.cast("int *", i)[0] = -1 end`,
  'os and io': (n) =>
    [
      'while true do os.time() os.clock() os.date() end',
      'os.exit(0)',
      'while true do io.write("x") end',
      'while true do io.open("/etc/passwd") os.remove("/x") os.execute("x") end',
      'while true do print(("p"):rep(1000)) end',
    ][n % 5]!,
}

/** `count` scripts, the families in turn; every other one wraps its script so that it tries to go on after an error. */
export function hostileScripts(count: number): { name: string; source: string }[] {
  const names = Object.keys(families)
  return Array.from({ length: count }, (_, i) => {
    const family = names[i % names.length]!
    const n = Math.floor(i / names.length)
    const body = families[family]!(n)
    const source =
      n % 3 === 1
        ? `local function run() ${body} end while true do pcall(run) end`
        : n % 3 === 2
          ? `coroutine.wrap(function() ${body} end)()`
          : body
    return { name: `${family} ${n}`, source }
  })
}
