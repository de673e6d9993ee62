import { ConfigError } from '../catalogue.ts'
import { createBodyFormatter } from '../format/body.ts'
import { dataSourceBytes } from '../format/data-source.ts'
import type { HeaderMap } from '../http/header-map.ts'
import type { StreamInfo } from '../stream-info.ts'
import { RouteBase, type RouteSettings } from './base.ts'
import { createRedirect, type Redirect } from './redirect.ts'
import type { HostScope } from './scope.ts'
import type { DirectResponse, PerFilterConfig, Route } from './types.ts'

/** A route that answers itself: direct_response or redirect. */
export class DirectRoute extends RouteBase {
  readonly clusterName = undefined
  readonly forwards = false
  readonly direct = true
  readonly entry = undefined
  readonly directResponse: DirectResponse

  constructor(settings: RouteSettings) {
    super(settings)
    const { action } = settings.config
    this.directResponse =
      action.case === 'redirect'
        ? redirectResponse(
            createRedirect(
              action.value,
              settings.predicate.path,
              `${settings.path}.redirect`,
              settings.host.table.services,
            ),
          )
        : directResponse(settings)
  }
}

function redirectResponse(redirect: Redirect): DirectResponse {
  return {
    status: redirect.status,
    redirect: true,
    body: () => ({ body: '', contentType: undefined }),
    newUri: (headers, info) => redirect.location(headers, info),
    rewritePathHeader(headers, insertOriginalPath) {
      const path = redirect.pathRewrite?.(headers, NO_INFO)
      if (!path) return
      if (insertOriginalPath) headers.set('x-envoy-original-path', headers.get(':path') ?? '')
      headers.set(':path', path)
    },
  }
}

// Prefix and regex rewrites, the only ones of a redirect that touch the header, do not look at the stream.
const NO_INFO = undefined as unknown as StreamInfo

function directResponse({ config, path, host }: RouteSettings): DirectResponse {
  const at = `${path}.direct_response`
  if (config.action.case !== 'directResponse') throw new Error('only called for direct responses')
  const { status, body: source, bodyFormat } = config.action.value
  const { services, maxDirectBody } = host.table
  if (status < 200 || status >= 600) {
    throw new ConfigError(`${at}.status`, `${status} is not a status between 200 and 599`)
  }
  const body = source ? dataSourceBytes(source, `${at}.body`, services) : ''
  if (body.length > maxDirectBody) {
    throw new ConfigError(
      `${at}.body`,
      `is ${body.length} bytes long; max_direct_response_body_size_bytes of the route configuration allows ${maxDirectBody}`,
    )
  }
  const formatter = bodyFormat && createBodyFormatter(bodyFormat, `${at}.body_format`, services)
  return {
    status,
    redirect: false,
    body(info: StreamInfo, headers: HeaderMap) {
      if (!formatter) return { body, contentType: undefined }
      return {
        body: formatter.format({ info, requestHeaders: headers, localReplyBody: body }),
        // That of a text format is only the default of local replies.
        contentType: formatter.contentType === 'text/plain' ? undefined : formatter.contentType,
      }
    },
    // Where the request itself went: the router sends it along with 201 and 3xx.
    newUri: (headers) =>
      `${headers.get(':scheme') ?? ''}://${headers.get(':authority') ?? ''}${headers.get(':path') ?? ''}`,
    rewritePathHeader: () => undefined,
  }
}

/** The redirect to https that require_tls makes of every plain request; it has no name and no header changes of its own. */
export class TlsRedirectRoute implements Route {
  readonly name = ''
  readonly clusterName = undefined
  readonly forwards = false
  readonly direct = true
  readonly nonForwarding = false
  readonly entry = undefined
  readonly metadata = {}
  readonly typedMetadata = {}
  readonly config = undefined
  readonly decorator = undefined
  private readonly host: HostScope

  constructor(host: HostScope) {
    this.host = host
  }

  readonly directResponse: DirectResponse = {
    status: 301,
    redirect: true,
    body: () => ({ body: '', contentType: undefined }),
    newUri: (headers) => `https://${headers.get(':authority') ?? ''}${headers.get(':path') ?? ''}`,
    rewritePathHeader: () => undefined,
  }

  get virtualHostName(): string {
    return this.host.name
  }

  get routeConfigName(): string {
    return this.host.table.name
  }

  get path(): string {
    return `${this.host.path}.require_tls`
  }

  get virtualHostMetadata() {
    return this.host.metadata
  }

  get routeConfigMetadata() {
    return this.host.table.metadata
  }

  get virtualHostConfig(): unknown {
    return this.host.config
  }

  // The redirect stands before every route: not even the virtual host's own filter settings apply to it.
  perFilterConfigs(): readonly PerFilterConfig[] {
    return []
  }

  finalizeResponseHeaders(): void {}

  virtualCluster(headers: HeaderMap): string | undefined {
    return this.host.virtualCluster(headers)
  }
}
