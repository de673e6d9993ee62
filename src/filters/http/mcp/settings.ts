import type { Mcp, McpOverride } from '../../../envoy/types/envoy/extensions/filters/http/mcp/v3/mcp_pb.d.ts'
import { type Attributes, attributes } from './message.ts'

const MODES = ['pass', 'reject', 'noop'] as const
const DEFAULT_MAX_BODY = 8192
/** Versions of the protocol that the filter knows. */
const VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']

/** The filter's or a route's configuration made ready. */
export interface McpSettings {
  mode: (typeof MODES)[number]
  clearRouteCache: boolean
  /** Bytes that are read of a body; 0 is all. */
  maxBody: number
  attributes: Attributes
  toMetadata: boolean
  toFilterState: boolean
  rejectDuplicates: boolean
  /** Header values count for more than the body. */
  preferHeaders: boolean
  /** Trace context and baggage of messages become headers. */
  traceContext: boolean
  baggage: boolean
  /** Set when max_supported_protocol_version is. */
  versions: readonly string[] | undefined
}

/** Envoy: McpFilterConfig in source/extensions/filters/http/mcp/mcp_filter.cc. */
export function mcpSettings(config: Mcp): McpSettings {
  const maxVersion = config.maxSupportedProtocolVersion
  return {
    ...common(config),
    maxBody: config.maxRequestBodySize ?? DEFAULT_MAX_BODY,
    rejectDuplicates: config.rejectDuplicateKeys ?? false,
    traceContext: config.propagateTraceContext !== undefined,
    baggage: config.propagateBaggage !== undefined,
    preferHeaders: config.attributeSource === 2,
    versions: maxVersion === undefined ? undefined : VERSIONS.filter((version) => version <= maxVersion),
  }
}

/** A route's message replaces what it speaks of, its defaults included, but for a body limit that it leaves out. */
export function overriddenSettings(base: McpSettings, config: McpOverride): McpSettings {
  return {
    ...base,
    ...common(config),
    maxBody: config.maxRequestBodySize ?? base.maxBody,
    rejectDuplicates: config.rejectDuplicateKeys,
  }
}

function common(config: Mcp | McpOverride) {
  const storage = config.requestStorageMode
  return {
    mode: MODES[config.trafficMode] ?? 'pass',
    clearRouteCache: config.clearRouteCache,
    attributes: attributes(config.parserConfig),
    toMetadata: storage !== 2,
    toFilterState: storage === 2 || storage === 3,
  }
}
