/** Where the browser finds the virtual machine: `WebAssembly.compileStreaming(fetch(luaModuleUrl))`. The bundler makes it an asset. */
export const luaModuleUrl: string = new URL('./lua.generated.wasm', import.meta.url).href
