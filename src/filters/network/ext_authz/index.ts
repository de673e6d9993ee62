import { ConfigError } from '../../../engine/catalogue.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import { createMetadataMatcher } from '../../../engine/match/index.ts'
import type { NetworkConnection, NetworkFactoryContext, NetworkFilter } from '../../../engine/network/types.ts'
import { type JsonObject, StreamInfo } from '../../../engine/stream-info.ts'
import type { ExtAuthz } from '../../../envoy/types/envoy/extensions/filters/network/ext_authz/v3/ext_authz_pb.d.ts'
import type { AuthzAnswer } from '../../common/ext-authz/answer.ts'
import { labelsOf, peersOf } from '../../common/ext-authz/check-request.ts'
import type { AuthzClient } from '../../common/ext-authz/client.ts'
import { createGrpcAuthz } from '../../common/ext-authz/grpc-client.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

interface Shared {
  client: AuthzClient
  labels: Record<string, string>
  metadata: ReturnType<typeof createMetadataMatcher> | undefined
}

/**
 * Asks when the first byte comes, and holds everything back until the service has answered.
 * Envoy: source/extensions/filters/network/ext_authz/ext_authz.cc.
 */
export const networkExtAuthz = defineNetworkFilter<ExtAuthz, Shared>({
  ...about,
  shared: sharedOf,
  create: ({ config, shared }) => extAuthzFilter(config, shared),
})

function sharedOf(config: ExtAuthz, { services, path }: NetworkFactoryContext): Shared {
  if (config.statPrefix === '') throw new ConfigError(`${path}.stat_prefix`, 'is required')
  if (!config.grpcService) throw new ConfigError(`${path}.grpc_service`, 'is required: name the service that decides')
  return {
    client: createGrpcAuthz(config.grpcService, `${path}.grpc_service`, services, {
      packAsBytes: false,
      rawHeaders: false,
    }),
    labels: labelsOf(services.node.metadata[config.bootstrapMetadataLabelsKey]),
    metadata:
      config.filterEnabledMetadata &&
      createMetadataMatcher(config.filterEnabledMetadata, `${path}.filter_enabled_metadata`),
  }
}

function extAuthzFilter(config: ExtAuthz, { client, labels, metadata }: Shared): NetworkFilter {
  let state: 'new' | 'calling' | 'passed' | 'closed' = 'new'
  let initiating = false
  let call: Timer | undefined

  const check = (connection: NetworkConnection) => {
    const { info } = connection
    const options = {
      includeCertificate: config.includePeerCertificate,
      includeTlsSession: config.includeTlsSession,
      labels,
    }
    const found: Record<string, JsonObject> = {}
    for (const name of config.metadataContextNamespaces) {
      const value = info.dynamicMetadata.get(name)
      if (value) found[name] = value
    }
    const request = {
      ...peersOf(info, options, { source: '', destination: info.requestedServerName }),
      http: undefined,
      contextExtensions: {},
      metadata: found,
      routeMetadata: {},
    }
    connection.note(`asks ${client.target}`)
    state = 'calling'
    initiating = true
    const parent = { info: new StreamInfo(info, connection.loop.now), trace: connection.trace }
    call = client.check(request, parent, (answer) => {
      call = undefined
      complete(answer, connection)
    })
    initiating = false
  }

  const complete = (answer: AuthzAnswer, connection: NetworkConnection) => {
    const { verdict, reason } = answer
    connection.note(reason)
    if (answer.metadata && Object.keys(answer.metadata).length > 0)
      connection.info.dynamicMetadata.set(about.name, answer.metadata)
    const refused = verdict === 'denied' || (verdict === 'error' && !config.failureModeAllow)
    if (refused && !config.shadowMode) {
      state = 'closed'
      connection.close('NoFlush', 'ext_authz_close')
      return
    }
    if (verdict !== 'ok')
      connection.note(config.shadowMode ? 'shadow_mode lets it pass' : 'failure_mode_allow lets it pass')
    state = 'passed'
    if (!initiating) connection.continueReading()
  }

  return {
    onData(_data, connection) {
      if (state === 'new') {
        if (metadata && !metadata.matches(connection.info.dynamicMetadata)) {
          connection.note(`filter_enabled_metadata: ${metadata.description} does not hold`)
          state = 'passed'
        } else check(connection)
      }
      return state === 'passed' ? 'Continue' : 'StopIteration'
    },
    onClose() {
      call?.cancel()
    },
  }
}
