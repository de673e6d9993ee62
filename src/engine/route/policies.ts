import type {
  InternalRedirectPolicy,
  RouteAction_RequestMirrorPolicy as MirrorConfig,
  RouteAction,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { HeaderMutations } from '../format/header-mutations.ts'
import { isChangeable } from '../format/header-parser.ts'
import { asciiLower } from '../match/ascii.ts'
import { createFraction } from '../match/fraction.ts'
import type { EngineServices } from '../services.ts'
import type { InternalRedirect, RouteEntry, ShadowPolicy } from './types.ts'

/** request_mirror_policies made ready (Envoy: ShadowPolicyImpl in source/common/router/config_impl.cc). */
export function createShadows(
  configs: readonly MirrorConfig[],
  path: string,
  services: EngineServices,
): ShadowPolicy[] {
  return configs.map((config, i) => createShadow(config, `${path}[${i}]`, services))
}

function createShadow(config: MirrorConfig, path: string, services: EngineServices): ShadowPolicy {
  if ((config.cluster === '') === (config.clusterHeader === '')) {
    throw new ConfigError(path, 'a mirror needs exactly one of cluster and cluster_header')
  }
  const header = asciiLower(toByteString(config.clusterHeader))
  const fraction = config.runtimeFraction && createFraction(config.runtimeFraction, services.runtime)
  const mutations = new HeaderMutations(config.requestHeadersMutations, `${path}.request_headers_mutations`, services)
  return {
    cluster: (headers) => config.cluster || headers.get(header) || undefined,
    sampled: () => fraction?.enabled() ?? true,
    traceSampled: config.traceSampled,
    disableHostSuffix: config.disableShadowHostSuffixAppend,
    hostRewrite: config.hostRewriteLiteral ? toByteString(config.hostRewriteLiteral) : undefined,
    mutateHeaders: (headers, info) => mutations.evaluate(headers, { info, requestHeaders: headers }),
  }
}

const REDIRECT_CODES = [301, 302, 303, 307, 308]

const noInternalRedirect: InternalRedirect = {
  enabled: false,
  maxRedirects: 0,
  handles: () => false,
  allowCrossScheme: false,
  responseHeadersToCopy: [],
  predicates: [],
}

/** internal_redirect_policy, or what the deprecated internal_redirect_action says. */
export function createInternalRedirect(action: RouteAction, path: string, services: EngineServices): InternalRedirect {
  const policy = action.internalRedirectPolicy
  if (policy) return fromPolicy(policy, `${path}.internal_redirect_policy`, services)
  if (action.internalRedirectAction !== 1) return noInternalRedirect
  return {
    ...noInternalRedirect,
    enabled: true,
    maxRedirects: action.maxInternalRedirects ?? 1,
    handles: (status) => status === 302,
  }
}

function fromPolicy(policy: InternalRedirectPolicy, path: string, services: EngineServices): InternalRedirect {
  const configured = policy.redirectResponseCodes.filter((code) => REDIRECT_CODES.includes(code))
  const codes = new Set(policy.redirectResponseCodes.length === 0 ? [302] : configured)
  policy.responseHeadersToCopy.forEach((name, i) => {
    if (!isChangeable(name)) {
      throw new ConfigError(
        `${path}.response_headers_to_copy[${i}]`,
        `'${name}': pseudo headers and host cannot be copied`,
      )
    }
  })
  return {
    enabled: true,
    maxRedirects: policy.maxInternalRedirects ?? 1,
    handles: (status) => codes.has(status),
    allowCrossScheme: policy.allowCrossSchemeRedirect,
    responseHeadersToCopy: policy.responseHeadersToCopy.map((name) => asciiLower(toByteString(name))),
    predicates: policy.predicates.map((predicate, i) => {
      const unpacked = services.registry.unpack(predicate.typedConfig)
      if (!unpacked) throw new ConfigError(`${path}.predicates[${i}]`, `no predicate '${predicate.name}'`)
      return { typeName: unpacked.typeName, name: predicate.name, message: unpacked.message }
    }),
  }
}

/** upgrade_configs: types in lower case, and what CONNECT does. */
export function createUpgrades(action: RouteAction, path: string): Pick<RouteEntry, 'upgrades' | 'connectConfig'> {
  const upgrades = new Map<string, boolean>()
  let connectConfig: RouteEntry['connectConfig']
  action.upgradeConfigs.forEach((config, i) => {
    const type = asciiLower(config.upgradeType)
    if (upgrades.has(type)) throw new ConfigError(`${path}.upgrade_configs[${i}]`, `the upgrade '${type}' stands twice`)
    upgrades.set(type, config.enabled ?? true)
    if (!config.connectConfig) return
    if (type !== 'connect' && type !== 'connect-udp') {
      throw new ConfigError(`${path}.upgrade_configs[${i}].connect_config`, `belongs to CONNECT, not to '${type}'`)
    }
    connectConfig = {
      allowPost: config.connectConfig.allowPost,
      proxyProtocol: config.connectConfig.proxyProtocolConfig,
    }
  })
  return { upgrades, connectConfig }
}
