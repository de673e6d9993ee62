import type { HeaderMap } from './header-map.ts'
import { portStart } from './header-utility.ts'

/** Takes the dot off the end of the host, a port behind it or not (HeaderUtility::stripTrailingHostDot). */
export function stripTrailingDot(headers: HeaderMap): void {
  const host = headers.get(':authority') ?? ''
  const dot = host.lastIndexOf('.')
  if (dot < 0) return
  if (dot === host.length - 1) headers.set(':authority', host.slice(0, -1))
  else if (host[dot + 1] === ':') headers.set(':authority', host.slice(0, dot) + host.slice(dot + 1))
}

/** Takes the port off the host; with `only`, no other port (HeaderUtility::stripPortFromHost). */
export function stripHostPort(headers: HeaderMap, only: number | undefined): void {
  const host = headers.get(':authority') ?? ''
  const colon = portStart(host)
  if (colon < 0) return
  const port = host.slice(colon + 1)
  if (!/^\d+$/.test(port) || Number(port) > 0xffff_ffff) return
  if (only !== undefined && Number(port) !== only) return
  headers.set(':authority', host.slice(0, colon))
}
