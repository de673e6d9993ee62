import { type ComparableResult, compareResult } from '../../model/compare.ts'
import type { Design } from '../../model/design.ts'
import type { RunOutcome } from '../../store/app.ts'

/** How a request's outcome stands to what the design expects of it. */
export type Expectation = { kind: 'none' } | { kind: 'met' } | { kind: 'missed'; differences: string[] }

/** Compares as the recorded cases are compared: volatile headers and the order of different names do not count. */
export function expectationOf(design: Design, index: number, outcome: RunOutcome | undefined): Expectation {
  const want = design.expect?.[index]
  if (want === undefined || want === null || !outcome?.result) return { kind: 'none' }
  const differences = compareResult(want as unknown as ComparableResult, outcome.result as ComparableResult)
  return differences.length === 0 ? { kind: 'met' } : { kind: 'missed', differences }
}
