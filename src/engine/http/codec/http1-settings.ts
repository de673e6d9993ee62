import type { Http1ProtocolOptions } from '../../../envoy/types/envoy/config/core/v3/protocol_pb.d.ts'
import type { PreserveCaseFormatterConfig } from '../../../envoy/types/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.d.ts'
import type { MessageRegistry } from '../../services.ts'
import type { HeaderKeyFormatter } from '../header-map.ts'
import { type HeaderKeyFormat, properCase } from './http1-encoder.ts'

const PRESERVE_CASE = 'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig'

/** The HeaderKeyFormat of http_protocol_options that is the same for every message. */
export function headerKeyFormat(options: Http1ProtocolOptions | undefined): HeaderKeyFormat | undefined {
  return options?.headerKeyFormat?.headerFormat.case === 'properCaseWords' ? properCase : undefined
}

/** Keeps what a message's header names looked like when it was read. */
export interface HeaderKeyRecorder extends HeaderKeyFormatter {
  noteKey(name: string): void
  noteReason(reason: string): void
}

/**
 * Makes the stateful formatter of a HeaderKeyFormat, one for each message that is read; undefined when there is none.
 * The message takes it along to whichever codec writes it.
 */
export function statefulKeyFormat(
  options: Http1ProtocolOptions | undefined,
  registry: MessageRegistry,
): (() => HeaderKeyRecorder) | undefined {
  const format = options?.headerKeyFormat?.headerFormat
  if (format?.case !== 'statefulFormatter') return undefined
  const opened = registry.unpack(format.value.typedConfig)
  if (opened?.typeName !== PRESERVE_CASE) return undefined
  const config = opened.message as PreserveCaseFormatterConfig
  return () => new PreservedCase(config.forwardReasonPhrase, config.formatterTypeOnEnvoyHeaders === 1)
}

/** Envoy: source/extensions/http/header_formatters/preserve_case/preserve_case_formatter.cc. */
class PreservedCase implements HeaderKeyRecorder {
  reason: string | undefined
  private readonly keys = new Map<string, string>()
  private readonly forwardReason: boolean
  private readonly properCaseForOthers: boolean

  constructor(forwardReason: boolean, properCaseForOthers: boolean) {
    this.forwardReason = forwardReason
    this.properCaseForOthers = properCaseForOthers
  }

  /** Of a name that comes several times the first spelling counts. */
  noteKey(name: string): void {
    const lower = name.toLowerCase()
    if (!this.keys.has(lower)) this.keys.set(lower, name)
  }

  noteReason(reason: string): void {
    if (this.forwardReason && reason !== '') this.reason = reason
  }

  format(name: string): string {
    return this.keys.get(name) ?? (this.properCaseForOthers ? properCase(name) : name)
  }
}
