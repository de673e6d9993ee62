import type { StreamInfo } from '../stream-info.ts'
import type { ConnectionManagerConfig } from './conn-manager-config.ts'
import type { HeaderMap } from './header-map.ts'
import { isUpgrade, removeHopByHop } from './header-utility.ts'
import { appendVia } from './mutate-request.ts'
import { proxyStatus } from './proxy-status.ts'

/** What a connection manager does to a response last of all (ConnectionManagerUtility::mutateResponseHeaders). */
export function mutateResponse(
  headers: HeaderMap,
  request: HeaderMap | undefined,
  config: ConnectionManagerConfig,
  info: StreamInfo,
  options: { via: boolean },
): void {
  if (request && headers.has('upgrade') && isUpgrade(request) && isUpgrade(headers)) {
    const status = Number(headers.get(':status'))
    const bodiless = !headers.has('transfer-encoding') && !headers.has('content-length')
    if (bodiless && status >= 200) headers.set('content-length', '0')
  } else {
    headers.remove('connection')
    headers.remove('upgrade')
  }
  removeHopByHop(headers)
  if (request && (config.alwaysSetRequestId || request.has('x-envoy-force-trace'))) {
    const id = request.get('x-request-id')
    if (id !== undefined) headers.set('x-request-id', id)
  }
  if (options.via && config.via !== '') appendVia(headers, config.via)
  if (!config.proxyStatus) return
  const status = proxyStatus(info, config.proxyStatus)
  if (!status) return
  const old = headers.get('proxy-status')
  headers.set('proxy-status', old === undefined ? status.header : `${old}, ${status.header}`)
  if (status.status !== undefined) headers.set(':status', String(status.status))
}
