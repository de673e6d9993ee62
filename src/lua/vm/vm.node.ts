import { readFileSync } from 'node:fs'

let compiled: WebAssembly.Module | undefined

/** The virtual machine's compiled code, read from beside this file and kept; for Node (the command line and tests). */
export function loadLuaModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./lua.generated.wasm', import.meta.url)))
  return compiled
}
