for i = 1, 3 do
  for j = 1, 3 do
    if j == 2 then goto continue end
    io.write(i, ",", j, " ")
    ::continue::
  end
end
print()
----
local i = 1
::top::
if i <= 3 then io.write(i, " ") i = i + 1 goto top end
print("done")
----
do goto skip end
print("not here")
::skip:: print("here")
----
local fs = {}
for i = 1, 3 do
  local j = i * 10
  fs[i] = function() j = j + 1 return i, j end
end
print(fs[1](), fs[1](), fs[2](), fs[3]())
----
local fs, i = {}, 1
while i <= 3 do local k = i fs[i] = function() return k end i = i + 1 end
print(fs[1](), fs[2](), fs[3]())
----
local a = {}
do local x = 0 ::again:: local y = x a[#a + 1] = function() return y end x = x + 1 if x < 3 then goto again end end
print(a[1](), a[2](), a[3]())
----
local mt = { __add = function(a, b) return "add" end, __sub = function() return "sub" end, __mul = function() return "mul" end,
  __div = function() return "div" end, __mod = function() return "mod" end, __pow = function() return "pow" end,
  __unm = function() return "unm" end, __concat = function() return "cat" end, __len = function() return 42 end,
  __eq = function() return true end, __lt = function() return true end, __le = function() return false end,
  __call = function(self, ...) return "call", ... end, __tostring = function() return "str" end,
  __index = function(t, k) return k .. "!" end }
local x, y = setmetatable({}, mt), setmetatable({}, mt)
print(x + 1, 1 + x, x - y, x * 2, 2 / x, x % y, x ^ 2, -x, x .. "s", "s" .. x, 1 .. x, #x)
print(x == y, x ~= y, x < y, x <= y, x > y, x >= y, x(1, 2), tostring(x), x.key, x == 1, x < 1, 1 < x)
----
local log = {}
local p = setmetatable({}, { __newindex = function(t, k, v) log[#log + 1] = k rawset(t, k, v) end })
p.a = 1 p.a = 2 p.b = 3 p[1] = 4 p[1] = 5
print(table.concat(log, ","), p.a, p.b, p[1])
----
local base = { greet = function(self) return "hi " .. self.name end }
base.__index = base
local derived = setmetatable({ extra = 1 }, base)
derived.__index = derived
local o = setmetatable({ name = "o" }, derived)
print(o:greet(), o.extra, o.missing, rawget(o, "greet"))
----
local t = setmetatable({}, { __index = string })
print(t.upper("x"), t.format("%d", 5))
----
local t = setmetatable({}, { __call = setmetatable({}, { __call = function(_, ...) return "nested", select("#", ...) end }) })
print(pcall(t, 1, 2))
----
local t = setmetatable({}, { __lt = function(a, b) return 5 end, __le = function() return nil end })
print(t < t, t <= t, t > 1, pcall(function() return t < "x" end))
----
local a = setmetatable({}, { __eq = function() return true end })
local b = setmetatable({}, { __eq = function() return false end })
print(a == b, b == a, a == a, a ~= b, rawequal(a, b))
----
local c = setmetatable({}, { __concat = function(a, b) return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b) end })
print(c .. "x", "x" .. c, 1 .. c, c .. c, "a" .. "b" .. c, c .. "a" .. "b")
----
local t = setmetatable({ 1, 2 }, { __len = function() return "len" end, __unm = function(a, b) return rawequal(a, b) end })
print(#t, -t, rawlen(t))
----
local env = setmetatable({}, { __index = _G })
local f = load("x = 5 y = x + 1 return y")
setfenv(f, env)
print(f(), env.x, env.y, x, y)
----
local function f() return getfenv(1) == _G, getfenv(2) == _G end
print(f())
setfenv(1, setmetatable({ marker = "here" }, { __index = _G }))
print(marker, getfenv(1).marker, getfenv(0).marker)
----
local f = setfenv(function() return x end, { x = "env" })
print(f(), getfenv(f).x)
local g = function() z = 9 end
local e = {}
setfenv(g, e) g()
print(e.z, z)
----
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2)
  print("got", d, e)
  return "end", d + e
end)
print(coroutine.status(co), coroutine.resume(co, 1, 2))
print(coroutine.status(co), coroutine.resume(co, 10))
print(coroutine.status(co), coroutine.resume(co, 3, 4))
print(coroutine.status(co), coroutine.resume(co))
----
local co = coroutine.wrap(function()
  local ok, e = pcall(function()
    coroutine.yield(1)
    error("after yield")
  end)
  coroutine.yield(e)
  return "done"
end)
print(co()) print(co()) print(co()) print(pcall(co))
----
local co = coroutine.create(function()
  local t = setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end, __add = function() return coroutine.yield("add") end })
  return t.foo, t + 1
end)
print(coroutine.resume(co)) print(coroutine.resume(co, "v1")) print(coroutine.resume(co, "v2"))
----
local co = coroutine.create(function() for k in (function() return coroutine.yield("iter") end) do print("k", k) end return "over" end)
print(coroutine.resume(co)) print(coroutine.resume(co, "x")) print(coroutine.resume(co, nil))
----
local co = coroutine.create(function() return (("x"):gsub("x", function() return coroutine.yield("no") end)) end)
print(coroutine.resume(co))
----
local co = coroutine.create(function() table.sort({ 2, 1 }, function() coroutine.yield() end) end)
print(coroutine.resume(co))
----
print(coroutine.running()) 
print(coroutine.isyieldable(), coroutine.wrap(function() return coroutine.isyieldable(), select(2, coroutine.running()) end)())
----
local co co = coroutine.create(function() return coroutine.status(co), coroutine.resume(co) end)
print(coroutine.resume(co))
local outer outer = coroutine.create(function() local inner = coroutine.create(function() return coroutine.status(outer) end) return coroutine.resume(inner) end)
print(coroutine.resume(outer))
----
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local s = 0 for v in gen(100) do s = s + v end print(s)
----
local function producer() return coroutine.create(function() for i = 1, 3 do coroutine.yield("item" .. i) end return nil end) end
local function filter(p) return coroutine.create(function() local n = 1 while true do local ok, v = coroutine.resume(p) if not v then return nil end coroutine.yield(n .. ":" .. v) n = n + 1 end end) end
local f = filter(producer()) while true do local ok, v = coroutine.resume(f) if not v then break end io.write(v, " ") end print()
----
local co = coroutine.wrap(function(...) local args = { ... } while true do args = { coroutine.yield(unpack(args)) } end end)
print(co(1, 2, 3)) print(co()) print(co(nil, nil)) print(select("#", co(nil, nil, nil)))
----
local co = coroutine.create(function() xpcall(function() coroutine.yield("in xpcall") error("E") end, function(m) print("handler", m) return m end) return "r" end)
print(coroutine.resume(co)) print(coroutine.resume(co))
----
print(pcall(coroutine.wrap(function() return pcall(coroutine.yield, "y") end)))
----
local function va(...) local a, b = ... local t = { ... } return select("#", ...), #t, a, b, (...) end
print(va()) print(va(1)) print(va(1, nil)) print(va(nil, nil, 3)) print((va(1, 2)))
----
local function tail(n, ...) if n == 0 then return ... end return tail(n - 1, n, ...) end
print(tail(5)) print(select("#", tail(100)))
----
local function many() return 1, 2, 3 end
local t = { many(), many(), x = many(), many() }
print(#t, t.x, t[4], (many()), many(), 10)
local a, b, c, d = many() print(a, b, c, d) a, b = b, a print(a, b)
----
local t = { f = function() return 1, 2 end }
t[1], t[2] = t.f() print(t[1], t[2])
local i = 1 i, t[i] = i + 1, 20 print(i, t[1], t[2])
----
local s = "" for w in ("a b c"):gmatch("%a") do s = w .. s end print(s)
local r = {} for i = 1, 3 do for j = i, 3 do r[#r + 1] = i * j end end print(table.concat(r, " "))
----
local function f(a, b, c) return a, b, c end
print(f(1), f(1, 2, 3, 4), f()) print(type(f), f == f)
----
local big = {} for i = 1, 1000 do big[i] = i end
print(select("#", unpack(big)), math.max(unpack(big)))
print(pcall(function() return select("#", unpack(big, 1, 7000)) end))
----
local t = {} for i = 1, 300 do t["k" .. i] = i end
local n = 0 for k, v in pairs(t) do n = n + v end print(n) for i = 1, 300 do t["k" .. i] = nil end print(next(t))
----
local s = {} for i = 1, 10 do s[i] = string.char(64 + i) end
print(table.concat(s), #table.concat(s, ("-"):rep(100)))
----
local ok, err = pcall(function()
  local a = 1
  local b = 2

  error("line five")
end)
print(err)
----
local ok, err = pcall(function()
  local x = {
    a = 1,
    b = nil + 1,
  }
end)
print(err)
----
local ok, err = pcall(function()
  return string
    .format("%d",
      "x")
end)
print(err)
----
local function level1() error("L1", 1) end
local function level2()
  error("L2", 2)
end
print(pcall(level1))
print(pcall(function()
  level2()
end))
----
local function check(v) if type(v) ~= "number" then error("expected number, got " .. type(v), 2) end return v end
print(pcall(check, 1), pcall(check, "x"))
print(pcall(function() check("x") end))
----
print(pcall(function() local s = require("string.buffer") local b = s.new() b:put("a", 1, true) end))
local buffer = require("string.buffer")
local b = buffer.new() b:put("hello", " ", 42, " "):putf("%05.1f|%s", 3.14159, "x")
print(tostring(b), #b, b:get(5), tostring(b), b:skip(1):tostring()) b:reset() print(#b)
print(buffer.decode(buffer.encode({ 1, 2, x = "y", n = { true, false, 1.5 } })).n[3], buffer.decode(buffer.encode("str")), #buffer.encode(nil))
b:set("abcdef") print(b:get(2, 2), b:get()) print(pcall(b.put, b), pcall(buffer.decode, "\255"), b .. "x", type(b), pcall(buffer.encode, print))
----
local ffi = require("ffi")
print(ffi.os, ffi.arch, type(ffi.new), tostring(ffi.new("int", 5)), ffi.new("int[3]", 1, 2, 3)[1], ffi.sizeof("int"), ffi.sizeof("double"), ffi.string(ffi.new("char[4]", "abc")))
print(1LL + 2, 2^53 + 1ULL, -1ULL, 10LL / 3, 10LL % 3, 1LL == 1, tostring(5ULL), type(1LL), 0xffffffffffffffffULL, 1LL < 2, -5LL)
ffi.cdef("typedef struct { int x; double y; } point_t;") local p = ffi.new("point_t", 3, 4.5) print(p.x, p.y, ffi.sizeof("point_t"), ffi.istype("point_t", p), (select(2, pcall(function() return p.z end)):gsub("%d+", "N")))
print(ffi.cast("int", 3.7), ffi.cast("uint8_t", 300), tonumber(ffi.cast("uint32_t", -1)), tonumber(ffi.new("int64_t", 2^40)), ffi.abi("le"), ffi.typeof("int"), pcall(ffi.cdef, "struct {"), bit.band(0xffLL, 0x0f), bit.lshift(1LL, 40))
print(pcall(ffi.new, "nosuchtype"), pcall(function() return ffi.C.nosuchfunction end) )
----
local t = { n = 0 }
function t:inc(by) self.n = self.n + (by or 1) return self end
print(t:inc():inc(5).n) function t.a() return "a" end t.sub = {} function t.sub.f(x) return x end function t.sub:g() return self == t.sub end print(t.a(), t.sub.f(1), t.sub:g())
----
local x <const> = 5
----
local s = [[
first newline dropped
second]] print(s, #s) print([[

two]], "a\
b", 'it''s')
----
print("it's", 'say "hi"', "tab\tend", "nul\0end" == "nul\0end", "\065\10\0651", '\'', "\\n") print(#"\
", "a\z
        b")
----
print(type(nil), type(1), type("x"), type({}), type(print), type(coroutine.create(print)), type(io.stdout), type(1LL), pcall(type), type(nil, 1))
----
print(select(-2, "a", "b", "c"), select(3, "a", "b", "c"), pcall(select, -4, 1, 2, 3), select("#", select(2, 1, 2, 3)), select(1.9, "x", "y"))
----
local t = {} for i = 1, 5 do t[#t + 1] = i end for i = #t, 1, -1 do if t[i] % 2 == 0 then table.remove(t, i) end end print(table.concat(t, ","))
----
local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end print(fact(10), fact(20), fact(25), fact(170), fact(171))
----
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print(fib(20))
----
local memo = setmetatable({}, { __mode = "k" }) local k = {} memo[k] = "v" collectgarbage() print(memo[k])
----
local q = {} local function push(v) q[#q + 1] = v end local function pop() return table.remove(q, 1) end push(1) push(2) push(3) print(pop(), pop(), #q)
----
local parts = {} for part in ("a/b//c/"):gmatch("[^/]+") do parts[#parts + 1] = part end print(#parts, table.concat(parts, "|"))
local function split(s, sep) local r = {} for piece in (s .. sep):gmatch("(.-)" .. sep:gsub("%p", "%%%0")) do r[#r + 1] = piece end return r end print(table.concat(split("a.b..c", "."), "|"))
----
local function b64(data) local b = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" return ((data:gsub(".", function(x) local r, c = "", x:byte() for i = 8, 1, -1 do r = r .. (c % 2 ^ i - c % 2 ^ (i - 1) > 0 and "1" or "0") end return r end) .. "0000"):gsub("%d%d%d?%d?%d?%d?", function(x) if #x < 6 then return "" end local c = 0 for i = 1, 6 do c = c + (x:sub(i, i) == "1" and 2 ^ (6 - i) or 0) end return b:sub(c + 1, c + 1) end) .. ({ "", "==", "=" })[#data % 3 + 1]) end print(b64("hello world"), b64("a"), b64(""))
----
local function ser(v, ind) ind = ind or "" if type(v) ~= "table" then return type(v) == "string" and ("%q"):format(v) or tostring(v) end local ks = {} for k in pairs(v) do ks[#ks + 1] = k end table.sort(ks, function(a, b) return tostring(a) < tostring(b) end) local o = {} for _, k in ipairs(ks) do o[#o + 1] = ind .. tostring(k) .. "=" .. ser(v[k], ind .. " ") end return "{\n" .. table.concat(o, "\n") .. "\n" .. ind .. "}" end print(ser({ 1, "two", { x = true } }))
----
local json = '{"a":1,"b":[true,null]}' local pos = json:find('"b"') print(pos, json:match('"a":(%d+)'), json:match("%[(.-)%]"), (json:gsub('"', "'")))
----
local md = { k = { nested = { 1, 2, 3 }, s = "v" } } print(md.k.nested[2], md["k"]["s"], md.k.missing, #md.k.nested, pcall(function() return md.x.y end))
----
local i = 0 repeat local done = i >= 3 i = i + 1 until done print(i) while true do i = i - 1 if i < 0 then break end end print(i)
----
print(pcall(function() while true do local x = (nil)() end end)) print(pcall(function() repeat error("r") until true end)) print(pcall(function() for i = 1, 3 do if i == 2 then error("at " .. i) end end end))
----
local out = {} for a, b in (function() local n = 0 return function() n = n + 1 if n <= 3 then return n, n * n end end end)() do out[#out + 1] = a .. ":" .. b end print(table.concat(out, " "))
----
module("mymod", package.seeall) function hello() return "hi" end print(mymod.hello(), mymod._NAME, package.loaded.mymod == mymod) _G.mymod = nil package.loaded.mymod = nil
----
package.preload.mine = function(name) return { name = name } end print(require("mine").name, require("mine") == require("mine"), package.loaded.mine.name) package.loaded.mine = nil print(require("mine") ~= nil)
----
print(pcall(loadstring("return 1 +")), loadstring("return 1")(), loadstring("x = = 1", "=mychunk"), load("return a", "c", "t", { a = 3 })(), pcall(loadstring("error('in chunk')", "=ck")), pcall(loadstring("local t = nil t.x = 1", "@file")))
----
print(pcall(loadstring("error('in chunk')"))) print(pcall(loadstring("\n\nerror('line 3')", "function envoy_on_request(request_handle)\n  x\nend"))) print(pcall(loadstring("local a\na.b = 1", "short")))
