import { fromLatin1 } from '../../engine/bytes.ts'
import { importPublicKey, verifySignature } from '../../engine/x509/signature.ts'
import { LuaError, type LuaState } from '../vm/vm.ts'
import { base64Decode, base64Encode } from './base64.ts'
import { HeadersObject, headersType } from './headers.ts'
import { optionalBytes, readHttpCall } from './http-call.ts'
import { isIpAddress } from './ip.ts'
import { PublicKeyObject, publicKeyType } from './keys.ts'
import { MetadataObject, metadataType } from './metadata.ts'
import { type ApiMachine, type ApiType, checkCString, untilNul } from './object.ts'
import { StatsScopeObject, statsScopeType } from './stats.ts'
import type { StreamHandle } from './stream-handle.ts'
import {
  ConnectionObject,
  ConnectionStreamInfoObject,
  connectionStreamInfoType,
  connectionType,
  metadataName,
  RouteScopeObject,
  routeType,
  StreamInfoObject,
  streamInfoType,
  virtualHostType,
} from './stream-info.ts'

/** The methods of request_handle and response_handle (Envoy: StreamHandleWrapper). */
export const streamHandleType: ApiType<StreamHandle> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua19StreamHandleWrapperE',
  methods: {
    headers(self, L, machine) {
      return self.slots.headers.push(L, machine, headersType, () => {
        const modifiable = () => {
          if (self.headersContinued) return false
          self.side.headersModified()
          return true
        }
        const reason = (phrase: string) => self.side.setReasonPhrase(phrase)
        return new HeadersObject(self.headers, self.side.closures, modifiable, reason)
      })
    },

    requestHeaders(self, L, machine) {
      const headers = self.side.requestHeaders()
      if (headers)
        return self.slots.requestHeaders.push(L, machine, headersType, () => {
          return new HeadersObject(headers, self.side.closures, () => true)
        })
      machine.vm.pushNil(L)
      return 1
    },

    body(self, L, machine) {
      const { vm } = machine
      const alwaysWrap = vm.top(L) >= 2
      if (alwaysWrap) vm.checkType(L, 2, 'boolean')
      if (self.endStream) {
        if (!self.bufferedBody && self.sawBody) throw new LuaError('cannot call body() after body has been streamed')
        return self.pushBody(L, machine, alwaysWrap && vm.toBoolean(L, 2))
      }
      if (self.sawBody) throw new LuaError('cannot call body() after body streaming has started')
      self.state = 'WaitForBody'
      self.bufferedBody = true
      return vm.yield(0)
    },

    bodyChunks(self, L, machine) {
      if (self.sawBody) throw new LuaError('cannot call bodyChunks after body processing has begun')
      const step = () => {
        if (self.endStream) return 0
        self.state = 'WaitForBodyChunk'
        return machine.vm.yield(0)
      }
      self.side.closures.push(machine.pushClosure(L, self, step))
      return 1
    },

    trailers(self, L, machine) {
      if (self.trailers) return self.pushTrailers(L, machine)
      if (self.endStream) return 0
      self.state = 'WaitForTrailers'
      return machine.vm.yield(0)
    },

    respond(self, L, machine) {
      const { vm } = machine
      if (self.headersContinued) throw new LuaError('respond() cannot be called if headers have been continued')
      vm.checkType(L, 2, 'table')
      const respond = self.readRespond(L, optionalBytes(vm, L, 3))
      if (!self.side.canRespond) throw new LuaError('respond not currently supported in the response path')
      self.respond ??= respond
      self.state = 'Responded'
      return vm.yield(0)
    },

    httpCall(self, L, machine) {
      return self.httpCall(readHttpCall(machine, L, self.side.stream.asyncClient), L)
    },

    metadata(self, L, machine) {
      const name = metadataName(machine, L)
      return self.slots.metadata.push(name, L, machine, metadataType, () => {
        return new MetadataObject(self.side.metadata(name), self.side.closures)
      })
    },

    filterContext(self, L, machine) {
      return self.slots.filterContext.push(L, machine, metadataType, () => {
        return new MetadataObject(self.side.filterContext(), self.side.closures)
      })
    },

    streamInfo(self, L, machine) {
      return self.slots.streamInfo.push(L, machine, streamInfoType, () => new StreamInfoObject(self.side))
    },

    connectionStreamInfo(self, L, machine) {
      const create = () => new ConnectionStreamInfoObject(self.side)
      return self.slots.connectionStreamInfo.push(L, machine, connectionStreamInfoType, create)
    },

    connection(self, L, machine) {
      return self.slots.connection.push(L, machine, connectionType, () => new ConnectionObject(self.side))
    },

    virtualHost(self, L, machine) {
      return self.slots.virtualHost.push(L, machine, virtualHostType, () => {
        return new RouteScopeObject(
          self.side,
          ({ route, virtualHostMetadata }) => route?.virtualHostMetadata ?? virtualHostMetadata,
        )
      })
    },

    route(self, L, machine) {
      return self.slots.route.push(L, machine, routeType, () => {
        return new RouteScopeObject(self.side, ({ route }) => route?.metadata)
      })
    },

    stats(self, L, machine) {
      return self.slots.stats.push(L, machine, statsScopeType, () => new StatsScopeObject(self.side.stats))
    },

    // A second key asked for in the same stretch of script is not imported: the first one comes back.
    importPublicKey(self, L, machine) {
      const text = machine.vm.checkString(L, 2)
      const bytes = firstBytes(text, machine.vm.checkNumber(L, 3))
      if (self.slots.publicKey.value) return self.slots.publicKey.push(L, machine, publicKeyType, never)
      const key = importPublicKey(bytes)
      const name = untilNul(text)
      if (key) self.publicKeys.set(name.slice(0, bytes.length), key)
      return self.slots.publicKey.push(L, machine, publicKeyType, () => new PublicKeyObject(key ? name : ''))
    },

    verifySignature(self, L, machine) {
      const { vm } = machine
      const hash = checkCString(machine, L, 2)
      const key = self.publicKeys.get(checkCString(machine, L, 3))
      if (!key) throw new LuaError('invalid public key')
      const [signature, signatureLength] = [vm.checkString(L, 4), vm.checkNumber(L, 5)]
      const [text, textLength] = [vm.checkString(L, 6), vm.checkNumber(L, 7)]
      const problem = verifySignature(hash, key, firstBytes(signature, signatureLength), firstBytes(text, textLength))
      vm.pushBoolean(L, problem === '')
      if (problem === '') vm.pushNil(L)
      else vm.pushString(L, problem)
      return 2
    },

    base64Escape(_, L, { vm }) {
      vm.pushString(L, base64Encode(vm.checkString(L, 2)))
      return 1
    },

    base64Decode(_, L, { vm }) {
      const decoded = base64Decode(vm.checkString(L, 2))
      if (decoded === undefined) vm.pushNil(L)
      else vm.pushString(L, decoded)
      return 1
    },

    timestamp(self, L, machine) {
      if (resolution(machine, L) !== 0) throw new LuaError('timestamp format must be MILLISECOND.')
      machine.vm.pushNumber(L, Math.floor(self.script.now))
      return 1
    },

    timestampString(self, L, machine) {
      const unit = resolution(machine, L)
      if (unit === undefined) throw new LuaError('timestamp format must be MILLISECOND or MICROSECOND.')
      machine.vm.pushString(L, String(Math.floor(self.script.now * (unit === 1 ? 1000 : 1))))
      return 1
    },

    clearRouteCache(self) {
      self.side.clearRouteCache()
      return 0
    },

    setUpstreamOverrideHost(self, L, machine) {
      const host = machine.vm.checkString(L, 2)
      if (!isIpAddress(untilNul(host))) throw new LuaError('host is not a valid IP address')
      const hasStrict = machine.vm.top(L) >= 3
      if (hasStrict) machine.vm.checkType(L, 3, 'boolean')
      self.side.setOverrideHost(host, hasStrict && machine.vm.toBoolean(L, 3))
      return 0
    },
  },
}

function never(): never {
  throw new Error('the slot was found full')
}

// EnvoyTimestampResolution as a string or number; milliseconds when it is left out, undefined for anything else.
function resolution({ vm }: ApiMachine, L: LuaState): number | undefined {
  const unit = vm.isNoneOrNil(L, 2) ? '' : vm.checkString(L, 2)
  if (unit === '' || /^\s*\+?0+\s*$/.test(unit)) return 0
  return /^\s*\+?0*1\s*$/.test(unit) ? 1 : undefined
}

// What Envoy copies into a vector. Its length is cast to a 32-bit int, which makes the smallest of all of what does not
// fit, and one below 0 is none a vector can have: LuaJIT says only that something was thrown.
function firstBytes(text: string, length: number): Uint8Array {
  if (!(length > -1 && length < 2 ** 31)) throw new LuaError('C++ exception', 0)
  return fromLatin1(text.slice(0, length))
}
