import type { TypedExtensionConfig } from '../../envoy/types/envoy/config/core/v3/extension_pb.d.ts'
import type { CustomHeaderConfig } from '../../envoy/types/envoy/extensions/http/original_ip_detection/custom_header/v3/custom_header_pb.d.ts'
import type { XffConfig } from '../../envoy/types/envoy/extensions/http/original_ip_detection/xff/v3/xff_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import { CidrList } from '../match/index.ts'
import type { MessageRegistry } from '../services.ts'
import type { Address, ConnectionInfo } from '../stream-info.ts'
import { lastForwardedAddress, parseAddress } from './forwarded-for.ts'
import type { HeaderMap } from './header-map.ts'

/** What an original-IP extension found. */
export interface Detection {
  address: Address | undefined
  trusted: boolean
  reject?: { status: number; body: string }
  skipXffAppend?: boolean
}

export type OriginalIpDetection = (headers: HeaderMap, connection: ConnectionInfo) => Detection

const XFF = 'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig'
const CUSTOM_HEADER = 'envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig'

/** The extension that stands for xff_num_trusted_hops when none is configured. */
export function xffDetection(hops: number): OriginalIpDetection {
  return (headers) => {
    const { address, single } = lastForwardedAddress(headers, hops)
    return { address, trusted: single }
  }
}

/** Makes an original_ip_detection extension ready. */
export function createOriginalIpDetection(
  config: TypedExtensionConfig,
  path: string,
  registry: MessageRegistry,
): OriginalIpDetection {
  const opened = registry.unpack(config.typedConfig)
  if (opened?.typeName === XFF) return xff(opened.message as XffConfig, path)
  if (opened?.typeName === CUSTOM_HEADER) return customHeader(opened.message as CustomHeaderConfig)
  throw new ConfigError(path, `original IP detection '${opened?.typeName ?? config.name}' is not known`)
}

function xff(config: XffConfig, path: string): OriginalIpDetection {
  const skipXffAppend = config.skipXffAppend ?? true
  const trusted = config.xffTrustedCidrs
  if (!trusted) {
    const hops = config.xffNumTrustedHops
    return (headers) => ({ ...xffDetection(hops)(headers, undefined as never), skipXffAppend })
  }
  const cidrs = new CidrList(trusted.cidrs, `${path}.xff_trusted_cidrs.cidrs`)
  return (headers, connection) => {
    if (!cidrs.contains(connection.remote.ip)) return { address: undefined, trusted: false, skipXffAppend: false }
    const list = (headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
    for (let i = list.length - 1; i >= 0; i--) {
      const address = parseAddress(list[i]!)
      if (!address) return { address: undefined, trusted: false, skipXffAppend }
      if (i === 0 || !cidrs.contains(address.ip)) return { address, trusted: false, skipXffAppend }
    }
    return { address: undefined, trusted: false, skipXffAppend }
  }
}

function customHeader(config: CustomHeaderConfig): OriginalIpDetection {
  const name = config.headerName.toLowerCase()
  const code = config.rejectWithStatus?.code
  const reject =
    config.rejectWithStatus === undefined
      ? undefined
      : { status: code !== undefined && code >= 400 && code <= 511 ? code : 403, body: '' }
  return (headers) => {
    const value = headers.get(name)
    const address = value === undefined ? undefined : parseAddress(value)
    if (address) return { address, trusted: config.allowExtensionToSetAddressAsTrusted }
    return { address: undefined, trusted: false, ...(reject ? { reject } : {}) }
  }
}
