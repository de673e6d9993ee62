/** Values of layered_runtime's static layers: what runtime_key, default_value and RuntimeFractionalPercent look up. */
export class Runtime {
  private readonly values = new Map<string, unknown>()
  private readonly draw: () => number

  /** `layers` are the static_layer structs in order, later ones win; `draw` gives 0 <= n < 1. */
  constructor(layers: readonly Record<string, unknown>[] = [], draw: () => number = () => 0) {
    this.draw = draw
    for (const layer of layers) this.flatten('', layer)
  }

  number(key: string | undefined, fallback: number): number {
    const value = key ? this.values.get(key) : undefined
    return typeof value === 'number' ? value : fallback
  }

  boolean(key: string | undefined, fallback: boolean): boolean {
    const value = key ? this.values.get(key) : undefined
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    return fallback
  }

  raw(key: string): unknown {
    return this.values.get(key)
  }

  /** Runtime::Snapshot::featureEnabled on a FractionalPercent: `numerator` of `denominator`, drawn once unless `random` (0 <= n < 1) is given. */
  fraction(key: string | undefined, numerator: number, denominator: number, random?: number): boolean {
    const share = this.share(key, numerator, denominator)
    return this.chance(share.numerator, share.denominator, random)
  }

  /** The fraction in force: the key's value, a number of percent or a FractionalPercent, or else the one given. */
  share(key: string | undefined, numerator: number, denominator: number): { numerator: number; denominator: number } {
    const value = key ? this.values.get(key) : undefined
    if (typeof value === 'number') return { numerator: value, denominator: 100 }
    if (typeof value !== 'object' || value === null) return { numerator, denominator }
    const override = value as { numerator?: number; denominator?: string }
    const of = { TEN_THOUSAND: 10_000, MILLION: 1_000_000 }[override.denominator ?? ''] ?? 100
    return { numerator: override.numerator ?? 0, denominator: of }
  }

  private chance(numerator: number, denominator: number, random?: number): boolean {
    if (numerator <= 0) return false
    if (numerator >= denominator) return true
    return Math.floor((random ?? this.draw()) * denominator) < numerator
  }

  // A struct that has numerator is a fractional percent, any other is a level of the key.
  private flatten(prefix: string, node: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(node)) {
      const key = prefix ? `${prefix}.${name}` : name
      const nested = typeof value === 'object' && value !== null && !('numerator' in value)
      if (nested) this.flatten(key, value as Record<string, unknown>)
      else this.values.set(key, value)
    }
  }
}
