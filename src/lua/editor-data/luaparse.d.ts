declare module 'luaparse' {
  /** What luaparse throws. */
  export interface LuaSyntaxError extends SyntaxError {
    index: number
    line: number
    column: number
  }
  export interface ParseOptions {
    luaVersion: 'LuaJIT' | '5.1' | '5.2' | '5.3'
    locations?: boolean
    ranges?: boolean
    comments?: boolean
    scope?: boolean
    encodingMode?: 'none' | 'x-user-defined' | 'pseudo-latin1'
  }
  const luaparse: { parse(source: string, options: ParseOptions): unknown }
  export default luaparse
}
