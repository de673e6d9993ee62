/** The part of luaparse that is used here. */
declare module 'luaparse' {
  interface Options {
    luaVersion?: '5.1' | '5.2' | '5.3' | 'LuaJIT'
    comments?: boolean
  }
  const luaparse: { parse(code: string, options?: Options): unknown }
  export default luaparse
}
