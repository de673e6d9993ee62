import { ApiObject, type ApiType } from './object.ts'

/** An imported public key: `get` gives the bytes it was made of, to be handed to verifySignature (Envoy: PublicKeyWrapper). */
export class PublicKeyObject extends ApiObject {
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }
}

export const publicKeyType: ApiType<PublicKeyObject> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua16PublicKeyWrapperE',
  methods: {
    get(self, L, { vm }) {
      if (self.key === '') vm.pushNil(L)
      else vm.pushString(L, self.key)
      return 1
    },
  },
}
