import { toByteString } from '../../../engine/bytes.ts'
import { numberText as jsonNumber } from '../../../engine/format/json.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type {
  JwtClaimToHeader,
  JwtProvider_NormalizePayload,
} from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { protobufString } from '../../common/protobuf-json.ts'

/** What a claim puts into its header, as text; undefined or empty when there is nothing to put there. */
export function claimHeader(payload: JsonObject, { claimName, claimPath }: JwtClaimToHeader): string | undefined {
  const path = claimPath.length > 0 ? claimPath.map(({ key }) => key) : claimName.split('.')
  const value = claimAt(payload, path)
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return String(value)
  if (value === null || value === undefined) return undefined
  return btoa(toByteString(protobufJson(value)))
}

/** As protobuf writes a claim that is a list or an object; its keys come in no order of their own, here they are sorted. */
function protobufJson(value: JsonValue): string {
  if (typeof value === 'string') return protobufString(value)
  if (typeof value === 'number') return jsonNumber(value)
  if (Array.isArray(value)) return `[${value.map(protobufJson).join(',')}]`
  if (value === null || typeof value === 'boolean') return String(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${protobufString(key)}:${protobufJson(value[key]!)}`).join(',')}}`
}

function claimAt(payload: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = payload
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

/** Whole numbers from 0 to 2^64 as such, anything else with six decimals. */
function numberText(value: number): string {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 64) return BigInt(value).toString()
  // From here on every number is whole, and JavaScript would not write all its digits.
  return Math.abs(value) >= 2 ** 53 ? `${BigInt(value)}.000000` : value.toFixed(6)
}

/** The payload as it goes into metadata: claims that are lists with blanks between become lists. */
export function normalized(payload: JsonObject, normalize: JwtProvider_NormalizePayload | undefined): JsonObject {
  const out = { ...payload }
  for (const claim of normalize?.spaceDelimitedClaims ?? []) {
    const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined
    if (typeof value !== 'string') continue
    const list = value.split(' ').filter(Boolean)
    if (list.length > 0) out[claim] = list
  }
  return out
}
