import type { FilterAbout } from '../about.ts'
import { otherHttp } from './http-other.ts'
import { protocolHttp } from './http-protocol.ts'
import { securityHttp } from './http-security.ts'
import { trafficHttp } from './http-traffic.ts'

/**
 * HTTP filters that Envoy 1.40 and its contrib build register and that pass traffic through here. One that gets simulated
 * moves to a folder of its own.
 */
export const notSimulatedHttp: FilterAbout[] = [...trafficHttp, ...securityHttp, ...protocolHttp, ...otherHttp]
