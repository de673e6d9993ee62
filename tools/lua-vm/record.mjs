#!/usr/bin/env node
/**
 * Records what the Lua of the real Envoy answers to each snippet: `node tools/lua-vm/record.mjs` writes
 * snippets/recorded.json. Needs `envoy` on the PATH (ENVOY=path to override). With `--native` the snippets also go through
 * LuaJIT itself, built from the same sources as the virtual machine with Lua 5.2 compatibility, and differences are listed.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { register } from 'tsx/esm/api'
import { nativeLuajit } from './native.mjs'

register()
const { mask, snippets } = await import('./snippets.ts')

/** Lua that runs `src` as snippets.ts does and answers its output. */
const runner = `
local out = {}
local function put(...) for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end end
local old = { print, io.write }
print = function(...)
  local n = select('#', ...)
  for i = 1, n do put((select(i, ...))) if i < n then put('\\t') end end
  put('\\n')
end
io.write = put
local f, e = loadstring(src, '=t')
if not f then put('LOADERR ', e, '\\n')
else
  local ok, e = coroutine.resume(coroutine.create(f))
  if not ok then put('ERR ', e, '\\n') end
end
print, io.write = old[1], old[2]
`

const config = (port) => `
static_resources:
  listeners:
  - name: l0
    address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: recorder
          route_config: { virtual_hosts: [ { name: a, domains: ['*'], routes: [ { match: { prefix: / }, direct_response: { status: 200 } } ] } ] }
          http_filters:
          - name: envoy.filters.http.lua
            typed_config:
              '@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
              default_source_code:
                inline_string: |
                  function envoy_on_request(h)
                    local body = h:body(true)
                    local src = body:getBytes(0, body:length())
${runner.replace(/^/gm, '                    ')}
                    h:respond({[':status'] = '200'}, table.concat(out))
                  end
          - name: envoy.filters.http.router
            typed_config: { '@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
`

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function withEnvoy(use) {
  const port = await freePort()
  const file = `${mkdtempSync(`${tmpdir()}/lua-record-`)}/envoy.yaml`
  writeFileSync(file, config(port))
  const options = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'error']
  const envoy = spawn(process.env.ENVOY ?? 'envoy', options, { stdio: ['ignore', 'inherit', 'inherit'] })
  const ask = async (source) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: source })
    return Buffer.from(await response.arrayBuffer()).toString('latin1')
  }
  try {
    for (let tries = 0; ; tries++) {
      try {
        await ask('')
        break
      } catch (error) {
        if (tries > 50) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    return await use(ask)
  } finally {
    envoy.kill()
  }
}

const recorded = {}
const todo = snippets()
while (todo.length > 0) {
  await withEnvoy(async (ask) => {
    for (let snippet = todo.shift(); snippet; snippet = todo.shift()) {
      try {
        recorded[snippet.name] = mask(await ask(snippet.source))
      } catch {
        console.log(`${snippet.name}: Envoy did not survive it; leave it out`)
        return
      }
    }
  })
}
writeFileSync(new URL('./snippets/recorded.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`)
console.log(`${Object.keys(recorded).length} snippets recorded`)

if (process.argv.includes('--native')) {
  const luajit = nativeLuajit()
  for (const { name, source } of snippets()) {
    const file = `${mkdtempSync(`${tmpdir()}/lua-native-`)}/snippet`
    writeFileSync(file, source)
    const wrapped = `local h = io.open('${file}', 'rb') local src = h:read('*a') h:close() ${runner} io.stdout:write(table.concat(out))`
    const answer = mask(execFileSync(luajit, ['-e', wrapped], { encoding: 'latin1' }))
    if (answer !== recorded[name])
      console.log(`${name}: Envoy ${JSON.stringify(recorded[name])}, LuaJIT ${JSON.stringify(answer)}`)
  }
}
