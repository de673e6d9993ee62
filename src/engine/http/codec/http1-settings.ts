import type { Http1ProtocolOptions } from '../../../envoy/types/envoy/config/core/v3/protocol_pb.d.ts'
import { type HeaderKeyFormat, properCase } from './http1-encoder.ts'

/** The HeaderKeyFormat of http_protocol_options. A stateful formatter (preserve_case) is not modelled: names stay in lower case. */
export function headerKeyFormat(options: Http1ProtocolOptions | undefined): HeaderKeyFormat | undefined {
  return options?.headerKeyFormat?.headerFormat.case === 'properCaseWords' ? properCase : undefined
}
