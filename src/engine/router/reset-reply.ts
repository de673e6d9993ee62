import type { ResetReason } from '../http/codec/types.ts'
import { replaceSpaces } from '../http/header-utility.ts'
import type { ResponseFlag } from '../stream-info.ts'
import { resetReasonText } from './types.ts'

/** The answer to a client whose request the server reset, or never took (Filter::onUpstreamReset). */
export function resetReply(
  reason: ResetReason,
  transportFailure: string,
  retried: boolean,
  responseStarted: boolean,
): { status: number; flag: ResponseFlag; body: string; details: string } {
  const words = resetReasonText(reason)
  const when = responseStarted ? 'upstream_reset_after_response_started' : 'upstream_reset_before_response_started'
  return {
    status: reason === 'ProtocolError' ? 502 : 503,
    flag: flagOf(reason),
    body: `upstream connect error or disconnect/reset before headers. ${
      retried ? 'retried and the latest ' : ''
    }reset reason: ${words}`,
    details: replaceSpaces(`${when}{${words}${transportFailure ? `|${transportFailure}` : ''}}`),
  }
}

function flagOf(reason: ResetReason): ResponseFlag {
  switch (reason) {
    case 'LocalConnectionFailure':
    case 'RemoteConnectionFailure':
    case 'ConnectionTimeout':
      return 'UF'
    case 'ConnectionTermination':
      return 'UC'
    case 'Overflow':
      return 'UO'
    case 'RemoteReset':
    case 'RemoteRefusedStreamReset':
    case 'ConnectError':
      return 'UR'
    case 'ProtocolError':
      return 'UPE'
    case 'OverloadManager':
      return 'OM'
    default:
      return 'LR'
  }
}
