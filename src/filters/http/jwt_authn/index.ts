import type { HttpFilter, HttpStream, ResumeAction } from '../../../engine/http/filter.ts'
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
  let verification: Verification | undefined

  /** What is to happen with the request; the act itself comes after the step of the trace in which that was found out. */
  const outcome = (stream: HttpStream, status: JwtStatus, realm: string): ResumeAction => {
    if (verification && Object.keys(verification.extracted).length > 0)
      stream.info.dynamicMetadata.set(about.name, verification.extracted)
    giveUpFetches(verification)
    if (status === 'Ok') {
      state = 'complete'
      return { status: 'Continue', next: () => stream.continueDecoding() }
    }
    state = 'responded'
    return { status: 'StopIteration', next: () => void refuse(stream, status, realm, config.stripFailureResponse) }
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
      let found: ResumeAction | undefined
      const resume = (work: () => void) =>
        stream.resume(() => {
          work()
          return found ?? { status: 'StopIteration', next: () => undefined }
        })
      verification = { headers, stream, now, extracted: {}, fetches: new Set(), resume }
      requirement(verification, (status) => {
        found = outcome(stream, status, realm)
      })
      if (found?.status === 'Continue') return 'Continue'
      found?.next()
      return 'StopIteration'
    },
    decodeData: () => (state === 'calling' ? 'StopIterationAndWatermark' : 'Continue'),
    decodeTrailers: () => (state === 'calling' ? 'StopIteration' : 'Continue'),
    onDestroy: () => giveUpFetches(verification),
  }
}

function refuse(stream: HttpStream, status: JwtStatus, realm: string, silent: boolean): 'StopIteration' {
  const text = statusText(status)
  return stream.reply(status === 'JwtAudienceNotAllowed' ? 403 : 401, silent ? '' : text, {
    details: denied(text),
    headers(headers) {
      if (silent) return
      const error = status === 'JwtMissed' ? '' : ', error="invalid_token"'
      headers.set('www-authenticate', `Bearer realm="${realm}"${error}`)
    },
  })
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
