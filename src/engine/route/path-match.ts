import type { RouteMatch } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { UriTemplateMatchConfig } from '../../envoy/types/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import { compileRegex } from '../match/regex.ts'
import type { EngineServices } from '../services.ts'
import type { RouteMatchContext } from './match-context.ts'
import { parseUriTemplate, type UriTemplate } from './uri-template.ts'

/** A path or prefix that a request's path has to have, for finding the route by it. */
export interface PathKey {
  readonly kind: 'exact' | 'prefix'
  /** As a byte string. */
  readonly text: string
  /** ASCII letters match in either case. */
  readonly fold: boolean
}

/** A route's path specifier made ready. */
export interface PathSpecifier {
  matches(context: RouteMatchContext): boolean
  /** `prefix /api`. */
  readonly description: string
  /** A route for CONNECT requests, which may have no path at all. */
  readonly connect: boolean
  /** What prefix_rewrite replaces: the configured prefix or path; undefined: the whole path of the request. */
  readonly matched: string | undefined
  readonly template: UriTemplate | undefined
  /** Undefined when only trying tells whether it matches. */
  readonly key?: PathKey
}

/**
 * The path specifier of a RouteMatch (Envoy: the RouteEntryImplBase subclasses of source/common/router/config_impl.cc).
 * Paths are compared without query and fragment, so a prefix that has a `?` in it never matches.
 * @throws ConfigError when none is set or it is malformed.
 */
export function createPathSpecifier(match: RouteMatch, path: string, services: EngineServices): PathSpecifier {
  const { pathSpecifier } = match
  const fold = match.caseSensitive === false
  const plain = { connect: false, template: undefined }
  switch (pathSpecifier.case) {
    case 'prefix':
      return prefix(pathSpecifier.value, fold)
    case 'path': {
      const wanted = toByteString(pathSpecifier.value)
      const lower = asciiLower(wanted)
      return {
        ...plain,
        description: `path ${pathSpecifier.value}`,
        matched: wanted,
        key: { kind: 'exact', text: wanted, fold },
        matches: fold
          ? (context) => context.path !== undefined && asciiLower(context.path) === lower
          : (context) => context.path === wanted,
      }
    }
    case 'pathSeparatedPrefix':
      return separatedPrefix(pathSpecifier.value, fold, path)
    case 'safeRegex': {
      const regex = compileRegex(pathSpecifier.value.regex, `${path}.safe_regex.regex`)
      return {
        ...plain,
        description: `regex ${regex.pattern}`,
        matched: undefined,
        matches: (context) => context.path !== undefined && regex.matches(context.path),
      }
    }
    case 'connectMatcher':
      return {
        connect: true,
        template: undefined,
        description: 'CONNECT',
        matched: undefined,
        matches: (context) => isConnect(context.headers),
      }
    case 'pathMatchPolicy': {
      const unpacked = services.registry.unpack(pathSpecifier.value.typedConfig)
      if (unpacked?.typeName !== 'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig') {
        throw new ConfigError(`${path}.path_match_policy`, `no path matcher of type '${unpacked?.typeName ?? ''}'`)
      }
      const text = (unpacked.message as UriTemplateMatchConfig).pathTemplate
      const template = parseUriTemplate(text, `${path}.path_match_policy.typed_config.path_template`)
      return {
        connect: false,
        template,
        description: `template ${text}`,
        matched: toByteString(text),
        matches: (context) => context.path !== undefined && template.match(context.path) !== undefined,
      }
    }
    default:
      throw new ConfigError(
        path,
        'a route match needs one of prefix, path, safe_regex, connect_matcher, path_separated_prefix, path_match_policy',
      )
  }
}

function prefix(configured: string, fold: boolean): PathSpecifier {
  const wanted = toByteString(configured)
  const lower = asciiLower(wanted)
  return {
    connect: false,
    template: undefined,
    description: `prefix ${configured}`,
    matched: wanted,
    key: { kind: 'prefix', text: wanted, fold },
    matches: fold
      ? (context) => context.path !== undefined && asciiLower(context.path).startsWith(lower)
      : (context) => context.path?.startsWith(wanted) === true,
  }
}

function separatedPrefix(configured: string, fold: boolean, path: string): PathSpecifier {
  if (!/^[^?#]+[^?#/]$/.test(configured)) {
    throw new ConfigError(`${path}.path_separated_prefix`, `'${configured}' has to have no ?, no # and no / at its end`)
  }
  const inner = prefix(configured, fold)
  const length = inner.matched!.length
  return {
    ...inner,
    description: `path-separated prefix ${configured}`,
    matches(context) {
      if (!inner.matches(context)) return false
      return context.path!.length === length || context.path![length] === '/'
    },
  }
}

/** CONNECT, and CONNECT-UDP as HTTP/1 writes it. */
function isConnect(headers: HeaderMap): boolean {
  return headers.get(':method') === 'CONNECT' || headers.get('upgrade')?.toLowerCase() === 'connect-udp'
}
