/** The path of LuaJIT's own executable, built when it is not there yet. */
export function nativeLuajit(): string
