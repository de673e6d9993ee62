import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { EngineServices } from '../services.ts'
import type { CertificateInfo } from '../stream-info.ts'
import { asciiLower } from './ascii.ts'
import { percentDecode, queryParameters } from './query.ts'
import type { InputValue, MatchContext } from './types.ts'
import { metadataValue } from './value.ts'

/** An input cannot say yet: its data has not come. */
export const NOT_YET = Symbol('not available yet')

/** A data input made ready. */
export interface DataInput {
  readonly typeName: string
  read(context: MatchContext): InputValue | typeof NOT_YET
}

/** xds.core.v3 and config.core.v3 TypedExtensionConfig alike. */
export interface ExtensionConfig {
  name: string
  typedConfig?: unknown
}

type Reader = (context: MatchContext) => InputValue | typeof NOT_YET
type Factory = (config: never, services: EngineServices) => Reader

const NETWORK = 'envoy.extensions.matching.common_inputs.network.v3.'
const SSL = 'envoy.extensions.matching.common_inputs.ssl.v3.'
const HTTP = 'envoy.type.matcher.v3.'

/** Type name of the CEL input: only the CEL matcher reads it, and it looks at the whole context. */
const CEL_INPUT = 'xds.type.matcher.v3.HttpAttributesCelMatchInput'

const FACTORIES: Record<string, Factory> = {
  [`${HTTP}HttpRequestHeaderMatchInput`]: header((context) => context.requestHeaders),
  [`${HTTP}HttpRequestTrailerMatchInput`]: header((context) => context.requestTrailers),
  [`${HTTP}HttpResponseHeaderMatchInput`]: header((context) => context.responseHeaders),
  [`${HTTP}HttpResponseTrailerMatchInput`]: header((context) => context.responseTrailers),
  [`${HTTP}HttpRequestQueryParamMatchInput`]: (config: { queryParam: string }) => (context) => {
    if (!context.requestHeaders) return NOT_YET
    const found = queryParameters(context.requestHeaders.get(':path') ?? '').find(
      ([name]) => percentDecode(name) === config.queryParam,
    )
    return found && percentDecode(found[1])
  },
  [`${HTTP}HttpResponseStatusCodeMatchInput`]: () => (context) => {
    if (!context.responseHeaders) return NOT_YET
    return context.responseHeaders.get(':status')
  },
  [`${HTTP}HttpResponseStatusCodeClassMatchInput`]: () => (context) => {
    if (!context.responseHeaders) return NOT_YET
    const status = context.responseHeaders.get(':status') ?? ''
    return /^[1-5]\d\d$/.test(status) ? `${status[0]}xx` : undefined
  },
  [`${NETWORK}DestinationIPInput`]: () => (context) => ipOf(context.connection.local),
  [`${NETWORK}DestinationPortInput`]: () => (context) => portOf(context.connection.local),
  [`${NETWORK}SourceIPInput`]: () => (context) => ipOf(context.info?.remote ?? context.connection.remote),
  [`${NETWORK}SourcePortInput`]: () => (context) => portOf(context.info?.remote ?? context.connection.remote),
  [`${NETWORK}DirectSourceIPInput`]: () => (context) => ipOf(context.connection.directRemote),
  [`${NETWORK}SourceTypeInput`]: () => (context) => {
    const { remote, local } = context.connection
    return remote.ip === local.ip || isLoopback(remote.ip) ? 'local' : undefined
  },
  [`${NETWORK}ServerNameInput`]: () => (context) => context.connection.requestedServerName || undefined,
  [`${NETWORK}TransportProtocolInput`]: () => (context) => context.connection.transportProtocol || undefined,
  [`${NETWORK}ApplicationProtocolInput`]: () => (context) => {
    const protocols = context.connection.applicationProtocols
    return protocols.length > 0 ? protocols.map((protocol) => `'${protocol}'`).join(',') : undefined
  },
  [`${NETWORK}FilterStateInput`]: (config: { key: string; field: string }) => (context) => {
    const object = (context.info?.filterState ?? context.connection.filterState).get(config.key)
    if (!config.field) return object?.text
    const value = object?.fields?.[config.field]
    return value === undefined ? undefined : String(value)
  },
  [`${NETWORK}DynamicMetadataInput`]: (config: { filter: string; path: { segment: { value?: string } }[] }) => {
    const keys = config.path.map((segment) => segment.segment.value ?? '')
    return (context) => {
      const value = metadataValue(
        context.info?.dynamicMetadata ?? context.connection.dynamicMetadata,
        config.filter,
        keys,
      )
      return value === undefined ? undefined : { json: value }
    }
  },
  [`${NETWORK}NetworkNamespaceInput`]: () => () => undefined,
  [`${SSL}UriSanInput`]: certificate((peer) => peer.uriSans.join(',')),
  [`${SSL}DnsSanInput`]: certificate((peer) => peer.dnsSans.join(',')),
  [`${SSL}SubjectInput`]: certificate((peer) => peer.subject),
  'envoy.extensions.matching.common_inputs.environment_variable.v3.Config': (config: { name: string }, services) => {
    const value = services.environment?.variables[config.name]
    return () => value
  },
  [CEL_INPUT]: () => () => undefined,
}

/**
 * A data input of a matcher made ready (Envoy: source/common/http/matching/inputs.h, source/common/network/matching/inputs.h).
 * @throws ConfigError at `path` for an input that Envoy, or the simulator, does not know.
 */
export function createInput(config: ExtensionConfig | undefined, path: string, services: EngineServices): DataInput {
  const unpacked = services.registry.unpack(config?.typedConfig)
  const factory = unpacked && FACTORIES[unpacked.typeName]
  if (!unpacked || !factory) {
    throw new ConfigError(path, `no data input of type '${unpacked?.typeName ?? config?.name ?? ''}'`)
  }
  return { typeName: unpacked.typeName, read: factory(unpacked.message as never, services) }
}

function header(pick: (context: MatchContext) => HeaderMap | undefined): Factory {
  return (config: { headerName: string }) => {
    const name = asciiLower(config.headerName)
    return (context) => {
      const headers = pick(context)
      return headers ? headers.joined(name) : NOT_YET
    }
  }
}

function certificate(read: (peer: CertificateInfo) => string): Factory {
  return () => (context) => {
    const peer = context.connection.tls?.peer
    return peer ? read(peer) || undefined : undefined
  }
}

function ipOf(address: { ip: string; text?: string }): string | undefined {
  return address.text === undefined ? address.ip : undefined
}

function portOf(address: { port: number; text?: string }): string | undefined {
  return address.text === undefined ? String(address.port) : undefined
}

/** Exactly 127.0.0.1 or ::1, not all of 127/8 (Network::Utility::isLoopbackAddress). */
function isLoopback(ip: string): boolean {
  return ip === '127.0.0.1' || ip === '::1'
}
