import type { AppendAction } from '../../../engine/format/index.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'

/** A header that an authorization service wants added, set or appended. */
export interface AuthzHeader {
  /** As the service wrote it, a byte string. */
  name: string
  value: string
  action: AppendAction
  /** From the deprecated `append`: appending joins the values with a comma, and only to a header that is there. */
  legacyAppend: boolean
}

/** What came of a check (Envoy: Filters::Common::ExtAuthz::Response). */
export interface AuthzAnswer {
  verdict: 'ok' | 'denied' | 'error'
  /** In words, for the trace. */
  reason: string
  /** Status of the reply to a request that is denied; of one that could not be checked, when the service named one. */
  status: number | undefined
  /** Body of that reply, as text that keeps every byte (see `textOf`). */
  body: string
  replyHeaders: AuthzHeader[]
  requestHeaders: AuthzHeader[]
  headersToRemove: string[]
  responseHeaders: AuthzHeader[]
  queryToSet: [name: string, value: string][]
  queryToRemove: string[]
  metadata: JsonObject | undefined
  /** The service named an append action that does not exist. */
  invalidAction: boolean
  /** Status of a gRPC service's verdict, or of the call when that failed. */
  grpcStatus: number | undefined
}

/** An answer with nothing in it but the verdict. */
export function bareAnswer(verdict: AuthzAnswer['verdict'], reason: string): AuthzAnswer {
  return {
    verdict,
    reason,
    status: undefined,
    body: '',
    replyHeaders: [],
    requestHeaders: [],
    headersToRemove: [],
    responseHeaders: [],
    queryToSet: [],
    queryToRemove: [],
    metadata: undefined,
    invalidAction: false,
    grpcStatus: undefined,
  }
}
