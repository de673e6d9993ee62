import type { HeaderMap } from '../http/header-map.ts'
import { unsigned } from '../http/header-utility.ts'
import { parseRetryOn } from './retry-state.ts'

/** The first header of strict_check_headers whose value Envoy cannot read; undefined when all are fine. */
export function checkStrictHeaders(
  headers: HeaderMap,
  names: readonly string[],
): { body: string; details: string } | undefined {
  for (const configured of names) {
    const name = configured.toLowerCase()
    const value = headers.get(name)
    if (value === undefined || isValid(name, value)) continue
    return {
      body: `invalid header '${name}' with value '${value}'`,
      details: `request_headers_failed_strict_check{${name}}`,
    }
  }
  return undefined
}

function isValid(name: string, value: string): boolean {
  if (name === 'x-envoy-retry-on') return parseRetryOn(value, false).valid
  if (name === 'x-envoy-retry-grpc-on') return parseRetryOn(value, true).valid
  return unsigned(value) !== undefined
}
