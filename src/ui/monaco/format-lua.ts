import wasm from '@johnnymorganz/stylua/stylua_lib_bg.wasm?url'
import start, { Config, formatCode, IndentType, OutputVerification } from '@johnnymorganz/stylua/web'

let ready: Promise<unknown> | undefined

/**
 * A script laid out by StyLua, two spaces to a level. Loads 3 MB of WebAssembly the first time.
 * @throws Error when the script does not parse; its message says where.
 */
export async function formatLua(script: string): Promise<string> {
  ready ??= start({ module_or_path: new URL(wasm, import.meta.url) }).catch((error: unknown) => {
    ready = undefined
    throw error
  })
  await ready
  const config = Config.new()
  config.indent_type = IndentType.Spaces
  config.indent_width = 2
  config.column_width = 100
  return formatCode(script, config, null, OutputVerification.None)
}
