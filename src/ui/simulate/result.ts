import type { TraceStep } from '../../engine/trace.ts'
import type { Bytes, Fields } from '../../model/design.ts'
import type { RunOutcome } from '../../store/app.ts'

/** A result in the case format. */
export interface CaseResult {
  response: {
    status?: number
    headers?: Fields
    body?: Bytes
    trailers?: Fields
    reset?: boolean
    closed?: boolean
    received?: Bytes
  }
  upstream: {
    cluster: string
    method?: string
    path?: string
    authority?: string
    headers?: Fields
    body?: Bytes
    trailers?: Fields
    received?: Bytes
  }[]
  details?: string
  flags?: string
  route?: string
  cluster?: string
}

/** The engine's steps of an outcome: they say more than the canvas reads of them. */
export function stepsOf(outcome: RunOutcome | undefined): readonly TraceStep[] {
  return (outcome?.steps ?? []) as readonly TraceStep[]
}

/** Bytes for people: text as it is, anything else in base64. */
export function bytesText(bytes: Bytes | undefined): string {
  if (bytes === undefined) return ''
  return typeof bytes === 'string' ? bytes : `base64: ${bytes.base64}`
}
