import type { RedirectAction } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { parseFormat } from '../format/formatter.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { removeQueryAndFragment } from '../match/query.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { PathSpecifier } from './path-match.ts'
import { byPrefix, byRegex, type PathRewrite } from './rewrite.ts'

const CODES = [301, 302, 303, 307, 308]

/** A redirect made ready: its status, what it does to the request's path, and the location. */
export interface Redirect {
  readonly status: number
  readonly pathRewrite: PathRewrite | undefined
  location(headers: HeaderMap, info: StreamInfo): string
}

/** config.route.v3.RedirectAction (Envoy: Http::Utility::newUri in source/common/http/utility.cc). */
export function createRedirect(
  action: RedirectAction,
  specifier: PathSpecifier,
  path: string,
  services: EngineServices,
): Redirect {
  const { schemeRewriteSpecifier: scheme, pathRewriteSpecifier: rewrite } = action
  const newScheme =
    scheme.case === 'schemeRedirect'
      ? toByteString(scheme.value)
      : scheme.case === 'httpsRedirect' && scheme.value
        ? 'https'
        : ''
  const port = action.portRedirect ? `:${action.portRedirect}` : ''
  const host = toByteString(action.hostRedirect)
  const newPath = createLocationPath(action, path, services)
  if (specifier.template && rewrite.case === 'prefixRewrite') {
    throw new ConfigError(`${path}.prefix_rewrite`, 'does not go with path_match_policy')
  }
  return {
    status: CODES[action.responseCode] ?? 301,
    pathRewrite:
      rewrite.case === 'prefixRewrite' && rewrite.value !== ''
        ? byPrefix(specifier, rewrite.value)
        : rewrite.case === 'regexRewrite'
          ? byRegex(rewrite.value, `${path}.regex_rewrite`)
          : undefined,
    location(headers, info) {
      const finalScheme = newScheme || headers.get(':scheme') || ''
      const finalHost = host || hostWithoutPort(headers, finalScheme, port)
      return `${finalScheme}://${finalHost}${port}${newPath(headers, info)}`
    },
  }
}

function createLocationPath(
  action: RedirectAction,
  path: string,
  services: EngineServices,
): (headers: HeaderMap, info: StreamInfo) => string {
  const { pathRewriteSpecifier: rewrite, stripQuery } = action
  const strip = (location: string) => (stripQuery ? location.slice(0, queryStart(location)) : location)
  if (rewrite.case === 'pathRedirect' && rewrite.value !== '') {
    const target = toByteString(rewrite.value)
    // A query of its own is neither replaced by the request's nor stripped.
    if (target.includes('?')) return () => target
    return (headers) => {
      const old = headers.get(':path') ?? ''
      return strip(target + old.slice(queryStart(old)))
    }
  }
  if (rewrite.case === 'pathRewrite' && rewrite.value !== '') {
    const formatter = parseFormat(rewrite.value, { path: `${path}.path_rewrite`, services, omitEmpty: true })
    return (headers, info) => {
      const old = headers.get(':path') ?? ''
      const formatted = formatter.format({ info, requestHeaders: headers })
      return strip(formatted === '' ? old : formatted + old.slice(removeQueryAndFragment(old).length))
    }
  }
  return (headers) => strip(headers.get(':path') ?? '')
}

function queryStart(path: string): number {
  const at = path.indexOf('?')
  return at < 0 ? path.length : at
}

/** The request's host, without its port when the redirect names one, or when the port was the default of a scheme left behind. */
function hostWithoutPort(headers: HeaderMap, newScheme: string, newPort: string): string {
  const host = headers.get(':authority') ?? ''
  const bracket = host.startsWith('[') ? host.lastIndexOf(']:') : -1
  const colon = host.startsWith('[') ? (bracket < 0 ? -1 : bracket + 1) : host.lastIndexOf(':')
  if (colon < 0) return host
  const port = host.slice(colon)
  const old = headers.get('x-forwarded-proto') ?? ''
  const leftDefault = newScheme !== old && ((old === 'https' && port === ':443') || (old === 'http' && port === ':80'))
  return newPort !== '' || leftDefault ? host.slice(0, colon) : host
}
