import type { ResponseFlag, StreamInfo } from '../stream-info.ts'

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

const UNAVAILABLE: ProxyError = { error: 'destination_unavailable', status: 503 }
const LIMIT_REACHED: ProxyError = { error: 'connection_limit_reached', status: 503 }
const TERMINATED: ProxyError = { error: 'connection_terminated', status: 502 }
const REFUSED: ProxyError = { error: 'connection_refused', status: 502 }
const RESPONSE_TIMEOUT: ProxyError = { error: 'http_response_timeout', status: 504 }
const REQUEST_ERROR: ProxyError = { error: 'http_request_error', status: undefined }

/** The error of each response flag; of several flags the one that stands first here decides. */
const ERRORS: readonly [flag: ResponseFlag, error: ProxyError][] = [
  ['LH', UNAVAILABLE],
  ['UH', UNAVAILABLE],
  ['UT', RESPONSE_TIMEOUT],
  ['DT', { error: 'connection_timeout', status: 504 }],
  ['LR', { error: 'connection_timeout', status: 504 }],
  ['UR', TERMINATED],
  ['UF', REFUSED],
  ['UAEX', REFUSED],
  ['UC', TERMINATED],
  ['OM', LIMIT_REACHED],
  ['DO', LIMIT_REACHED],
  ['FI', REQUEST_ERROR],
  ['DC', TERMINATED],
  ['DR', TERMINATED],
  ['UO', LIMIT_REACHED],
  ['NR', { error: 'destination_not_found', status: 500 }],
  ['RL', LIMIT_REACHED],
  ['RLSE', LIMIT_REACHED],
  ['URX', UNAVAILABLE],
  ['SI', RESPONSE_TIMEOUT],
  ['IH', REQUEST_ERROR],
  ['DPE', REQUEST_ERROR],
  ['UMSDR', RESPONSE_TIMEOUT],
  ['NFCF', { error: 'proxy_configuration_error', status: 500 }],
  ['UPE', { error: 'http_protocol_error', status: 502 }],
  ['NC', UNAVAILABLE],
  ['DF', { error: 'dns_error', status: 502 }],
]

function errorOf(info: StreamInfo): ProxyError | undefined {
  return ERRORS.find(([flag]) => info.flags.has(flag))?.[1]
}
