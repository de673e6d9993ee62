import type {
  RateLimit_Action as ActionConfig,
  RateLimit_Action_MetaData as MetadataAction,
} from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { MetadataKey } from '../../envoy/types/envoy/type/metadata/v3/metadata_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { parseFormat } from '../format/formatter.ts'
import type { Formatter } from '../format/types.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import { celService, celSource } from '../match/cel.ts'
import { CidrList, parseIp } from '../match/cidr.ts'
import { createHeaderMatchers, matchesAll } from '../match/header.ts'
import { queryParameter, queryParameters } from '../match/query.ts'
import { createStringMatcher, type StringMatcherConfig } from '../match/string.ts'
import { metadataValue } from '../match/value.ts'
import type { EngineServices } from '../services.ts'
import type { JsonObject, StreamInfo } from '../stream-info.ts'

export interface DescriptorContext {
  headers: HeaderMap
  info: StreamInfo
  /** The proxy's own cluster (node.cluster), for source_cluster. */
  localCluster: string
  /** Whether the runtime switches limits with this disable_key off; left out: nothing is. */
  isDisabled?: (disableKey: string) => boolean
}

/** One entry; `skipped` when the action allows its value to be absent; undefined: the whole descriptor is dropped. */
type Entry = { key: string; value: string } | 'skipped' | undefined
type DescriptorAction = (context: DescriptorContext) => Entry

/** A rate limit's action made ready. */
export function createDescriptorAction(config: ActionConfig, path: string, services: EngineServices): DescriptorAction {
  const { actionSpecifier: action } = config
  switch (action.case) {
    case 'sourceCluster':
      return ({ localCluster }) => ({ key: 'source_cluster', value: localCluster })
    case 'destinationCluster':
      return ({ info }) => {
        const value = info.route?.clusterName
        return value === undefined ? undefined : { key: 'destination_cluster', value }
      }
    case 'requestHeaders': {
      const { headerName, descriptorKey, skipIfAbsent } = action.value
      const name = asciiLower(toByteString(headerName))
      return ({ headers }) => present(descriptorKey, headers.joined(name), skipIfAbsent)
    }
    case 'queryParameters': {
      const { queryParameterName, descriptorKey, skipIfAbsent } = action.value
      return ({ headers }) =>
        present(descriptorKey, queryParameter(headers.get(':path') ?? '', queryParameterName), skipIfAbsent)
    }
    case 'remoteAddress':
      return ({ info }) =>
        info.remote.text === undefined ? { key: 'remote_address', value: info.remote.ip } : undefined
    case 'maskedRemoteAddress': {
      const { v4PrefixMaskLen = 32, v6PrefixMaskLen = 128 } = action.value
      return ({ info }) => maskedAddress(info, v4PrefixMaskLen, v6PrefixMaskLen)
    }
    case 'genericKey': {
      const { descriptorKey, descriptorValue, defaultValue } = action.value
      const value = literalOrFormat(descriptorValue, `${path}.generic_key.descriptor_value`, services)
      return (context) => formatted(descriptorKey || 'generic_key', value, defaultValue, context)
    }
    case 'headerValueMatch': {
      const { descriptorKey, descriptorValue, defaultValue, expectMatch = true, headers: matchers } = action.value
      const tests = createHeaderMatchers(matchers, `${path}.header_value_match.headers`, services)
      const value = literalOrFormat(descriptorValue, `${path}.header_value_match.descriptor_value`, services)
      return (context) =>
        matchesAll(tests, context.headers) === expectMatch
          ? formatted(descriptorKey || 'header_match', value, defaultValue, context)
          : undefined
    }
    case 'queryParameterValueMatch':
      return queryValueMatch(action.value, `${path}.query_parameter_value_match`, services)
    case 'remoteAddressMatch': {
      const { descriptorKey, descriptorValue, defaultValue, addressMatcher } = action.value
      const ranges = new CidrList(addressMatcher?.ranges ?? [], `${path}.remote_address_match.address_matcher.ranges`)
      const value = literalOrFormat(descriptorValue, `${path}.remote_address_match.descriptor_value`, services)
      return (context) =>
        ranges.contains(context.info.remote.ip) !== (addressMatcher?.invertMatch ?? false)
          ? formatted(descriptorKey || 'remote_address_match', value, defaultValue, context)
          : undefined
    }
    case 'dynamicMetadata': {
      const { descriptorKey, defaultValue, metadataKey } = action.value
      return ({ info }) => {
        const found = metadataKey && metadataValue(info.dynamicMetadata, metadataKey.key, keyPath(metadataKey))
        return present(descriptorKey, stringOr(found, defaultValue), false)
      }
    }
    case 'metadata':
      return metadataAction(action.value, services)
    case 'extension':
      return extensionAction(action.value, `${path}.extension`, services)
    default:
      throw new ConfigError(path, 'a rate limit action needs one of its kinds set')
  }
}

/** The keys of a metadata key's path. */
export function keyPath(key: MetadataKey): string[] {
  return key.path.map((segment) => (segment.segment.value as string | undefined) ?? '')
}

function present(key: string, value: string | undefined, skipIfAbsent: boolean): Entry {
  if (value !== undefined) return { key, value }
  return skipIfAbsent ? 'skipped' : undefined
}

function stringOr(value: unknown, fallback: string): string | undefined {
  return typeof value === 'string' && value !== '' ? toByteString(value) : fallback || undefined
}

const FORMATS_FLAG = 'envoy.reloadable_features.enable_formatter_for_ratelimit_action_descriptor_value'

/** A descriptor's value: the text as it is, or a format where the runtime says so. */
function literalOrFormat(text: string, path: string, services: EngineServices): Formatter {
  if (services.runtime.boolean(FORMATS_FLAG, false)) return parseFormat(text, { path, services, omitEmpty: true })
  const bytes = toByteString(text)
  return { constant: bytes, format: () => bytes }
}

function formatted(key: string, value: Formatter, fallback: string, context: DescriptorContext): Entry {
  const text = value.format({ info: context.info, requestHeaders: context.headers }) || fallback
  return text === '' ? undefined : { key, value: text }
}

function maskedAddress(info: StreamInfo, v4: number, v6: number): Entry {
  const ip = info.remote.text === undefined ? parseIp(info.remote.ip) : undefined
  if (!ip) return undefined
  const bytes = ip.toByteArray()
  const length = bytes.length === 4 ? v4 : v6
  const kept = bytes.map((byte, i) => byte & (0xff << Math.min(8, Math.max(0, (i + 1) * 8 - length))) & 0xff)
  const network = bytes.length === 4 ? kept.join('.') : parseIp(v6Text(kept))!.toString()
  return { key: 'masked_remote_address', value: `${network}/${length}` }
}

function v6Text(bytes: number[]): string {
  const groups: string[] = []
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16))
  return groups.join(':')
}

function queryValueMatch(
  config: Extract<ActionConfig['actionSpecifier'], { case: 'queryParameterValueMatch' }>['value'],
  path: string,
  services: EngineServices,
): DescriptorAction {
  const tests = config.queryParameters.map((parameter, i) => {
    const specifier = parameter.queryParameterMatchSpecifier
    const text =
      specifier.case === 'stringMatch'
        ? createStringMatcher(
            specifier.value as StringMatcherConfig,
            `${path}.query_parameters[${i}].string_match`,
            services,
          )
        : undefined
    return { name: toByteString(parameter.name), text }
  })
  const value = literalOrFormat(config.descriptorValue, `${path}.descriptor_value`, services)
  return (context) => {
    const query = new Map(queryParameters(context.headers.get(':path') ?? '').reverse())
    const all = tests.every(({ name, text }) => {
      const found = query.get(name)
      return found !== undefined && (text?.matches(found) ?? true)
    })
    return all === (config.expectMatch ?? true)
      ? formatted(config.descriptorKey || 'query_match', value, config.defaultValue, context)
      : undefined
  }
}

function metadataAction(config: MetadataAction, services: EngineServices): DescriptorAction {
  const { descriptorKey, metadataKey, defaultValue, source, skipIfAbsent } = config
  return ({ info }) => {
    const namespaces = namespacesOf(source, info, services)
    const found = metadataKey && namespaces && metadataValue(namespaces, metadataKey.key, keyPath(metadataKey))
    return present(descriptorKey, stringOr(found, defaultValue), skipIfAbsent)
  }
}

/** RateLimit.Action.MetaData.Source: dynamic, route, cluster; localities have no metadata here. */
function namespacesOf(
  source: number,
  info: StreamInfo,
  services: EngineServices,
): { get(name: string): JsonObject | undefined } | undefined {
  if (source === 0) return info.dynamicMetadata
  const cluster = info.route?.clusterName
  const record =
    source === 1 ? info.route?.metadata : source === 2 && cluster ? services.clusterMetadata?.(cluster) : undefined
  return record && { get: (name) => (Object.hasOwn(record, name) ? record[name] : undefined) }
}

function extensionAction(
  config: { name: string; typedConfig?: unknown },
  path: string,
  services: EngineServices,
): DescriptorAction {
  const unpacked = services.registry.unpack(config.typedConfig)
  if (unpacked?.typeName !== 'envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor') {
    throw new ConfigError(path, `no rate limit descriptor of type '${unpacked?.typeName ?? config.name}'`)
  }
  const message = unpacked.message as {
    descriptorKey: string
    skipIfError: boolean
    exprSpecifier: { case: 'text'; value: string } | { case: string | undefined; value?: unknown }
  }
  const { exprSpecifier } = message
  const source =
    exprSpecifier.case === 'text'
      ? { text: exprSpecifier.value as string }
      : celSource({ exprSpecifier: { case: 'parsedExpr', value: { expr: exprSpecifier.value } }, celExprString: '' })
  const expression = source && celService(services.host)?.compile(source, path)
  return ({ headers, info }) => {
    const value = expression?.evaluate({ connection: info.connection, info, requestHeaders: headers })
    if (value === undefined || value === null) return message.skipIfError ? 'skipped' : undefined
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return text === '' ? 'skipped' : { key: message.descriptorKey, value: text }
  }
}
