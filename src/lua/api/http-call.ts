import { HeaderMap, type HeaderMapKind } from '../../engine/http/header-map.ts'
import type { AsyncClient, AsyncRequestOptions, AsyncResponse } from '../../engine/upstream/types.ts'
import { LuaArgumentError, LuaError, type LuaState, type LuaVm } from '../vm/vm.ts'
import { lowerCase } from './headers.ts'
import { type ApiMachine, checkInt32, untilNul } from './object.ts'

/** A request a script makes of its own, as `httpCall` describes it. */
export interface HttpCall {
  cluster: string
  headers: HeaderMap
  body: Uint8Array | undefined
  options: AsyncRequestOptions
  asynchronous: boolean
  returnDuplicateHeaders: boolean
}

const headersIndex = 3
const bodyIndex = 4
const optionsIndex = 5
const asyncFlagIndex = 6

type OptionReader = (call: HttpCall, machine: ApiMachine, L: LuaState) => void

const optionReaders: Record<string, OptionReader> = {
  asynchronous(call, { vm }, L) {
    call.asynchronous = vm.toBoolean(L, -1)
  },
  timeout_ms(call, machine, L) {
    const { vm } = machine
    if (vm.toNumber(L, -1) === undefined) throw inLoop(vm, L, vm.top(L), 'number')
    call.options.timeoutMs = checkTimeout(checkInt32(machine, L, vm.top(L)))
  },
  trace_sampled(call, { vm }, L) {
    call.options.traceSampled = vm.toBoolean(L, -1)
  },
  return_duplicate_headers(call, { vm }, L) {
    call.returnDuplicateHeaders = vm.toBoolean(L, -1)
  },
  send_xff(call, { vm }, L) {
    call.options.sendXff = vm.toBoolean(L, -1)
  },
}

/**
 * Reads the arguments of httpCall, in either signature, in Envoy's order of checks (StreamHandleWrapper::luaHttpCall in
 * source/extensions/filters/http/lua/lua_filter.cc). Throws Lua errors.
 */
export function readHttpCall(machine: ApiMachine, L: LuaState, client: AsyncClient): HttpCall {
  const { vm } = machine
  const call: HttpCall = {
    cluster: '',
    headers: new HeaderMap('request'),
    body: undefined,
    options: {},
    asynchronous: false,
    returnDuplicateHeaders: false,
  }
  if (vm.type(L, optionsIndex) === 'table') readOptions(call, machine, L)
  else {
    const flag = vm.type(L, asyncFlagIndex)
    if (flag !== 'no value' && flag !== 'boolean')
      throw new LuaError("http call asynchronous flag must be 'true', 'false', or empty")
    call.options.timeoutMs = checkTimeout(checkInt32(machine, L, optionsIndex))
    call.asynchronous = vm.toBoolean(L, asyncFlagIndex)
  }

  call.cluster = untilNul(vm.checkString(L, 2))
  vm.checkType(L, headersIndex, 'table')
  if (!client.hasCluster(call.cluster)) throw new LuaError('http call cluster invalid. Must be configured')
  call.headers = readHeaders(machine, L, headersIndex, 'request')
  if (!call.headers.has(':path') || !call.headers.has(':method') || !call.headers.has(':authority'))
    throw new LuaError("http call headers must include ':path', ':method', and ':authority'")
  call.body = optionalBytes(vm, L, bodyIndex)
  if (call.body) call.headers.set('content-length', String(call.body.length))
  return call
}

function readOptions(call: HttpCall, machine: ApiMachine, L: LuaState): void {
  const { vm } = machine
  vm.pushNil(L)
  while (vm.next(L, optionsIndex)) {
    const key = stringInLoop(vm, L, vm.top(L) - 1)
    const read = Object.hasOwn(optionReaders, key) ? optionReaders[key] : undefined
    if (!read) throw new LuaError(`"${untilNul(key)}" is not valid key for httpCall() options`)
    read(call, machine, L)
    vm.pop(L)
  }
}

// Envoy checks what it finds while it walks a table by positions from the top of the stack. LuaJIT works out the argument
// number in the message when it has pushed one value more, so it comes out one too high.
function stringInLoop(vm: LuaVm, L: LuaState, index: number): string {
  const value = vm.toString(L, index)
  if (value === undefined) throw inLoop(vm, L, index, 'string')
  return value
}

function inLoop(vm: LuaVm, L: LuaState, index: number, expected: string): LuaArgumentError {
  return new LuaArgumentError(index + 1, vm.typeError(L, index, expected).message)
}

function checkTimeout(milliseconds: number): number {
  if (milliseconds < 0) throw new LuaError('http call timeout must be >= 0')
  return milliseconds
}

/** The bytes of an optional string argument; undefined when it is nil or left out. */
export function optionalBytes(vm: LuaVm, L: LuaState, index: number): Uint8Array | undefined {
  if (vm.isNoneOrNil(L, index)) return undefined
  vm.checkString(L, index)
  return vm.toBytes(L, index)
}

/** Headers from the table at `index`: values are strings, numbers, or tables of them (buildHeadersFromTable). */
export function readHeaders(machine: ApiMachine, L: LuaState, index: number, kind: HeaderMapKind): HeaderMap {
  const { vm } = machine
  const headers = new HeaderMap(kind)
  vm.pushNil(L)
  while (vm.next(L, index)) {
    const top = vm.top(L)
    const name = lowerCase(untilNul(stringInLoop(vm, L, top - 1)))
    if (vm.type(L, top) === 'table') {
      vm.pushNil(L)
      while (vm.next(L, top)) {
        headers.add(name, untilNul(stringInLoop(vm, L, vm.top(L))))
        vm.pop(L)
      }
    } else headers.add(name, untilNul(stringInLoop(vm, L, top)))
    vm.pop(L)
  }
  return headers
}

/** Pushes what httpCall returns: a table of headers and the body, nil when it is empty. */
export function pushResponse(vm: LuaVm, L: LuaState, response: AsyncResponse, duplicates: boolean): void {
  vm.newTable(L)
  const values = new Map<string, string[]>()
  response.headers.forEach((name, value) => {
    const seen = values.get(name)
    if (seen) seen.push(value)
    else values.set(name, [value])
  })
  for (const [name, list] of values) {
    if (duplicates && list.length > 1) {
      vm.newTable(L, list.length)
      list.forEach((value, i) => {
        vm.pushString(L, value)
        vm.setIndex(L, -2, i + 1)
      })
    } else vm.pushString(L, list.at(-1)!)
    vm.setField(L, -2, name)
  }
  if (response.body.length > 0) vm.pushString(L, response.body)
  else vm.pushNil(L)
}

/** What a script gets when its request could not be made or was not answered. */
export function failedResponse(): AsyncResponse {
  return {
    headers: new HeaderMap('response', [[':status', '503']]),
    body: Uint8Array.from('upstream failure', (char) => char.charCodeAt(0)),
  }
}
