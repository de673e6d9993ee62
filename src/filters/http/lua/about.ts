import type { FilterAbout } from '../../about.ts'

export const about = {
  name: 'envoy.filters.http.lua',
  config: 'envoy.extensions.filters.http.lua.v3.Lua',
  perRoute: 'envoy.extensions.filters.http.lua.v3.LuaPerRoute',
  title: 'Lua',
  group: 'scripting',
  summary: 'Runs a Lua script on the request and on the response.',
  notModelled: [
    'modules in files: require() finds only what a script has put into package.preload or package.loaded',
    'io, os.execute, os.getenv and ffi: there are no files or processes',
    'setHttp1ReasonPhrase: a response has no reason phrase here',
  ],
  docs: 'configuration/http/http_filters/lua_filter',
  upstream: true,
  defaults: {
    default_source_code: {
      inline_string:
        'function envoy_on_request(handle)\n  handle:headers():add("x-hello", "lua")\nend\n\nfunction envoy_on_response(handle)\nend\n',
    },
  },
} satisfies FilterAbout
