import type { StreamInfo } from '../stream-info.ts'

/** proxy_status_config, made ready. */
export interface ProxyStatusOptions {
  name: string
  removeDetails: boolean
  removeTerminationDetails: boolean
  removeResponseFlags: boolean
  setRecommendedStatus: boolean
}

/** An error of RFC 9209, and the status it recommends. */
interface ProxyError {
  error: string
  status: number | undefined
}

/** The Proxy-Status header of a response and the status that goes with it; undefined when nothing went wrong (StreamInfo::ProxyStatusUtils). */
export function proxyStatus(
  info: StreamInfo,
  options: ProxyStatusOptions,
): { header: string; status: number | undefined } | undefined {
  const found = errorOf(info)
  if (!found) return undefined
  const params: string[] = []
  if (!options.removeDetails) {
    const details = [info.responseCodeDetails ?? '']
    if (!options.removeTerminationDetails && info.connection.terminationDetails)
      details.push(info.connection.terminationDetails)
    const flags = options.removeResponseFlags ? undefined : info.flagsText()
    if (flags !== undefined) details.push(flags)
    const text = details.filter((part) => part !== '').join('; ')
    if (text !== '') params.push(`details="${text}"`)
  }
  const header = `${options.name}; error=${found.error}${params.map((param) => `; ${param}`).join('')}`
  return { header, status: options.setRecommendedStatus ? found.status : undefined }
}

function errorOf(info: StreamInfo): ProxyError | undefined {
  const { flags } = info
  if (flags.has('DF')) return { error: 'dns_error', status: 502 }
  if (flags.has('UT')) return { error: 'connection_timeout', status: 504 }
  if (flags.has('UF')) return { error: 'connection_refused', status: 502 }
  if (flags.has('UC')) return { error: 'connection_terminated', status: 502 }
  if (flags.has('LR') || flags.has('UR')) return { error: 'connection_terminated', status: 502 }
  if (flags.has('UO')) return { error: 'connection_limit_reached', status: 503 }
  if (flags.has('UH')) return { error: 'destination_unavailable', status: 503 }
  if (flags.has('NR') || flags.has('NC')) return { error: 'destination_not_found', status: 500 }
  if (flags.has('RL')) return { error: 'connection_limit_reached', status: 503 }
  if (flags.has('LH')) return { error: 'destination_unavailable', status: 503 }
  if (flags.has('IH') || flags.has('DPE')) return { error: 'http_request_error', status: undefined }
  if (flags.has('UPE')) return { error: 'http_protocol_error', status: 502 }
  if (flags.has('SI') || flags.has('UMSDR')) return { error: 'http_response_timeout', status: 504 }
  if (flags.has('UAEX')) return { error: 'http_request_denied', status: 403 }
  return undefined
}
