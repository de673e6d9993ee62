import { LuaError, type LuaState } from '../vm/vm.ts'
import { type ApiMachine, type ApiMethod, ApiObject, type ApiType, checkCString, checkInt64 } from './object.ts'

/** The counters and gauges of one Lua filter; they live as long as its configuration. Unsigned 64-bit, as Envoy's. */
export class StatsScope {
  readonly counters = new Map<string, bigint>()
  readonly gauges = new Map<string, bigint>()
}

export class StatsScopeObject extends ApiObject {
  readonly scope: StatsScope

  constructor(scope: StatsScope) {
    super()
    this.scope = scope
  }
}

class StatObject extends ApiObject {
  readonly values: Map<string, bigint>
  readonly name: string

  constructor(values: Map<string, bigint>, name: string) {
    super()
    this.values = values
    this.name = name
  }

  get value(): bigint {
    return this.values.get(this.name) ?? 0n
  }

  set value(value: bigint) {
    this.values.set(this.name, BigInt.asUintN(64, value))
  }
}

class HistogramObject extends ApiObject {}

const prefix = 'N5Envoy10Extensions11HttpFilters3Lua'

const inc: ApiMethod<StatObject> = (self) => {
  self.value += 1n
  return 0
}
const dec: ApiMethod<StatObject> = (self) => {
  self.value -= 1n
  return 0
}
const value: ApiMethod<StatObject> = (self, L, { vm }) => {
  vm.pushNumber(L, Number(self.value))
  return 1
}

function amount(machine: ApiMachine, L: LuaState, what: string): bigint {
  const given = checkInt64(machine, L, 2)
  if (given < 0n) throw new LuaError(`${what} must be non-negative`)
  return given
}

const counterType: ApiType<StatObject> = {
  name: `${prefix}14CounterWrapperE`,
  methods: {
    inc,
    add(self, L, machine) {
      self.value += amount(machine, L, 'counter add amount')
      return 0
    },
    value,
  },
}

const gaugeType: ApiType<StatObject> = {
  name: `${prefix}12GaugeWrapperE`,
  methods: {
    inc,
    dec,
    add(self, L, machine) {
      self.value += amount(machine, L, 'gauge add amount')
      return 0
    },
    sub(self, L, machine) {
      self.value -= amount(machine, L, 'gauge sub amount')
      return 0
    },
    set(self, L, machine) {
      self.value = amount(machine, L, 'gauge set value')
      return 0
    },
    value,
  },
}

// Nothing a script can do reads a histogram back, so its values are checked and dropped.
const histogramType: ApiType<HistogramObject> = {
  name: `${prefix}16HistogramWrapperE`,
  methods: {
    recordValue(_, L, machine) {
      amount(machine, L, 'histogram value')
      return 0
    },
  },
}

const units = new Set(['ms', 'milliseconds', 'microseconds', 'nanoseconds', 'bytes', 'unspecified'])

export const statsScopeType: ApiType<StatsScopeObject> = {
  name: `${prefix}17StatsScopeWrapperE`,
  methods: {
    counter(self, L, machine) {
      machine.push(L, counterType, new StatObject(self.scope.counters, checkCString(machine, L, 2)))
      return 1
    },
    gauge(self, L, machine) {
      machine.push(L, gaugeType, new StatObject(self.scope.gauges, checkCString(machine, L, 2)))
      return 1
    },
    histogram(_, L, machine) {
      machine.vm.checkString(L, 2)
      const unit = machine.vm.isNoneOrNil(L, 3) ? 'unspecified' : checkCString(machine, L, 3)
      if (!units.has(unit))
        throw new LuaError(
          `invalid histogram unit '${unit}', expected 'ms', 'milliseconds', 'microseconds', 'nanoseconds', 'bytes', or 'unspecified'`,
        )
      machine.push(L, histogramType, new HistogramObject())
      return 1
    },
  },
}
