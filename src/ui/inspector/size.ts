import type { Json } from '../../model/json.ts'

/** Whether a value is larger than about `limit` characters of JSON; looks no further than it must. */
export function isLarger(value: Json | undefined, limit: number): boolean {
  return measure(value, limit) > limit
}

function measure(value: Json | undefined, limit: number): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 5
  let size = 2
  for (const [key, inner] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : key.length + 4) + measure(inner, limit - size)
    if (size > limit) break
  }
  return size
}
