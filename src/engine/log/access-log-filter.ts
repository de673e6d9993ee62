import type {
  AccessLogFilter,
  ComparisonFilter,
  GrpcStatusFilter,
} from '../../envoy/types/envoy/config/accesslog/v3/accesslog_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import type { FormatContext } from '../format/index.ts'
import {
  createHeaderMatcher,
  createMetadataMatcher,
  fractionOf,
  grpcStatusOf,
  httpToGrpcStatus,
} from '../match/index.ts'
import type { EngineServices } from '../services.ts'

/** An access log filter, made ready: local_reply_config's mappers use them too (source/common/access_log/access_log_impl.cc). */
export interface LogFilter {
  matches(context: FormatContext): boolean
  /** In words, for the trace. */
  readonly description: string
}

/** Makes a filter ready. Throws ConfigError when none is set, or for an extension that is not known. */
export function createLogFilter(
  config: AccessLogFilter | undefined,
  path: string,
  services: EngineServices,
): LogFilter {
  const specifier = config?.filterSpecifier
  switch (specifier?.case) {
    case 'statusCodeFilter':
      return compare(specifier.value.comparison, 'status', services, (context) => context.info.responseCode ?? 0)
    case 'durationFilter':
      return compare(specifier.value.comparison, 'duration', services, ({ info }) => services.loop.now - info.startedAt)
    case 'andFilter':
    case 'orFilter': {
      const all = specifier.case === 'andFilter'
      const filters = specifier.value.filters.map((each, i) =>
        createLogFilter(each, `${path}.${all ? 'and_filter' : 'or_filter'}.filters[${i}]`, services),
      )
      return {
        description: filters.map((each) => each.description).join(all ? ' and ' : ' or '),
        matches: (context) =>
          all ? filters.every((each) => each.matches(context)) : filters.some((each) => each.matches(context)),
      }
    }
    case 'headerFilter': {
      if (!specifier.value.header)
        throw new ConfigError(`${path}.header_filter.header`, 'a header filter needs a header')
      const test = createHeaderMatcher(specifier.value.header, `${path}.header_filter.header`)
      return {
        description: test.description,
        matches: ({ info, requestHeaders }) => {
          const headers = requestHeaders ?? info.requestHeaders
          return headers !== undefined && test.matches(headers)
        },
      }
    }
    case 'responseFlagFilter': {
      const { flags } = specifier.value
      return {
        description: flags.length > 0 ? `flags ${flags.join(' or ')}` : 'any response flag',
        matches: ({ info }) =>
          flags.length === 0 ? info.flags.size > 0 : flags.some((flag) => (info.flags as Set<string>).has(flag)),
      }
    }
    case 'grpcStatusFilter':
      return grpcStatus(specifier.value)
    case 'runtimeFilter': {
      const { numerator, denominator } = fractionOf(specifier.value.percentSampled)
      const { runtimeKey } = specifier.value
      return {
        description: `${numerator} of ${denominator}`,
        matches: () => services.runtime.fraction(runtimeKey, numerator, denominator),
      }
    }
    case 'metadataFilter': {
      const { matcher, matchIfKeyNotFound } = specifier.value
      if (!matcher) return { description: 'any metadata', matches: () => matchIfKeyNotFound ?? true }
      const test = createMetadataMatcher(matcher, `${path}.metadata_filter.matcher`)
      return {
        description: test.description,
        matches: ({ info }) =>
          info.dynamicMetadata.get(matcher.filter) === undefined
            ? (matchIfKeyNotFound ?? true)
            : test.matches(info.dynamicMetadata),
      }
    }
    case 'notHealthCheckFilter':
      return { description: 'no health check', matches: () => true }
    case 'traceableFilter':
      return { description: 'traced', matches: ({ info }) => info.traceSampled }
    case 'logTypeFilter':
      return { description: 'access log type', matches: () => !specifier.value.exclude }
    default:
      throw new ConfigError(path, `a filter of the kind ${specifier?.case ?? '(none)'} is not simulated here`)
  }
}

function compare(
  comparison: ComparisonFilter | undefined,
  what: string,
  services: EngineServices,
  read: (context: FormatContext) => number,
): LogFilter {
  const op = comparison?.op ?? 0
  const fallback = comparison?.value?.defaultValue ?? 0
  const key = comparison?.value?.runtimeKey
  return {
    description: `${what} ${['=', '>=', '<=', '!='][op]} ${fallback}`,
    matches(context) {
      const value = services.runtime.number(key, fallback)
      const actual = read(context)
      return [actual === value, actual >= value, actual <= value, actual !== value][op] ?? false
    },
  }
}

function grpcStatus(config: GrpcStatusFilter): LogFilter {
  return {
    description: `grpc-status ${config.exclude ? 'not ' : ''}in ${config.statuses.join(', ')}`,
    matches({ info, responseHeaders, responseTrailers }) {
      const status = grpcStatusOf(responseHeaders, responseTrailers) ?? httpToGrpcStatus(info.responseCode ?? 0)
      return config.statuses.includes(status) !== config.exclude
    },
  }
}
