import type { HeaderMap, HeaderPair } from '../../engine/http/header-map.ts'
import { LuaError, type LuaState } from '../vm/vm.ts'
import { type ApiMachine, ApiObject, type ApiType, type Closure, checkCString } from './object.ts'

/**
 * A header map in a script's hands. `modifiable` says whether changes are still allowed, and is told of each change
 * beforehand (Envoy: HeaderMapWrapper in source/extensions/filters/http/lua/wrappers.cc).
 */
export class HeadersObject extends ApiObject {
  readonly headers: HeaderMap
  readonly modifiable: () => boolean
  /** The response's map only: setHttp1ReasonPhrase. */
  readonly setReasonPhrase: ((phrase: string) => void) | undefined
  readonly closures: Closure[]
  iterator: HeadersIterator | undefined

  constructor(
    headers: HeaderMap,
    closures: Closure[],
    modifiable: () => boolean,
    setReasonPhrase?: (phrase: string) => void,
  ) {
    super()
    this.headers = headers
    this.closures = closures
    this.modifiable = modifiable
    this.setReasonPhrase = setReasonPhrase
  }

  checkModifiable(): void {
    if (this.iterator) throw new LuaError('header map cannot be modified while iterating')
    if (!this.modifiable()) throw new LuaError('header map can no longer be modified')
  }

  protected override onMarkDead(): void {
    this.iterator?.markDead()
    this.iterator = undefined
  }
}

// Iterators see the map as it was when they began: it cannot change before they end.
class HeadersIterator extends ApiObject {
  readonly pairs: HeaderPair[]
  at = 0

  constructor(pairs: HeaderPair[]) {
    super()
    this.pairs = pairs
  }
}

export const headersType: ApiType<HeadersObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua16HeaderMapWrapperE',
  methods: {
    add(self, L, machine) {
      self.checkModifiable()
      const name = nameArgument(machine, L)
      self.headers.add(name, checkCString(machine, L, 3))
      return 0
    },
    replace(self, L, machine) {
      self.checkModifiable()
      const name = nameArgument(machine, L)
      const value = checkCString(machine, L, 3)
      self.headers.replace(name, value)
      return 0
    },
    remove(self, L, machine) {
      self.checkModifiable()
      self.headers.remove(nameArgument(machine, L))
      return 0
    },
    get(self, L, machine) {
      return pushJoined(self.headers, L, machine)
    },
    getAtIndex(self, L, machine) {
      const name = lowerCase(machine.vm.checkString(L, 2))
      const index = Math.trunc(machine.vm.checkNumber(L, 3))
      const value = index >= 0 ? self.headers.getAll(name)[index] : undefined
      if (value === undefined) return 0
      machine.vm.pushString(L, value)
      return 1
    },
    getNumValues(self, L, machine) {
      machine.vm.pushNumber(L, self.headers.getAll(lowerCase(machine.vm.checkString(L, 2))).length)
      return 1
    },
    setHttp1ReasonPhrase(self, L, machine) {
      self.checkModifiable()
      const phrase = machine.vm.checkString(L, 2)
      self.setReasonPhrase?.(phrase)
      return 0
    },
    __pairs(self, L, machine) {
      if (self.iterator) throw new LuaError('cannot create a second iterator before completing the first')
      const iterator = new HeadersIterator(self.headers.pairs())
      self.iterator = iterator
      const step = (state: LuaState): number => {
        const pair = iterator.pairs[iterator.at++]
        if (!pair) {
          iterator.markDead()
          self.iterator = undefined
          return 0
        }
        machine.vm.pushString(state, pair[0])
        machine.vm.pushString(state, pair[1])
        return 2
      }
      self.closures.push(machine.pushClosure(L, iterator, step))
      return 1
    },
  },
}

/** headers:get(): all values of the name joined with a bare comma; nothing when there are none. */
export function pushJoined(headers: HeaderMap, L: LuaState, machine: ApiMachine): number {
  const value = headers.joined(lowerCase(machine.vm.checkString(L, 2)))
  if (value === undefined) return 0
  machine.vm.pushString(L, value)
  return 1
}

function nameArgument(machine: ApiMachine, L: LuaState): string {
  return lowerCase(checkCString(machine, L, 2))
}

/** ASCII letters in lower case; other bytes as they are (Http::LowerCaseString). */
export function lowerCase(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name
}
