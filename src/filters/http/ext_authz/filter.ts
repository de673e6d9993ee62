import { textOf, utf8 } from '../../../engine/bytes.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { HttpFilter, HttpStream, ResumeAction } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isUpgrade } from '../../../engine/http/header-utility.ts'
import { asciiLower } from '../../../engine/match/ascii.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { ExtAuthzPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.d.ts'
import type { AuthzAnswer, AuthzHeader } from '../../common/ext-authz/answer.ts'
import { type CheckBody, httpAttributes, peersOf } from '../../common/ext-authz/check-request.ts'
import { about } from './about.ts'
import { applyHeader, changeRequest, invalidHeader, touchesRoute } from './mutations.ts'
import type { ExtAuthzSettings, RouteSettings } from './settings.ts'

const FAILURE_ALLOWED = 'x-envoy-auth-failure-mode-allowed'

/** One request's check: buffers the body where asked, calls the service, and lets the request go on or answers it. */
export function extAuthzFilter(settings: ExtAuthzSettings): HttpFilter {
  const { config } = settings
  let headers: HeaderMap
  let buffering = false
  let maxBytes = 0
  let partialAllowed = false
  let stopped = false
  let initiating = false
  let call: Timer | undefined
  let startedAt = 0
  let responseHeaders: AuthzHeader[] = []

  const isFull = (stream: HttpStream, arriving: number) =>
    partialAllowed && arriving + (stream.decodingBuffer()?.length ?? 0) >= maxBytes

  const initiate = (stream: HttpStream) => {
    if (stopped) return
    const routes = routeSettings(stream, settings)
    const client = routes.at(-1)?.client ?? settings.client
    startedAt = stream.loop.now
    if (config.emitFilterStateStats || config.filterMetadata) exposeCall(stream)
    stopped = true
    initiating = true
    stream.note(`asks ${client.target}`)
    const request = {
      ...peersOf(
        stream.info.connection,
        {
          includeCertificate: config.includePeerCertificate,
          includeTlsSession: config.includeTlsSession,
          labels: settings.labels,
        },
        { source: headers.get('x-envoy-downstream-service-cluster') ?? '', destination: '' },
      ),
      http: httpAttributes(headers, stream.info, stream.host.startTime, settings.sees, bodyFor(stream)),
      contextExtensions: Object.assign({}, ...routes.map(({ contextExtensions }) => contextExtensions)),
      metadata: pick(
        config.metadataContextNamespaces,
        (name) => stream.info.dynamicMetadata.get(name) ?? stream.info.connection.dynamicMetadata.get(name),
      ),
      routeMetadata: pick(config.routeMetadataContextNamespaces, (name) => stream.route()?.metadata[name]),
    }
    call = client.check(request, { info: stream.info, trace: stream.trace }, (answer) => {
      call = undefined
      if (initiating) complete(answer, stream).next()
      else stream.resume(() => complete(answer, stream))
    })
    initiating = false
  }

  const bodyFor = (stream: HttpStream): CheckBody | undefined => {
    const held = stream.decodingBuffer()
    if (maxBytes === 0 || !held) return undefined
    return { bytes: held.bytes().slice(0, maxBytes), partial: held.length > maxBytes }
  }

  // The object has fields, and no form of its own as text or JSON: what filter_metadata holds is for loggers in C++.
  const exposeCall = (stream: HttpStream) => {
    const { filterState } = stream.info
    if (!filterState.get(stream.filterName)) filterState.set(stream.filterName, { lifeSpan: 'Request', fields: {} })
  }

  const complete = (answer: AuthzAnswer, stream: HttpStream): ResumeAction => {
    stream.note(answer.reason)
    const logged = stream.info.filterState.get(stream.filterName)
    if (config.emitFilterStateStats && logged?.fields)
      logged.fields.latency_us = Math.round((stream.loop.now - startedAt) * 1000)
    if (answer.invalidAction && config.validateMutations) return reject(stream, 'an append action that does not exist')
    keepMetadata(answer, stream)
    switch (answer.verdict) {
      case 'ok':
        return allow(answer, stream)
      case 'denied':
        return deny(answer, stream)
      default:
        return fail(answer, stream)
    }
  }

  const keepMetadata = ({ metadata, verdict }: AuthzAnswer, stream: HttpStream) => {
    if (!metadata || Object.keys(metadata).length === 0) return
    if (config.enableDynamicMetadataIngestion === false) {
      stream.note('metadata of the answer is not taken: enable_dynamic_metadata_ingestion is off')
      return
    }
    const duration: JsonObject = verdict === 'ok' ? { ext_authz_duration: Math.trunc(stream.loop.now - startedAt) } : {}
    stream.info.dynamicMetadata.set(about.name, { ...metadata, ...duration })
  }

  const allow = (answer: AuthzAnswer, stream: HttpStream): ResumeAction => {
    if (touchesRoute(answer, settings)) {
      stream.note('the route is chosen anew')
      stream.clearRouteCache()
    }
    const rejection = changeRequest(answer, headers, settings, stream)
    if (rejection !== undefined) return reject(stream, rejection)
    responseHeaders = answer.responseHeaders
    return proceed(stream)
  }

  const deny = (answer: AuthzAnswer, stream: HttpStream): ResumeAction => {
    if (config.shadowMode) return overlook(stream)
    const rejection = invalidHeader(answer.replyHeaders, settings)
    if (rejection !== undefined) return reject(stream, rejection)
    return reply(stream, answer.status ?? 403, cut(answer.body), 'ext_authz_denied', answer.replyHeaders)
  }

  const fail = (answer: AuthzAnswer, stream: HttpStream): ResumeAction => {
    if (config.shadowMode) return overlook(stream)
    if (config.failureModeAllow) {
      stream.note('failure_mode_allow lets it pass')
      if (config.failureModeAllowHeaderAdd) headers.add(FAILURE_ALLOWED, 'true')
      return proceed(stream)
    }
    if (invalidHeader(answer.replyHeaders, settings) !== undefined)
      return reply(stream, settings.statusOnError, '', 'ext_authz_error', [])
    const status = answer.status ?? settings.statusOnError
    return reply(stream, status, cut(answer.body), 'ext_authz_error', answer.replyHeaders)
  }

  const overlook = (stream: HttpStream): ResumeAction => {
    stream.note('shadow_mode lets it pass')
    return proceed(stream)
  }

  const cut = (body: string): string => {
    const bytes = utf8(body)
    const limit = config.maxDeniedResponseBodyBytes
    return limit > 0 && bytes.length > limit ? textOf(bytes.subarray(0, limit)) : body
  }

  const reject = (stream: HttpStream, why: string): ResumeAction => {
    stream.note(`the answer is not used: ${why}`)
    return reply(stream, 500, '', 'ext_authz_invalid', [])
  }

  const proceed = (stream: HttpStream): ResumeAction => {
    buffering = false
    stopped = false
    const at = initiating
    return { status: 'Continue', next: () => (at ? undefined : stream.continueDecoding()) }
  }

  return {
    decodeHeaders(requestHeaders, stream, endStream) {
      if (!stream.route()) {
        stream.note('no route: nothing to check')
        return 'Continue'
      }
      const route = routeSettings(stream, settings).at(-1)
      if (route?.disabled) {
        stream.note('disabled by the route')
        return 'Continue'
      }
      const { enabled, why } = settings.enabled(stream.info.dynamicMetadata)
      if (why !== '') stream.note(why)
      if (!enabled) {
        if (!settings.denyWhenDisabled()) return 'Continue'
        stream.note('deny_at_disable refuses what is not checked')
        reply(stream, settings.statusOnError, '', 'ext_authz_error', []).next()
        return 'StopIteration'
      }
      headers = requestHeaders
      maxBytes = config.withRequestBody?.maxRequestBytes ?? 0
      const body = route?.body
      buffering = (maxBytes > 0 || body !== undefined) && !route?.noBody && !endStream && !isTunnel(headers)
      if (buffering) {
        partialAllowed = (body ?? config.withRequestBody)?.allowPartialMessage ?? false
        if (body) maxBytes = body.maxRequestBytes
        if (!partialAllowed) stream.bufferLimit = maxBytes
        stream.note(`waits for ${partialAllowed ? 'as much as' : 'all of the body, at most'} ${maxBytes} bytes`)
        return 'StopIteration'
      }
      initiate(stream)
      return stopped ? 'StopAllIterationAndWatermark' : 'Continue'
    },
    decodeData(data, stream, endStream) {
      if (!buffering) return 'Continue'
      if (!endStream && !isFull(stream, data.length)) return 'StopIterationAndBuffer'
      stream.addDecodedData(data, true)
      initiate(stream)
      return stopped ? 'StopIterationAndWatermark' : 'Continue'
    },
    decodeTrailers(_trailers, stream) {
      if (!buffering) return 'Continue'
      initiate(stream)
      return stopped ? 'StopIteration' : 'Continue'
    },
    encodeHeaders(response) {
      for (const { name, value, action } of responseHeaders) applyHeader(asciiLower(name), value, action, response)
      return 'Continue'
    },
    onDestroy() {
      call?.cancel()
    },
  }
}

function reply(
  stream: HttpStream,
  status: number,
  body: string,
  details: string,
  headers: readonly AuthzHeader[],
): ResumeAction {
  const next = () => {
    stream.info.flags.add('UAEX')
    stream.reply(status, body, {
      details,
      headers: (response) => {
        // What the service sends stands in for what is there; a name may come more than once, as set-cookie does.
        for (const { name } of headers) response.remove(asciiLower(name))
        for (const { name, value } of headers) response.add(asciiLower(name), value)
      },
    })
  }
  return { status: 'StopIteration', next }
}

function routeSettings(stream: HttpStream, settings: ExtAuthzSettings): RouteSettings[] {
  return stream.perRouteConfigs().map(({ message }) => settings.forRoute(message as ExtAuthzPerRoute))
}

// A body without end is not waited for.
function isTunnel(headers: HeaderMap): boolean {
  if (headers.get(':method') === 'CONNECT' && headers.get(':protocol')) return true
  return isUpgrade(headers) && headers.get('upgrade')?.toLowerCase() === 'websocket'
}

function pick(names: readonly string[], get: (name: string) => JsonObject | undefined): Record<string, JsonObject> {
  const found: Record<string, JsonObject> = {}
  for (const name of names) {
    const value = get(name)
    if (value) found[name] = value
  }
  return found
}
