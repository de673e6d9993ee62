import type { Lua, LuaPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/lua/v3/lua_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { checkOverride, type LuaFilterConfig, loadScripts } from './config.ts'
import { LuaFilter } from './filter.ts'

/** envoy.filters.http.lua: scripts on the request and the response. */
export const lua = defineHttpFilter<Lua, LuaFilterConfig | undefined>({
  ...about,
  shared: loadScripts,
  checkPerRoute: (message, path) => checkOverride(message as LuaPerRoute, path),
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
