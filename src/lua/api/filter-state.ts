import { fromLatin1, textOf, toByteString } from '../../engine/bytes.ts'
import type { FilterState, FilterStateObject } from '../../engine/stream-info.ts'
import { LuaError } from '../vm/vm.ts'
import { ApiObject, type ApiType, checkCString, untilNul } from './object.ts'

/** filterState(): objects that filters keep for one another (Envoy: FilterStateWrapper). */
export class FilterStateApi extends ApiObject {
  readonly state: FilterState

  constructor(state: FilterState) {
    super()
    this.state = state
  }
}

export const filterStateType: ApiType<FilterStateApi> = {
  name: 'N5Envoy10Extensions11HttpFilters3Lua18FilterStateWrapperE',
  methods: {
    get(self, L, machine) {
      const object = self.state.get(checkCString(machine, L, 2))
      if (!object) return 0
      let value: string | number | undefined = object.text
      if (!machine.vm.isNoneOrNil(L, 3)) {
        const field = checkCString(machine, L, 3)
        value = object.fields && Object.hasOwn(object.fields, field) ? object.fields[field] : undefined
      }
      if (value === undefined) return 0
      if (typeof value === 'number') machine.vm.pushNumber(L, value)
      else machine.vm.pushString(L, toByteString(value))
      return 1
    },
    set(self, L, machine) {
      const key = checkCString(machine, L, 2)
      const factory = checkCString(machine, L, 3)
      const bytes = machine.vm.checkString(L, 4)
      const read = Object.hasOwn(objectFactories, factory) ? objectFactories[factory] : undefined
      if (!read) throw new LuaError(`'${factory}' does not have an object factory`)
      const object = read(bytes)
      if (!object) throw new LuaError(`failed to create an object '${key}' from value '${untilNul(bytes)}'`)
      self.state.set(key, { lifeSpan: 'FilterChain', ...object })
      return 0
    },
  },
}

type ObjectFactory = (bytes: string) => Partial<FilterStateObject> | undefined

const anyText: ObjectFactory = (bytes) => ({ text: textOf(fromLatin1(bytes)) })
const number: ObjectFactory = (bytes) =>
  /^\s*\d+\s*$/.test(bytes) ? { text: String(BigInt(bytes.trim())) } : undefined
const address: ObjectFactory = (bytes) => {
  const match = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]+)\]):(\d{1,5})$/.exec(bytes)
  if (!match || Number(match[3]) > 65_535) return undefined
  if (match[1]?.split('.').some((octet) => Number(octet) > 255)) return undefined
  return { text: bytes, fields: { ip: match[1] ?? match[2], port: Number(match[3]) } }
}
const flag: ObjectFactory = (bytes) => (bytes === 'true' || bytes === 'false' ? { text: bytes } : undefined)

/** The object factories of Envoy that make something of plain bytes, by their registered names. */
const objectFactories: Record<string, ObjectFactory> = {
  'envoy.string': anyText,
  'envoy.hashable_string': anyText,
  'envoy.network.upstream_server_name': anyText,
  'envoy.network.upstream_subject_alt_names': anyText,
  'envoy.network.application_protocols': anyText,
  'envoy.network.network_namespace': anyText,
  'envoy.tcp_proxy.cluster': anyText,
  'envoy.tcp_proxy.disable_tunneling': flag,
  'envoy.tcp_proxy.per_connection_idle_timeout_ms': number,
  'envoy.upstream.dynamic_host': anyText,
  'envoy.upstream.dynamic_port': number,
  'envoy.ratelimit.hits_addend': number,
  'envoy.network.transport_socket.original_dst_address': address,
  'envoy.filters.listener.original_dst.local_ip': address,
  'envoy.filters.listener.original_dst.remote_ip': address,
}
