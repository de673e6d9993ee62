local function f()
  print(debug.traceback("here"))
end
local function g()
  f()
end
g()
----
local function f(level)
  print(debug.traceback("here", level))
end
local function g(level)
  f(level)
  return
end
for level = 0, 5 do g(level) end
----
local function f() return debug.traceback("tail") end
local function g() return f() end
print(g())
----
local o = {}
function o:method() print(debug.traceback()) end
function o.field() o:method() end
globalf = function() o.field() end
globalf()
----
local t = setmetatable({}, { __index = function(t, k) return debug.traceback(k) end })
local x = t.some
print(x)
----
local t = setmetatable({}, { __add = function(a, b) return debug.traceback("add") end })
print(t + 1)
print(1 + t)
----
local t = setmetatable({}, { __call = function(self, a) return debug.traceback(a) end })
print(t("called"))
----
local t = setmetatable({}, { __concat = function() return debug.traceback("concat") end, __lt = function() print(debug.traceback("lt")) return true end })
print("x" .. t)
print(t < t)
----
local t = setmetatable({}, { __eq = function() print(debug.traceback("eq")) return true end, __len = function() return debug.traceback("len") end, __unm = function() return debug.traceback("unm") end })
print(t == setmetatable({}, getmetatable(t)), #t, -t)
----
local t = setmetatable({}, { __newindex = function() print(debug.traceback("newindex")) end, __tostring = function() return debug.traceback("tostring") end })
t.x = 1
print(tostring(t))
----
local s = ("ab"):gsub(".", function(c) return debug.traceback(c) end)
print(s)
----
table.sort({ 2, 1 }, function(a, b)
  print(debug.traceback("sorting"))
  return a < b
end)
----
for _ in (function() print(debug.traceback("iterator")) end) do end
----
print(xpcall(function()
  local x
  return x.y
end, debug.traceback))
----
print(xpcall(function() error("raised") end, debug.traceback))
----
print(xpcall(function() error("raised", 0) end, debug.traceback))
----
print(xpcall(function() error({}) end, function(e) return type(e) .. debug.traceback("msg", 2) end))
----
local function deep(n)
  if n == 0 then error("bottom") end
  deep(n - 1)
end
print(xpcall(deep, debug.traceback, 30))
----
print(xpcall(function() return ("x"):rep({}) end, debug.traceback))
----
print(xpcall(function() local a = {} .. "x" end, debug.traceback))
----
print(xpcall(function() local a = {} < 1 end, debug.traceback))
----
print(xpcall(function()
  local a = nil
  a()
end, debug.traceback))
----
print(xpcall(function()
  local t = {}
  t.a.b.c()
end, debug.traceback))
----
print(xpcall(function() string.format("%d", "x") end, debug.traceback))
----
print(xpcall(nil, debug.traceback))
print(xpcall(5, function(m) return m .. "|" .. debug.traceback("h", 1) end))
----
local co = coroutine.create(function()
  local x = 1
  coroutine.yield(x)
  error("after")
end)
print(debug.traceback(co))
coroutine.resume(co)
print(debug.traceback(co))
print(debug.traceback(co, "msg"))
print(debug.traceback(co, "msg", 1))
print(coroutine.resume(co))
print(debug.traceback(co))
----
local co = coroutine.create(function()
  local x
  local y = x.z
end)
print(coroutine.resume(co))
print(debug.traceback(co))
print(debug.traceback(co, nil, 0))
----
local function inner(v)
  local w = v
  return w + {}
end
local co = coroutine.create(function(a)
  local b = a
  inner(b)
end)
print(coroutine.resume(co, 1))
print(debug.traceback(co, "m"))
for level = 0, 3 do
  local info = debug.getinfo(co, level, "nSl")
  print(level, info and info.currentline, info and info.name, info and info.what)
end
----
local co = coroutine.create(function(a)
  local b = 2
  local c = a.b.c
end)
coroutine.resume(co, {})
print(debug.getlocal(co, 0, 1))
print(debug.getlocal(co, 0, 2))
----
local co = coroutine.create(function(a)
  local b = 2
  error("x")
end)
coroutine.resume(co, 7)
print(debug.getlocal(co, 1, 1))
print(debug.getlocal(co, 1, 2))
print(debug.getinfo(co, 1, "l").currentline, debug.getinfo(co, 0, "S").what)
----
local w = coroutine.wrap(function()
  local w2 = coroutine.wrap(function() local n; n() end)
  w2()
end)
print(pcall(w))
print(xpcall(w, debug.traceback))
----
local w = coroutine.wrap(function() error("level one", 1) end)
print(pcall(w))
local v = coroutine.wrap(function() error("level two", 2) end)
print(pcall(v))
----
local function f() error("one", 1) end
local function g() error("two", 2) end
local function h() error("three", 3) end
local function k() error("big", 100) end
local function call(x)
  local ok, e = pcall(x)
  return e
end
print(call(f), call(g))
print(call(h))
print(call(k))
----
local function check(v) if type(v) ~= "number" then error("number wanted", 2) end end
local function user()
  local a = 1
  check("x")
end
print(pcall(user))
----
local function check(v) if type(v) ~= "number" then error("number wanted", 3) end end
local function middle(v)
  check(v)
end
local function user()
  middle("x")
end
print(pcall(user))
----
local function f() return error("tail", 2) end
local function g()
  f()
end
print(pcall(g))
----
local function f() assert(false) end
local function g() assert(nil, "told") end
local function h() assert(false, { 1 }) end
print(pcall(f))
print(pcall(g))
print(select(2, pcall(h))[1])
----
local up = nil
local function f() return up.x end
local function g() return up() end
local function h() up.x = 1 end
print(pcall(f))
print(pcall(g))
print(pcall(h))
----
local t = { a = {} }
print(pcall(function() return t.a.b.c end))
print(pcall(function() return t.a.b() end))
print(pcall(function() return t.a:b() end))
print(pcall(function() t.a.b.c = 1 end))
print(pcall(function() return t[1][2] end))
print(pcall(function() return t["a b"].c end))
print(pcall(function() local k = "q" return t[k].c end))
----
print(pcall(function() return nowhere.x end))
print(pcall(function() nowhere.x = 1 end))
print(pcall(function() nowhere() end))
print(pcall(function() nowhere:m() end))
print(pcall(function() return nowhere + 1 end))
print(pcall(function() return "a" .. nowhere end))
print(pcall(function() return #nowhere end))
print(pcall(function() return -nowhere end))
print(pcall(function() return nowhere < 1 end))
----
local a, b, c = 1, {}, "s"
print(pcall(function() return a + b end))
print(pcall(function() return a .. b end))
print(pcall(function() return c + 1 end))
print(pcall(function() return a < c end))
print(pcall(function() return b < b end))
print(pcall(function() return b <= a end))
print(pcall(function() return a.x.y end))
print(pcall(function() return c.x.y end))
----
local function f(p, q)
  local r = p
  return r[q].z
end
print(pcall(f, {}, "k"))
print(pcall(f, nil, "k"))
----
print(pcall(function(...)
  local a = ...
  return a.b
end))
print(pcall(function(...) return (...).b end))
print(pcall(function(...) return select(1, ...).b end, nil))
----
print(pcall(function() for i = 1, {} do end end))
print(pcall(function() for i = "a", 2 do end end))
print(pcall(function() for i = 1, 2, "x" do end end))
print(pcall(function() for k in 5 do end end))
print(pcall(function() for k in {} do end end))
print(pcall(function() local n for k in n do end end))
print(pcall(function() for k in pairs() do end end))
print(pcall(function() for i, v in ipairs("s") do end end))
----
local s = "text"
print(pcall(function() s:nope() end))
print(pcall(function() s.x.y = 1 end))
print(pcall(function() s:rep() end))
print(pcall(function() s:rep("x") end))
print(pcall(function() s.rep() end))
print(pcall(function() string.rep(s, {}) end))
print(pcall(function() ("x").rep(nil, 1) end))
----
local t = {}
t.insert = table.insert
print(pcall(function() t.insert(1, 2) end))
print(pcall(function() t:insert() end))
print(pcall(function() t:insert(1, 2, 3) end))
local ins = table.insert
print(pcall(function() ins(nil, 1) end))
print(pcall(table.insert, nil, 1))
----
local o = setmetatable({}, { __index = { m = function(self, a) return a.b end } })
print(pcall(function() o:m() end))
print(pcall(function() o.m() end))
print(pcall(o.m, o, 1))
----
local function a() local x = nil; return x.y end
local function b() return (a()) end
local function c() return (b()) end
print(xpcall(c, function(m)
  local lines = {}
  for level = 1, 10 do
    local info = debug.getinfo(level, "nSl")
    if not info then break end
    lines[#lines + 1] = (info.name or "?") .. ":" .. info.currentline .. ":" .. info.what
  end
  return m .. "\n" .. table.concat(lines, "\n")
end))
----
print(xpcall(function()
  local a, b = 1, "two"
  local c = a .. b .. nil
end, function(m)
  local found = {}
  for level = 2, 2 do
    for i = 1, 5 do
      local name, value = debug.getlocal(level, i)
      if not name then break end
      found[#found + 1] = level .. name .. tostring(value):gsub("0x%x+", "")
    end
  end
  return m .. "\n" .. table.concat(found, "\n")
end))
----
local function f()
  local x = 1
  local info = debug.getinfo(1, "nSlu")
  return info.currentline, info.linedefined, info.lastlinedefined, info.name, info.namewhat, info.nups, info.short_src
end
print(f())
print(pcall(f))
----
print(xpcall(function() error() end, function(m) return tostring(m) end))
print(xpcall(function() error(nil) end, debug.traceback))
print(pcall(error, "x", 1))
print(pcall(error, "x", 2))
----
print(xpcall(error, debug.traceback, "direct"))
print(xpcall(string.rep, debug.traceback))
print(xpcall(next, debug.traceback, {}, "nokey"))
----
local function thrower() error("in handler test") end
print(xpcall(thrower, function(m) error("handler fails") end))
print(xpcall(thrower, function(m) local n; return n.x end))
print(xpcall(thrower, nil))
----
local mt = { __index = function(t, k) error("no field " .. k, 2) end }
local t = setmetatable({}, mt)
print(pcall(function()
  local a = 1
  return t.missing
end))
----
local t = setmetatable({}, { __newindex = function(t, k, v) error("readonly " .. k, 2) end })
print(pcall(function()
  local a = 1
  t.x = a
end))
----
local f = loadstring("local a\nreturn a.b", "=chunk")
print(pcall(f))
local g = loadstring("local a\nreturn a.b", "@file.lua")
print(pcall(g))
local h = loadstring("local a\nreturn a.b")
print(pcall(h))
print(xpcall(h, debug.traceback))
----
local f = loadstring(("traced = 1 "):rep(30) .. "\nerror('long name')")
print(pcall(f))
local g = loadstring("\n\nerror('starts with a newline')")
print(pcall(g))
----
local function f(n) if n > 0 then return 1 + f(n - 1) end return debug.traceback("deep") end
print((pcall(f, 40)))
local function g(n) if n > 0 then local r = g(n - 1) return r end return debug.traceback("deep") end
print(g(40))
----
local function f() local a <const> = 1 end
----
local count = 0
local function f() count = count + 1 return f() + 1 end
local ok, e = pcall(f)
print(ok, e)
local co = coroutine.create(function() local n = 1; return n + nil end)
print(coroutine.resume(co))
----
local ok, e = pcall(function()
  local a = 1
  if a then
    a = a ..
      {}
  end
end)
print(e)
local ok, e = pcall(function()
  local t = {
    a = 1,
    b = nil + 1,
  }
end)
print(e)
----
local ok, e = pcall(function()
  print(
    "x",
    nothing.y
  )
end)
print(e)
local ok, e = pcall(function()
  nothing(
    1,
    2
  )
end)
print(e)
----
local co = coroutine.wrap(function()
  print(pcall(function()
    coroutine.yield(1)
    local x
    x.y = 1
  end))
  print(debug.traceback("inside"))
end)
co()
co()
----
print(pcall(coroutine.wrap(function() return coroutine.yield() .. nil end)))
local w = coroutine.wrap(function() coroutine.yield() local n = nil; n.x = 1 end)
w()
print(pcall(w))
print(pcall(w))
