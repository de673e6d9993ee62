local function decode(s)
  local pos = 1
  local value
  local function skip() pos = s:find("%S", pos) or #s + 1 end
  local function fail(what) error(("json: %s at %d"):format(what, pos), 0) end
  local escapes = { n = "\n", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/", r = "\r", b = "\b", f = "\f" }
  local function str()
    local out = {}
    pos = pos + 1
    while true do
      local stop = s:find('["\\]', pos)
      if not stop then fail("unfinished string") end
      out[#out + 1] = s:sub(pos, stop - 1)
      if s:sub(stop, stop) == '"' then pos = stop + 1 return table.concat(out) end
      local e = s:sub(stop + 1, stop + 1)
      if e == "u" then out[#out + 1] = string.char(tonumber(s:sub(stop + 2, stop + 5), 16) % 256) pos = stop + 6
      else out[#out + 1] = escapes[e] or fail("bad escape") pos = stop + 2 end
    end
  end
  function value()
    skip()
    local c = s:sub(pos, pos)
    if c == "{" then
      local t = {}
      pos = pos + 1 skip()
      if s:sub(pos, pos) == "}" then pos = pos + 1 return t end
      repeat
        skip()
        if s:sub(pos, pos) ~= '"' then fail("key expected") end
        local k = str() skip()
        if s:sub(pos, pos) ~= ":" then fail("colon expected") end
        pos = pos + 1
        t[k] = value() skip()
        local d = s:sub(pos, pos) pos = pos + 1
      until d ~= ","
      return t
    elseif c == "[" then
      local t = {}
      pos = pos + 1 skip()
      if s:sub(pos, pos) == "]" then pos = pos + 1 return t end
      repeat t[#t + 1] = value() skip() local d = s:sub(pos, pos) pos = pos + 1 until d ~= ","
      return t
    elseif c == '"' then return str()
    elseif s:find("^true", pos) then pos = pos + 4 return true
    elseif s:find("^false", pos) then pos = pos + 5 return false
    elseif s:find("^null", pos) then pos = pos + 4 return nil
    else
      local n = s:match("^-?%d+%.?%d*[eE]?[+-]?%d*", pos)
      if not n then fail("unexpected '" .. c .. "'") end
      pos = pos + #n
      return tonumber(n)
    end
  end
  return value()
end
local d = decode('{"a": [1, 2.5, -3e2, {"b": null}], "s": "x\\n\\"y\\" \\u0041", "t": true, "f": false}')
print(d.a[1], d.a[2], d.a[3], next(d.a[4]), d.s, d.t, d.f, #d.a)
print(pcall(decode, '{"a": }'), pcall(decode, '{a: 1}'), pcall(decode, '"abc'), pcall(decode, ""), pcall(decode, "[1, ?]"))
----
local b64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local index = {}
for i = 1, 64 do index[b64:byte(i)] = i - 1 end
local function decode(s)
  s = s:gsub("-", "+"):gsub("_", "/"):gsub("[^%w+/]", "")
  local out, acc, bits = {}, 0, 0
  for i = 1, #s do
    acc = bit.bor(bit.lshift(acc, 6), index[s:byte(i)])
    bits = bits + 6
    if bits >= 8 then
      bits = bits - 8
      out[#out + 1] = string.char(bit.band(bit.rshift(acc, bits), 255))
      acc = bit.band(acc, bit.lshift(1, bits) - 1)
    end
  end
  return table.concat(out)
end
print(decode("eyJzdWIiOiIxMjM0IiwibmFtZSI6IkpvaG4ifQ"), decode("aGk="), #decode("AAECAwQFBgc="), decode(""))
----
local function crc32(s)
  local crc = -1
  for i = 1, #s do
    crc = bit.bxor(crc, s:byte(i))
    for _ = 1, 8 do crc = bit.bxor(bit.rshift(crc, 1), bit.band(0xedb88320, -bit.band(crc, 1))) end
  end
  return bit.tohex(bit.bnot(crc))
end
print(crc32("123456789"), crc32(""), crc32(("x"):rep(100)))
----
local function fnv1a(s) local h = 2166136261 for i = 1, #s do h = bit.bxor(h, s:byte(i)) h = (h % 2^32 * 16777619) % 2^32 end return ("%08x"):format(h % 2^32) end
print(fnv1a("hello"), fnv1a(""), fnv1a("\255\0"))
----
local function sha1(msg)
  local band, bor, bxor, bnot, rol, tobit = bit.band, bit.bor, bit.bxor, bit.bnot, bit.rol, bit.tobit
  local len = #msg * 8
  msg = msg .. "\128" .. ("\0"):rep((55 - #msg) % 64) .. ("\0"):rep(4) .. string.char(bit.band(bit.rshift(len, 24), 255), bit.band(bit.rshift(len, 16), 255), bit.band(bit.rshift(len, 8), 255), bit.band(len, 255))
  local h0, h1, h2, h3, h4 = 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0
  for chunk = 1, #msg, 64 do
    local w = {}
    for i = 0, 15 do local a, b, c, d = msg:byte(chunk + i * 4, chunk + i * 4 + 3) w[i] = tobit(a * 2^24 + b * 2^16 + c * 256 + d) end
    for i = 16, 79 do w[i] = rol(bxor(w[i - 3], w[i - 8], w[i - 14], w[i - 16]), 1) end
    local a, b, c, d, e = h0, h1, h2, h3, h4
    for i = 0, 79 do
      local f, k
      if i < 20 then f, k = bor(band(b, c), band(bnot(b), d)), 0x5A827999
      elseif i < 40 then f, k = bxor(b, c, d), 0x6ED9EBA1
      elseif i < 60 then f, k = bor(band(b, c), band(b, d), band(c, d)), 0x8F1BBCDC
      else f, k = bxor(b, c, d), 0xCA62C1D6 end
      a, b, c, d, e = tobit(rol(a, 5) + f + e + k + w[i]), a, rol(b, 30), c, d
    end
    h0, h1, h2, h3, h4 = tobit(h0 + a), tobit(h1 + b), tobit(h2 + c), tobit(h3 + d), tobit(h4 + e)
  end
  return bit.tohex(h0) .. bit.tohex(h1) .. bit.tohex(h2) .. bit.tohex(h3) .. bit.tohex(h4)
end
print(sha1("abc"), sha1(""), sha1(("The quick brown fox "):rep(20)))
----
local function parse_cookies(header)
  local cookies = {}
  for name, value in (header or ""):gmatch("%s*([^=;%s]+)=([^;]*)") do cookies[name] = value:gsub('^"(.*)"$', "%1") end
  return cookies
end
local c = parse_cookies('session=abc123; theme="dark"; empty=; a=b=c')
print(c.session, c.theme, c.empty, c.a, c.missing, next(parse_cookies(nil)))
----
local function query(url)
  local params, order = {}, {}
  local q = url:match("%?([^#]*)") or ""
  for pair in q:gmatch("[^&]+") do
    local k, v = pair:match("^([^=]*)=?(.*)$")
    k = k:gsub("+", " "):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)
    v = v:gsub("+", " "):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)
    if params[k] == nil then order[#order + 1] = k end
    params[k] = v
  end
  return params, order
end
local p, o = query("/path?a=1&b=hello+world&c=%41%42&empty&a=2#frag=3")
for _, k in ipairs(o) do io.write(k, "=", p[k], ";") end print()
----
local Stack = {} Stack.__index = Stack
setmetatable(Stack, { __call = function(cls, ...) return setmetatable({ items = { ... } }, cls) end })
function Stack:push(v) self.items[#self.items + 1] = v return self end
function Stack:pop() return table.remove(self.items) end
Stack.__len = function(s) return #s.items end
Stack.__tostring = function(s) return "Stack(" .. table.concat(s.items, ",") .. ")" end
Stack.__eq = function(a, b) return tostring(a) == tostring(b) end
Stack.__concat = function(a, b) return tostring(a) .. tostring(b) end
local s = Stack(1, 2):push(3)
print(#s, tostring(s), s:pop(), #s, s == Stack(1, 2), s ~= Stack(), s .. "!", "<" .. s)
local Named = setmetatable({}, { __index = Stack }) Named.__index = Named
function Named.new(name) local o = setmetatable({ items = {}, name = name }, Named) return o end
print(Named.new("n"):push(1):push(2):pop(), rawget(Named, "push"), Named.new("z").name)
----
local function copy(v, seen) if type(v) ~= "table" then return v end seen = seen or {} if seen[v] then return seen[v] end local t = {} seen[v] = t for k, x in pairs(v) do t[copy(k, seen)] = copy(x, seen) end return setmetatable(t, getmetatable(v)) end
local a = { 1, { 2, { 3 } }, k = "v" } a.self = a
local b = copy(a)
print(b[1], b[2][2][1], b.k, b.self == b, b ~= a, b[2] ~= a[2])
local function merge(...) local r = {} for i = 1, select("#", ...) do for k, v in pairs((select(i, ...)) or {}) do if type(v) == "table" and type(r[k]) == "table" then r[k] = merge(r[k], v) else r[k] = v end end end return r end
local ok, m = pcall(merge, { a = 1, n = { x = 1 } }, nil, { a = 2, n = 5 }) print(ok, m and m.a, m and m.n)
----
local function memoize(f) local cache = setmetatable({}, { __mode = "k" }) return function(x) local v = cache[x] if v == nil then v = f(x) cache[x] = v end return v end end
local calls = 0 local sq = memoize(function(x) calls = calls + 1 return x * x end)
print(sq(4), sq(4), sq(5), calls)
----
local function semver(v) local a, b, c, pre = v:match("^v?(%d+)%.(%d+)%.(%d+)%-?(.*)$") return tonumber(a), tonumber(b), tonumber(c), pre end
local function less(x, y) local a1, b1, c1 = semver(x) local a2, b2, c2 = semver(y) if a1 ~= a2 then return a1 < a2 elseif b1 ~= b2 then return b1 < b2 else return c1 < c2 end end
local vs = { "1.10.0", "1.2.3", "v0.9.9", "1.2.10", "2.0.0-rc1" } table.sort(vs, less) print(table.concat(vs, " "), semver("1.2.3-beta"))
----
local function glob(pattern) return "^" .. pattern:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".") .. "$" end
for _, case in ipairs({ { "*.example.com", "a.example.com" }, { "*.example.com", "example.com" }, { "/api/?", "/api/x" }, { "a+b", "a+b" } }) do io.write(tostring(case[2]:find(glob(case[1])) ~= nil), " ") end print()
----
local function scheduler()
  local tasks, log = {}, {}
  local function spawn(name, n) tasks[#tasks + 1] = coroutine.create(function() for i = 1, n do log[#log + 1] = name .. i coroutine.yield() end end) end
  spawn("a", 3) spawn("b", 1) spawn("c", 2)
  while #tasks > 0 do
    for i = #tasks, 1, -1 do
      local ok, err = coroutine.resume(tasks[i])
      if coroutine.status(tasks[i]) == "dead" then table.remove(tasks, i) end
    end
  end
  return table.concat(log, " ")
end
print(scheduler())
----
local sandbox = { print = print, tostring = tostring, string = { upper = string.upper } }
local function run(code) local f, e = loadstring(code, "=sandbox") if not f then return "compile: " .. e end setfenv(f, sandbox) local r = { pcall(f) } return tostring(r[1]) .. ":" .. tostring(r[2]) end
print(run("return string.upper('x')")) print(run("return os.time()")) print(run("return ''..nil")) print(run("x = 1 return x")) print(run("return (")) print(x)
----
local bucket = { tokens = 5, rate = 2, last = 0 }
local function allow(now) bucket.tokens = math.min(5, bucket.tokens + (now - bucket.last) * bucket.rate) bucket.last = now if bucket.tokens >= 1 then bucket.tokens = bucket.tokens - 1 return true end return false end
local r = {} for i = 0, 10 do r[#r + 1] = allow(i * 0.1) and "y" or "n" end print(table.concat(r), bucket.tokens)
----
local function utf8_chars(s) local out = {} for c in s:gmatch("[%z\1-\127\194-\244][\128-\191]*") do out[#out + 1] = c end return out end
print(#utf8_chars("aäö日本€"), utf8_chars("日本")[2], #"日本")
local function codepoint(c) local b = c:byte() if b < 128 then return b elseif b < 224 then return (b - 192) * 64 + c:byte(2) - 128 elseif b < 240 then return (b - 224) * 4096 + (c:byte(2) - 128) * 64 + c:byte(3) - 128 end end
print(codepoint("a"), codepoint("ä"), codepoint("€"))
----
local function csv(line) local res, pos = {}, 1 while true do local c = line:sub(pos, pos) if c == '"' then local txt = "" repeat local s, e, t, q = line:find('^"(.-)"("?)', pos) txt = txt .. t .. (q == '"' and '"' or "") pos = e + (q == '"' and 0 or 1) until q == "" res[#res + 1] = txt pos = pos + 1 else local s, e = line:find(",", pos) if s then res[#res + 1] = line:sub(pos, s - 1) pos = e + 1 else res[#res + 1] = line:sub(pos) break end end if pos > #line + 1 then break end end return res end
print(table.concat(csv('a,"b ""q""",c,,d'), "|"))
----
local LRU = {} LRU.__index = LRU
function LRU.new(n) return setmetatable({ n = n, map = {}, order = {} }, LRU) end
function LRU:touch(k) for i, v in ipairs(self.order) do if v == k then table.remove(self.order, i) break end end self.order[#self.order + 1] = k end
function LRU:get(k) local v = self.map[k] if v ~= nil then self:touch(k) end return v end
function LRU:set(k, v) if self.map[k] == nil and #self.order >= self.n then self.map[table.remove(self.order, 1)] = nil end self.map[k] = v self:touch(k) end
local c = LRU.new(2) c:set("a", 1) c:set("b", 2) print(c:get("a")) c:set("c", 3) print(c:get("b"), c:get("a"), c:get("c"), table.concat(c.order, ","))
----
local t = setmetatable({}, { __index = function(t, k) local v = {} rawset(t, k, v) return v end })
t.a.b = 1 t.a.c = 2 t.x.y = 3 local n = 0 for k, v in pairs(t) do for kk in pairs(v) do n = n + 1 end end print(n, t.a.b, rawget(t, "zz"), t.zz ~= nil)
----
local strict = setmetatable({}, { __newindex = function(t, k, v) error("assignment to undeclared '" .. k .. "'", 2) end, __index = function(_, k) error("undeclared '" .. k .. "'", 2) end })
print(pcall(function() strict.x = 1 end)) print(pcall(function() return strict.y end)) rawset(strict, "z", 1) print(strict.z, pcall(function() strict.z = 2 end))
----
local function matmul(a, b) local r = {} for i = 1, #a do r[i] = {} for j = 1, #b[1] do local s = 0 for k = 1, #b do s = s + a[i][k] * b[k][j] end r[i][j] = s end end return r end
local m = { { 1, 1 }, { 1, 0 } } local r = m for _ = 1, 30 do r = matmul(r, m) end print(r[1][1], r[2][1], r[1][1] / r[2][1])
----
local primes, sieve = {}, {} for i = 2, 200 do if not sieve[i] then primes[#primes + 1] = i for j = i * i, 200, i do sieve[j] = true end end end print(#primes, primes[#primes], table.concat(primes, ",", 1, 10))
----
local function hanoi(n, a, b, c, moves) if n == 0 then return moves end moves = hanoi(n - 1, a, c, b, moves) + 1 return hanoi(n - 1, c, b, a, moves) end print(hanoi(10, "a", "b", "c", 0))
local function perms(t, n, out) n = n or #t if n <= 1 then out[#out + 1] = table.concat(t) else for i = 1, n do t[n], t[i] = t[i], t[n] perms(t, n - 1, out) t[n], t[i] = t[i], t[n] end end return out end print(table.concat(perms({ "a", "b", "c" }, nil, {}), " "))
----
local log = {} local function f(name, ...) log[#log + 1] = name return ... end
local t = { [f("k1", 1)] = f("v1", "x"), [f("k2", 2)] = f("v2", "y") } t[f("i", 1)], t[f("j", 2)] = f("a", 10), f("b", 20) print(table.concat(log, " "), t[1], t[2], f("l") or f("r", 1), f("x", false) and f("never"))
----
local names = { ["x-request-id"] = true, ["authorization"] = true } local function redact(k, v) return names[k:lower()] and ("*"):rep(math.min(#v, 8)) or v end
for _, h in ipairs({ { "Authorization", "Bearer abcdefgh" }, { "accept", "*/*" }, { "X-Request-Id", "id" } }) do io.write(h[1], ": ", redact(h[1], h[2]), "\n") end
----
print(("%s %s %s"):format(pcall(function() local h = {} return h:get("x") end)), (pcall(function() local handle = nil; handle:headers() end)), select(2, pcall(function() local handle = nil; handle:headers():get("x") end)), select(2, pcall(function() local m = { k = {} } return m.k.a.b end)))
----
print(select(2, pcall(function() local path = nil; return path:sub(1, 4) == "/api" end)), select(2, pcall(function() local h = { get = function() return nil end } return h:get("x"):lower() end)), select(2, pcall(function() return "x" .. ({}).missing end)), select(2, pcall(function() return #(nil) end)), select(2, pcall(function() return tonumber("x") + 1 end)), select(2, pcall(function() return os.time() - "later" end)))
