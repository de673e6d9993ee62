import type { ScriptFailure } from './failure.ts'
import type { LuaScript } from './script.ts'

export const matchHandler = 'envoy_match'

/**
 * Asks `envoy_match` whether a byte string matches; a script that fails or does not return a boolean matches nothing
 * (Envoy: LuaStringMatcher in source/extensions/string_matcher/lua/match.cc).
 */
export function matchString(script: LuaScript, value: string): { matched: boolean; failure?: ScriptFailure } {
  const { machine } = script
  const { vm } = machine
  const L = vm.newThread()
  const thread = vm.ref(vm.main)
  script.pushHandler(L, matchHandler)
  vm.pushString(L, value)
  const result = script.run(machine, L, 1, script.begin(matchHandler), () => {})
  try {
    if (result.status === 'failed') return { matched: false, failure: result.failure }
    if (vm.top(L) === 0 || vm.type(L, -1) !== 'boolean')
      return { matched: false, failure: script.failure('match function did not return a boolean') }
    return { matched: vm.toBoolean(L, -1) }
  } finally {
    machine.unref(thread)
  }
}
