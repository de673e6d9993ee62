import type { RouteAction } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { UriTemplateRewriteConfig } from '../../envoy/types/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { parseFormat } from '../format/formatter.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import { removeQueryAndFragment } from '../match/query.ts'
import { compileRegex } from '../match/regex.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import type { PathSpecifier } from './path-match.ts'
import { parseUriRewrite } from './uri-template.ts'

/** The path, with query, that a request goes on with; undefined when it stays as it is. */
export type PathRewrite = (headers: HeaderMap, info: StreamInfo) => string | undefined

/**
 * The path rewrite of a route action (Envoy: source/common/router/path_rewrite_utility.cc). The query is kept.
 * @throws ConfigError when several are set, or one does not fit the route's path specifier.
 */
export function createPathRewrite(
  action: RouteAction,
  specifier: PathSpecifier,
  path: string,
  services: EngineServices,
): PathRewrite | undefined {
  const { prefixRewrite, regexRewrite, pathRewritePolicy, pathRewrite } = action
  const set = [prefixRewrite !== '', regexRewrite, pathRewritePolicy, pathRewrite !== ''].filter(Boolean).length
  if (set > 1) {
    throw new ConfigError(
      path,
      'only one of prefix_rewrite, regex_rewrite, path_rewrite_policy, path_rewrite may be set',
    )
  }
  if (prefixRewrite !== '') {
    if (specifier.template) throw new ConfigError(`${path}.prefix_rewrite`, 'does not go with path_match_policy')
    return byPrefix(specifier, prefixRewrite)
  }
  if (regexRewrite) return byRegex(regexRewrite, `${path}.regex_rewrite`)
  if (pathRewritePolicy) return byTemplate(pathRewritePolicy, specifier, `${path}.path_rewrite_policy`, services)
  if (pathRewrite === '') return undefined
  const formatter = parseFormat(pathRewrite, { path: `${path}.path_rewrite`, services, omitEmpty: true })
  return (headers, info) => withPath(headers, formatter.format({ info, requestHeaders: headers }))
}

/** prefix_rewrite of a route or a redirect: what the specifier matched is replaced, whatever its case. */
export function byPrefix(specifier: PathSpecifier, configured: string): PathRewrite {
  const replacement = toByteString(configured)
  return (headers) => {
    const path = headers.get(':path')
    if (path === undefined) return undefined
    const matched = specifier.matched ?? removeQueryAndFragment(path)
    if (!asciiLower(path).startsWith(asciiLower(matched))) return undefined
    return replacement + path.slice(matched.length)
  }
}

/** regex_rewrite of a route or a redirect: every match in the path is replaced; an empty result counts as none. */
export function byRegex(
  config: { pattern?: { regex: string } | undefined; substitution: string },
  path: string,
): PathRewrite {
  const regex = compileRegex(config.pattern?.regex ?? '', `${path}.pattern.regex`)
  return (headers) =>
    withPath(headers, regex.replaceAll(removeQueryAndFragment(headers.get(':path') ?? ''), config.substitution))
}

function byTemplate(
  policy: { name: string; typedConfig?: unknown },
  specifier: PathSpecifier,
  path: string,
  services: EngineServices,
): PathRewrite {
  const unpacked = services.registry.unpack(policy.typedConfig)
  if (unpacked?.typeName !== 'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig') {
    throw new ConfigError(path, `no path rewriter of type '${unpacked?.typeName ?? policy.name}'`)
  }
  const { template } = specifier
  if (!template) throw new ConfigError(path, 'a URI template rewrite needs a path_match_policy with a URI template')
  const text = (unpacked.message as UriTemplateRewriteConfig).pathTemplateRewrite
  const rewrite = parseUriRewrite(text, template.variables, `${path}.typed_config.path_template_rewrite`)
  return (headers) => {
    const variables = template.match(removeQueryAndFragment(headers.get(':path') ?? ''))
    return variables && withPath(headers, rewrite(variables))
  }
}

/** `path` with the request's query; undefined for an empty one. */
function withPath(headers: HeaderMap, path: string): string | undefined {
  if (path === '') return undefined
  const old = headers.get(':path') ?? ''
  return path + old.slice(removeQueryAndFragment(old).length)
}

/** The host that a request goes on with; undefined or empty when it stays. */
export type HostRewrite = (headers: HeaderMap, info: StreamInfo) => string | undefined

/** host_rewrite_* of a route action; auto_host_rewrite is the router's, once it has a host. */
export function createHostRewrite(
  action: RouteAction,
  path: string,
  services: EngineServices,
): HostRewrite | undefined {
  const { hostRewriteSpecifier: specifier } = action
  switch (specifier.case) {
    case 'hostRewriteLiteral': {
      const host = toByteString(specifier.value)
      return () => host
    }
    case 'hostRewriteHeader': {
      const name = asciiLower(toByteString(specifier.value))
      return (headers) => headers.get(name)
    }
    case 'hostRewritePathRegex': {
      const { pattern, substitution } = specifier.value
      const regex = compileRegex(pattern?.regex ?? '', `${path}.host_rewrite_path_regex.pattern.regex`)
      return (headers) => regex.replaceAll(removeQueryAndFragment(headers.get(':path') ?? ''), substitution)
    }
    case 'hostRewrite': {
      const formatter = parseFormat(specifier.value, { path: `${path}.host_rewrite`, services })
      return (headers, info) => formatter.format({ info, requestHeaders: headers })
    }
    default:
      return undefined
  }
}

/**
 * Changes the host; the old one goes to x-forwarded-host when `appendForwardedHost`, unless it is the last entry there already
 * (Http::Utility::updateAuthority), and to x-envoy-original-host when `keepOld` and there was one.
 */
export function updateAuthority(
  headers: HeaderMap,
  host: string,
  options: { appendForwardedHost: boolean; keepOld: boolean },
): void {
  const old = headers.get(':authority') ?? ''
  if (options.appendForwardedHost && old !== '') {
    const forwarded = headers.get('x-forwarded-host')
    if (!forwarded) headers.set('x-forwarded-host', old)
    else if (forwarded.split(',').filter(Boolean).at(-1) !== old) headers.set('x-forwarded-host', `${forwarded},${old}`)
  }
  if (options.keepOld && old !== '') headers.set('x-envoy-original-host', old)
  headers.set(':authority', host)
}
