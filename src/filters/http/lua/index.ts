import type { Lua } from '../../../envoy/types/envoy/extensions/filters/http/lua/v3/lua_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { type LuaFilterConfig, loadScripts } from './config.ts'
import { LuaFilter } from './filter.ts'

/** envoy.filters.http.lua: scripts on the request and the response. */
export const lua = defineHttpFilter<Lua, LuaFilterConfig | undefined>({
  name: 'envoy.filters.http.lua',
  config: 'envoy.extensions.filters.http.lua.v3.Lua',
  perRoute: 'envoy.extensions.filters.http.lua.v3.LuaPerRoute',
  title: 'Lua',
  group: 'scripting',
  summary: 'Runs a Lua script on the request and on the response.',
  notModelled: [
    'scripts in files and environment variables, package_paths, package_cpaths',
    'io, os.execute, os.getenv and ffi: there are no files or processes',
    'setHttp1ReasonPhrase: a response has no reason phrase here',
  ],
  shared: loadScripts,
  create({ shared, stream }) {
    if (shared) return new LuaFilter(shared, stream)
    return {
      decodeHeaders(_, on) {
        on.note('the script is not run: this host has no Lua machine')
        return 'Continue'
      },
    }
  },
})
