import { jsonText, toByteJson } from '../../../engine/format/json.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type {
  JwtClaimToHeader,
  JwtProvider_NormalizePayload,
} from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { toBase64 } from '../../common/jwt/encoding.ts'

/** What a claim puts into its header, as text; undefined or empty when there is nothing to put there. */
export function claimHeader(payload: JsonObject, { claimName, claimPath }: JwtClaimToHeader): string | undefined {
  const path = claimPath.length > 0 ? claimPath.map(({ key }) => key) : claimName.split('.')
  const value = claimAt(payload, path)
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return String(value)
  if (value === null || value === undefined) return undefined
  return toBase64(jsonText(toByteJson(value)))
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
  // JavaScript leaves plain notation from 1e21 on.
  return Math.abs(value) >= 1e21 ? `${BigInt(value)}.000000` : value.toFixed(6)
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
