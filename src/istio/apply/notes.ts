/** What one patch or resource did, or why it did nothing. */
export interface ApplyNote {
  /** `EnvoyFilter istio-system/name`. */
  resource: string
  /** The index in `configPatches`; absent when the note is about the whole resource. */
  patch?: number
  severity: 'info' | 'warning' | 'error'
  /** How many objects the patch matched. */
  matched: number
  /** The places it changed, such as `listener 0.0.0.0_8080 / chain 0 / http filter envoy.filters.http.cors`. */
  changed: string[]
  message: string
}

/** How far the match of a patch got, from nothing to the object itself. */
export const stages = ['context', 'listener', 'filter chain', 'network filter', 'http filter', 'object'] as const
export type Stage = (typeof stages)[number]

/** Collects, while patches are replayed, what becomes a patch's note. */
export class PatchRecord {
  readonly resource: string
  readonly index: number
  private readonly places = new Set<string>()
  private readonly warnings: string[] = []
  private readonly refusals = new Map<string, number>()
  private hits = 0
  private final: { severity: ApplyNote['severity']; message: string } | undefined

  constructor(resource: string, index: number) {
    this.resource = resource
    this.index = index
  }

  /** The patch changed something at this place. */
  changed(place: string): void {
    this.hits++
    this.places.add(place)
  }

  /** The patch matched, but istiod does nothing there. */
  ignored(why: string): void {
    this.hits++
    this.warn(why)
  }

  /** Something did not match: remembered for when nothing matches at all. */
  missed(why: string): void {
    this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1)
  }

  /** Something the author should know although the patch works. */
  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message)
  }

  /** The patch takes no part: this is all there is to say. */
  skip(message: string, severity: ApplyNote['severity'] = 'warning'): void {
    this.final = { severity, message }
  }

  note(): ApplyNote {
    const base = { resource: this.resource, patch: this.index, matched: this.hits, changed: [...this.places] }
    if (this.final) return { ...base, ...this.final }
    if (this.places.size === 0) return { ...base, severity: 'warning', message: this.whyNothing() }
    const places = this.places.size === 1 ? 'one place' : `${this.places.size} places`
    const message = [`changed ${places}`, ...this.warnings].join('; ')
    return { ...base, severity: this.warnings.length > 0 ? 'warning' : 'info', message }
  }

  private whyNothing(): string {
    if (this.warnings.length > 0) return `changed nothing: ${this.warnings.join('; ')}`
    // The last stage that a candidate reached says most; it was recorded last and least often.
    const reasons = [...this.refusals].sort((a, b) => a[1] - b[1]).map(([why, count]) => `${why}${times(count)}`)
    return `changed nothing: ${reasons.length > 0 ? reasons.slice(0, 4).join('; ') : 'the proxy has no such object'}`
  }
}

function times(count: number): string {
  return count > 1 ? ` (${count} times)` : ''
}
