import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type {
  JwtAuthentication,
  PerRouteConfig,
} from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { type JwtStatus, statusText } from '../../common/jwt/status.ts'
import { originalUri } from '../../common/original-uri.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import type { Verification } from './authenticator.ts'
import { type JwtConfig, loadConfig } from './config.ts'

/**
 * Lets requests through that carry the tokens asked for, and hands on what is in them.
 * Envoy: source/extensions/filters/http/jwt_authn/filter.cc.
 */
export const jwtAuthn = defineHttpFilter<JwtAuthentication, JwtConfig>({
  ...about,
  shared: loadConfig,
  create: ({ shared }) => jwtFilter(shared),
})

function jwtFilter(config: JwtConfig): HttpFilter {
  let state: 'calling' | 'responded' | 'complete' = 'complete'
  let stopped = false
  let verification: Verification | undefined

  const finish = (stream: HttpStream, status: JwtStatus, realm: string) => {
    if (verification && Object.keys(verification.extracted).length > 0)
      stream.info.dynamicMetadata.set(about.name, verification.extracted)
    giveUpFetches(verification)
    if (status === 'Ok') {
      state = 'complete'
      if (stopped) stream.continueDecoding()
      return
    }
    state = 'responded'
    const text = statusText(status)
    stream.reply(status === 'JwtAudienceNotAllowed' ? 403 : 401, config.stripFailureResponse ? '' : text, {
      details: denied(text),
      headers(headers) {
        if (config.stripFailureResponse) return
        const error = status === 'JwtMissed' ? '' : ', error="invalid_token"'
        headers.set('www-authenticate', `Bearer realm="${realm}"${error}`)
      },
    })
  }

  return {
    decodeHeaders(headers, stream) {
      config.sanitize(headers)
      if (config.bypassCorsPreflight && isPreflight(headers)) {
        stream.note('a CORS preflight: it passes without a token')
        return 'Continue'
      }
      const perRoute = stream.perRoute<PerRouteConfig>()
      const { requirement, why, problem } = perRoute
        ? config.forRoute(perRoute)
        : config.forRequest(headers, stream.info)
      stream.note(why)
      if (problem !== undefined) {
        state = 'responded'
        const body = config.stripFailureResponse ? '' : `Failed JWT authentication: ${problem}`
        return stream.reply(403, body, { details: denied(problem) })
      }
      if (!requirement) return 'Continue'
      state = 'calling'
      const realm = originalUri(headers)
      const now = Math.floor((stream.host.startTime + stream.loop.now) / 1000)
      verification = { headers, stream, now, extracted: {}, fetches: new Set() }
      requirement(verification, (status) => finish(stream, status, realm))
      if (state === ('complete' as typeof state)) return 'Continue'
      stopped = true
      return 'StopIteration'
    },
    decodeData: () => (state === 'calling' ? 'StopIterationAndWatermark' : 'Continue'),
    decodeTrailers: () => (state === 'calling' ? 'StopIteration' : 'Continue'),
    onDestroy: () => giveUpFetches(verification),
  }
}

function giveUpFetches(verification: Verification | undefined): void {
  for (const fetch of verification?.fetches ?? []) fetch.cancel()
  verification?.fetches.clear()
}

function isPreflight(headers: HeaderMap): boolean {
  const hasBoth = headers.get('origin') && headers.get('access-control-request-method')
  return headers.get(':method') === 'OPTIONS' && Boolean(hasBoth)
}

function denied(reason: string): string {
  return `jwt_authn_access_denied{${reason.replace(/\s/g, '_')}}`
}
