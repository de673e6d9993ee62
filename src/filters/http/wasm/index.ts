import type { Wasm } from '../../../envoy/types/envoy/extensions/filters/http/wasm/v3/wasm_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { createPlugin, type Plugin } from './plugin.ts'

/** envoy.filters.http.wasm: a proxy-wasm module on each stream. */
export const wasm = defineHttpFilter<Wasm, Plugin | string>({
  ...about,
  shared: createPlugin,
  create({ shared, stream }) {
    if (typeof shared === 'string') return passingBy(shared)
    const root = shared.forStream()
    return root
      ? shared.service.open(root, shared.settings, stream)
      : passingBy('the module has failed and the policy is to let requests pass')
  },
})

/** A filter that lets everything pass and says why. */
function passingBy(reason: string) {
  return {
    decodeHeaders(_: unknown, stream: { note(text: string): void }) {
      stream.note(reason)
      return 'Continue' as const
    },
  }
}
