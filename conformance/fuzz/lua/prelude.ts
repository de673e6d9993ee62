// What every random script begins with, a helper a line: the shrinker takes whole lines away.

/**
 * Helpers of a random script called `name`:
 * - `K` keeps objects, `T` what was noted and not yet written, both across requests;
 * - `N(h, op, ...)` notes values, `P(h, op, f)` what a protected call of `f` returns or throws;
 * - `each(x)` goes through anything that has pairs, and sorts them but for headers: the order of metadata is chance;
 * - `ID(h)` is the name of the request.
 *
 * Notes go into dynamic metadata, from where REPORTER puts them into the response: a script that fails afterwards does
 * not take them along.
 */
export function prelude(name: string): string {
  return [
    `local NAME, KEY = "${name}", "${name}"`,
    'K, T = K or {}, T or {}',
    'local MASK = {date = 1, ["x-request-id"] = 1, ["x-envoy-upstream-service-time"] = 1}',
    'local function text(s) s = s:gsub("0x%x+", "0x"):gsub("127%.0%.0%.1:%d+", "ADDRESS") return (s:gsub("[^ -~]", function(c) return ("\\\\%03d"):format(c:byte()) end)) end',
    'local function show(v, deep) local t = type(v) if t ~= "table" then return (t == "function" or t == "thread" or t == "userdata") and t or t == "string" and "\'" .. text(v) .. "\'" or tostring(v) end if deep then return "{..}" end local all = {} for k, x in pairs(v) do all[#all + 1] = show(k, true) .. "=" .. (MASK[k] and "*" or show(x, true)) end table.sort(all) return "{" .. table.concat(all, ",") .. "}" end',
    'local function flush(h) pcall(function() h:streamInfo():dynamicMetadata():set("trace", KEY, T[KEY]) end) end',
    'local function put(h, op, line) T[KEY] = T[KEY] or {} if #T[KEY] < 60 then table.insert(T[KEY], op .. "=" .. line:sub(1, 300)) end flush(h) end',
    'local function N(h, op, ...) local all = {} for i = 1, select("#", ...) do all[i] = show((select(i, ...))) end put(h, op, table.concat(all, " ")) end',
    'local function P(h, op, f) N(h, op, pcall(f)) end',
    'local function each(x) local all = {} for k, v in pairs(x) do all[#all + 1] = show(k, true) .. "=" .. (MASK[k] and "*" or show(v)) if #all > 40 then break end end if not x.getNumValues then table.sort(all) end return table.concat(all, " ") end',
    'local function ID(h) return h:streamInfo():dynamicMetadata():get("fuzz").id end',
    'local function begin(h, phase) KEY = NAME .. phase T[KEY] = {} flush(h) end',
  ].join('\n')
}

/**
 * The first filter of every chain: it names the request for the others, and tells the client what they noted. With
 * `wait` it does so when the response is complete.
 */
export function reporter(wait: boolean): string {
  return `function envoy_on_request(h)
  h:streamInfo():dynamicMetadata():set("fuzz", "id", h:headers():get("x-fuzz-id") or "none")
end
function envoy_on_response(h)
  local headers = h:headers()
${wait ? '  h:body()\n' : ''}  local trace = h:streamInfo():dynamicMetadata():get("trace") or {}
  local keys = {}
  for key in pairs(trace) do keys[#keys + 1] = key end
  table.sort(keys)
  for _, key in ipairs(keys) do
    for i, note in ipairs(trace[key]) do
      local op, value = note:match("^([^=]*)=(.*)$")
      h:headers():add("x-t-" .. op, key .. i .. " " .. value)
    end
  end
end
`
}
