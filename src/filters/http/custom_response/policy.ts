import type { HeadersStatus, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'

/** What a matcher of the filter leads to. */
export interface ResponsePolicy {
  /** Deals with a response that matched. */
  onResponse(headers: HeaderMap, stream: HttpStream): HeadersStatus
  /** Deals with the answer that the policy itself asked for; only a redirect asks. */
  onOwnResponse?(headers: HeaderMap, stream: HttpStream): void
}
