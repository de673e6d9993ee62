import { readFileSync } from 'node:fs'
import { CodecService } from './codecs.ts'

let service: CodecService | undefined

/** The codecs, from beside this file; for Node (the command line and tests). */
export function loadCodecs(): CodecService {
  service ??= new CodecService(
    new WebAssembly.Module(readFileSync(new URL('./codecs.generated.wasm', import.meta.url))),
  )
  return service
}
