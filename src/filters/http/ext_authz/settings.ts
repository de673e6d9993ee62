import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { createFraction, createMetadataMatcher } from '../../../engine/match/index.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type {
  BufferSettings,
  ExtAuthz,
  ExtAuthzPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.d.ts'
import { labelsOf } from '../../common/ext-authz/check-request.ts'
import type { AuthzClient } from '../../common/ext-authz/client.ts'
import { createGrpcAuthz } from '../../common/ext-authz/grpc-client.ts'
import { ALWAYS_SENT, createHttpAuthz, type NameMatcher, nameMatcher } from '../../common/ext-authz/http-client.ts'
import { createMutationRules } from '../../common/mutation-rules.ts'
import { perConfig } from '../../per-config.ts'

/** The filter's configuration, made ready once for its place in a chain. */
export interface ExtAuthzSettings {
  config: ExtAuthz
  client: AuthzClient
  /** Whether the request is checked at all, and what decides that, in words. */
  enabled(metadata: { get(namespace: string): JsonObject | undefined }): { enabled: boolean; why: string }
  denyWhenDisabled(): boolean
  statusOnError: number
  /** Which request headers the service gets to see. */
  sees: NameMatcher
  /** Undefined: every change the service asks for is made. */
  mutationRules: ReturnType<typeof createMutationRules> | undefined
  /** clear_route_cache_headers, in lower case; empty: any change clears the cache. */
  routeHeaders: ReadonlySet<string>
  labels: Record<string, string>
  forRoute(config: ExtAuthzPerRoute): RouteSettings
}

/** What a route says of the check. */
export interface RouteSettings {
  disabled: boolean
  noBody: boolean
  body: BufferSettings | undefined
  contextExtensions: Record<string, string>
  /** A service of the route's own. */
  client: AuthzClient | undefined
}

/** @throws ConfigError for what Envoy refuses: no service, headers listed twice, bad matchers. */
export function extAuthzSettings(config: ExtAuthz, context: FilterFactoryContext): ExtAuthzSettings {
  const { services, path } = context
  const enabled = config.filterEnabled && createFraction(config.filterEnabled, services.runtime)
  const metadata =
    config.filterEnabledMetadata &&
    createMetadataMatcher(config.filterEnabledMetadata, `${path}.filter_enabled_metadata`)
  const deny = config.denyAtDisable
  const code = config.statusOnError?.code ?? 0
  return {
    config,
    client: clientOf(config, context),
    enabled(dynamicMetadata) {
      if (enabled && !enabled.enabled()) return { enabled: false, why: `filter_enabled is ${enabled.description}` }
      if (metadata && !metadata.matches(dynamicMetadata))
        return { enabled: false, why: `filter_enabled_metadata: ${metadata.description} does not hold` }
      return { enabled: true, why: metadata ? `filter_enabled_metadata: ${metadata.description}` : '' }
    },
    denyWhenDisabled: () => deny !== undefined && services.runtime.boolean(deny.runtimeKey, deny.defaultValue ?? false),
    statusOnError: code === 0 ? 403 : code,
    sees: seenHeaders(config, context),
    mutationRules:
      config.decoderHeaderMutationRules &&
      createMutationRules(config.decoderHeaderMutationRules, `${path}.decoder_header_mutation_rules`),
    routeHeaders: new Set(config.clearRouteCacheHeaders.map((name) => name.toLowerCase())),
    labels: labelsOf(services.node.metadata[config.bootstrapMetadataLabelsKey]),
    forRoute: perConfig((perRoute: ExtAuthzPerRoute) =>
      routeSettings(perRoute, 'per-route config', services, {
        packAsBytes: config.services.case === 'httpService' || (config.withRequestBody?.packAsBytes ?? false),
        rawHeaders: config.encodeRawHeaders,
      }),
    ),
  }
}

function clientOf({ services: service, withRequestBody, encodeRawHeaders }: ExtAuthz, context: FilterFactoryContext) {
  const { services, path } = context
  switch (service.case) {
    case 'grpcService':
      return createGrpcAuthz(service.value, `${path}.grpc_service`, services, {
        packAsBytes: withRequestBody?.packAsBytes ?? false,
        rawHeaders: encodeRawHeaders,
      })
    case 'httpService':
      return createHttpAuthz(service.value, `${path}.http_service`, services, encodeRawHeaders)
    default:
      throw new ConfigError(path, 'name the service that decides: http_service or grpc_service')
  }
}

function seenHeaders(config: ExtAuthz, { services, path }: FilterFactoryContext): NameMatcher {
  const http = config.services.case === 'httpService' ? config.services.value : undefined
  const older = http?.authorizationRequest?.allowedHeaders
  if (config.allowedHeaders && older)
    throw new ConfigError(
      `${path}.http_service.authorization_request.allowed_headers`,
      'allowed_headers is set here and in the filter itself; keep the one in the filter',
    )
  const allowed =
    http || config.allowedHeaders
      ? nameMatcher(config.allowedHeaders ?? older, `${path}.allowed_headers`, services, http ? ALWAYS_SENT : [])
      : () => true
  const disallowed = config.disallowedHeaders
    ? nameMatcher(config.disallowedHeaders, `${path}.disallowed_headers`, services)
    : () => false
  return (name) => !disallowed(name) && allowed(name)
}

/** How the filter writes requests to gRPC services: a route's service gets them in the same form. */
interface Form {
  packAsBytes: boolean
  rawHeaders: boolean
}

/** @throws ConfigError for settings of the body that exclude each other, and for a service that Envoy refuses. */
export function routeSettings(
  { override }: ExtAuthzPerRoute,
  path: string,
  services: EngineServices,
  form: Form = { packAsBytes: false, rawHeaders: false },
): RouteSettings {
  if (override.case === 'disabled')
    return { disabled: override.value, noBody: false, body: undefined, contextExtensions: {}, client: undefined }
  const settings = override.value
  const at = `${path}.check_settings`
  if (settings?.disableRequestBodyBuffering && settings.withRequestBody)
    throw new ConfigError(at, 'disable_request_body_buffering and with_request_body exclude each other')
  const service = settings?.serviceOverride
  const client =
    service?.case === 'grpcService'
      ? createGrpcAuthz(service.value, `${at}.grpc_service`, services, form)
      : service?.case === 'httpService'
        ? createHttpAuthz(service.value, `${at}.http_service`, services, form.rawHeaders)
        : undefined
  return {
    disabled: false,
    noBody: settings?.disableRequestBodyBuffering ?? false,
    body: settings?.withRequestBody,
    contextExtensions: settings?.contextExtensions ?? {},
    client,
  }
}
