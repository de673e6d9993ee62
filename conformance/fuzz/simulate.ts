import type { CaseDocument } from '../../src/cli/case-document.ts'
import { type Simulated, simulateDocument } from '../../src/cli/simulate.ts'

/** The simulator, as the fuzzer and its shrinker need it. */
export type Simulate = (document: CaseDocument) => Promise<Simulated>

export const simulate: Simulate = simulateDocument
