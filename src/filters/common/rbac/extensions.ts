import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { celService, createStringMatcher } from '../../../engine/match/index.ts'
import { parseUriTemplate } from '../../../engine/route/uri-template.ts'
import type { CertificateInfo } from '../../../engine/stream-info.ts'
import type { TypedExtensionConfig } from '../../../envoy/types/envoy/config/core/v3/extension_pb.d.ts'
import type { UriTemplateMatchConfig } from '../../../envoy/types/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.d.ts'
import type { UpstreamIpPortMatcher } from '../../../envoy/types/envoy/extensions/rbac/matchers/upstream_ip_port/v3/upstream_ip_port_matcher_pb.d.ts'
import type { Config as MtlsAuthenticated } from '../../../envoy/types/envoy/extensions/rbac/principals/mtls_authenticated/v3/mtls_authenticated_pb.d.ts'
import type { SubjectTest } from './policy.ts'

/** A policy's CEL condition: no value, or one that is not true, does not match. */
export function celCondition(expr: unknown, context: FilterFactoryContext, path: string): SubjectTest {
  const service = celService(context.host)
  if (!service) throw new ConfigError(path, 'CEL is not loaded, so the condition cannot be evaluated')
  const condition = service.compile({ expr }, path)
  return ({ connection, info, headers }) => condition.evaluate({ connection, info, requestHeaders: headers }) === true
}

export function uriTemplateTest(
  config: TypedExtensionConfig,
  context: FilterFactoryContext,
  path: string,
): SubjectTest {
  const message = unpack<UriTemplateMatchConfig>(config, context, path)
  const template = parseUriTemplate(message.pathTemplate, `${path}.typed_config.path_template`)
  return ({ headers }) => {
    const value = headers?.get(':path')
    return value !== undefined && template.match(value.split(/[?#]/, 1)[0]!) !== undefined
  }
}

/** Permission extensions: upstream_ip_port sees only what an earlier filter has stored, which nothing here does. */
export function permissionExtension(
  config: TypedExtensionConfig,
  context: FilterFactoryContext,
  path: string,
): SubjectTest {
  unpack<UpstreamIpPortMatcher>(config, context, path)
  return () => false
}

/** Kinds of subject alternative names by number (SubjectAltNameMatcher.SanType). */
const SANS_OF: Record<number, (peer: CertificateInfo) => string[]> = {
  1: (peer) => peer.emailSans,
  2: (peer) => peer.dnsSans,
  3: (peer) => peer.uriSans,
  4: (peer) => peer.ipSans,
}

/** Principal extensions: mtls_authenticated wants a validated peer certificate, and a matching name if it asks for one. */
export function principalExtension(
  config: TypedExtensionConfig,
  context: FilterFactoryContext,
  path: string,
): SubjectTest {
  const { sanMatcher, anyValidatedClientCertificate } = unpack<MtlsAuthenticated>(config, context, path)
  if (!sanMatcher) {
    if (!anyValidatedClientCertificate)
      throw new ConfigError(
        `${path}.typed_config`,
        'either any_validated_client_certificate or san_matcher has to be set',
      )
    return ({ connection }) => connection.tls?.peerValidated === true
  }
  const at = `${path}.typed_config.san_matcher`
  const sansOf = SANS_OF[sanMatcher.sanType]
  if (!sansOf || !sanMatcher.matcher) throw new ConfigError(at, 'san_matcher needs a san_type and a matcher')
  const matcher = createStringMatcher(sanMatcher.matcher, `${at}.matcher`, context.services)
  return ({ connection: { tls } }) =>
    tls?.peerValidated === true && tls.peer !== undefined && sansOf(tls.peer).some((value) => matcher.matches(value))
}

function unpack<T>(config: TypedExtensionConfig, context: FilterFactoryContext, path: string): T {
  const message = context.services.registry.unpack(config.typedConfig)?.message
  if (!message) throw new ConfigError(`${path}.typed_config`, `${config.name}: its type is not known here`)
  return message as T
}
