import type { Buffer } from '../../engine/buffer.ts'
import type { HeaderMap } from '../../engine/http/header-map.ts'
import { LuaError } from '../vm/vm.ts'
import { ApiObject, type ApiType, checkInt32 } from './object.ts'

/** A body or one chunk of it (Envoy: BufferWrapper in source/extensions/filters/common/lua/wrappers.cc). */
export class BodyObject extends ApiObject {
  readonly data: Buffer
  readonly headers: HeaderMap
  /** Told when the bytes were set. */
  readonly changed: (() => void) | undefined

  constructor(data: Buffer, headers: HeaderMap, changed?: () => void) {
    super()
    this.data = data
    this.headers = headers
    this.changed = changed
  }
}

export const bodyType: ApiType<BodyObject> = {
  name: 'N5Envoy10Extensions7Filters6Common3Lua13BufferWrapperE',
  methods: {
    length(self, L, { vm }) {
      vm.pushNumber(L, self.data.length)
      return 1
    },
    getBytes(self, L, machine) {
      const index = checkInt32(machine, L, 2)
      const length = checkInt32(machine, L, 3)
      if (index < 0 || length < 0 || index + length > self.data.length)
        throw new LuaError('index/length must be >= 0 and (index + length) must be <= buffer size')
      machine.vm.pushString(L, self.data.bytes().subarray(index, index + length))
      return 1
    },
    // Whatever is being read, content-length becomes the length of this buffer, even when it is one chunk of many.
    setBytes(self, L, { vm }) {
      self.data.clear()
      vm.checkString(L, 2)
      self.data.set(vm.toBytes(L, 2)!)
      self.headers.set('content-length', String(self.data.length))
      self.changed?.()
      vm.pushNumber(L, self.data.length)
      return 1
    },
  },
}
