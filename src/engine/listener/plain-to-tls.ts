import { fromLatin1, latin1 } from '../bytes.ts'

/** What a TLS server makes of bytes that are no handshake. */
export interface NotTls {
  /** As transport_failure_reason has it. */
  failure: string
  /** The alert that it sends before it closes; empty when it sends none. */
  alert: Uint8Array
}

const BEGINNINGS_OF_HTTP = /^(?:GET |POST |HEAD |PUT )/

/**
 * Looks at the first bytes of a client that speaks no TLS, as BoringSSL does: undefined as long as a record may still
 * come of them.
 */
export function refusePlainText(bytes: Uint8Array): NotTls | undefined {
  if (bytes.length < RECORD_HEADER) return undefined
  if (BEGINNINGS_OF_HTTP.test(latin1(bytes.subarray(0, RECORD_HEADER)))) return notTls('268435612', 'HTTP_REQUEST')
  if (bytes[1] !== 3) return notTls('268435703', 'WRONG_VERSION_NUMBER', PROTOCOL_VERSION)
  const length = (bytes[3]! << 8) | bytes[4]!
  if (bytes.length < RECORD_HEADER + length) return undefined
  return notTls('268435595', 'DECODE_ERROR', DECODE_ERROR)
}

const RECORD_HEADER = 5
const PROTOCOL_VERSION = 70
const DECODE_ERROR = 50

function notTls(code: string, name: string, alert?: number): NotTls {
  return {
    failure: `TLS_error:|${code}:SSL routines:OPENSSL_internal:${name}`,
    alert:
      alert === undefined ? new Uint8Array(0) : fromLatin1(`\x15\x03\x01\x00\x02\x02${String.fromCharCode(alert)}`),
  }
}
