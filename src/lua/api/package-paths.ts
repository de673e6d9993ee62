import { toByteString } from '../../engine/bytes.ts'
import type { LuaVm } from '../vm/vm.ts'

/** Patterns that a script's configuration puts in front of `package.path` and `package.cpath`. */
export interface PackagePaths {
  readonly paths: readonly string[]
  readonly cpaths: readonly string[]
}

/** Puts them there, before the code is loaded (Envoy: ThreadLocalState in source/extensions/filters/common/lua/lua.cc). */
export function prependPackagePaths(vm: LuaVm, { paths, cpaths }: PackagePaths): void {
  prepend(vm, 'path', paths)
  prepend(vm, 'cpath', cpaths)
}

function prepend(vm: LuaVm, field: string, patterns: readonly string[]): void {
  if (patterns.length === 0) return
  const L = vm.main
  vm.getGlobal(L, 'package')
  vm.getField(L, -1, field)
  const own = vm.toString(L, -1) ?? ''
  vm.pop(L)
  vm.pushString(L, toByteString(`${[...patterns].join(';')};${own}`))
  vm.setField(L, -2, field)
  vm.pop(L)
}
