import { ConfigError } from '../catalogue.ts'
import type { ConnectionInfo, StreamInfo } from '../stream-info.ts'
import { RESPONSE_FLAGS, type ResponseFlag } from '../stream-info.ts'
import {
  type CommandDefinition,
  type CommandTable,
  infoNumber,
  infoText,
  numberCommand,
  textCommand,
} from './command.ts'
import { parseTimeFormat } from './time.ts'

/** Commands about the stream itself (Envoy: source/common/formatter/stream_info_formatter.cc). */
export const streamCommands: CommandTable = {
  PROTOCOL: infoText((info) => info.protocol),
  UPSTREAM_PROTOCOL: infoText((info) => info.upstream.protocol),
  RESPONSE_CODE: infoNumber((info) => info.responseCode ?? 0),
  RESPONSE_CODE_DETAILS: {
    parameter: 'optional',
    length: false,
    create: (parameter) =>
      textCommand(({ info }) =>
        parameter === 'ALLOW_WHITESPACES' ? info.responseCodeDetails : info.responseCodeDetails?.replace(/\s/g, '_'),
      ),
  },
  CONNECTION_TERMINATION_DETAILS: infoText((info) => info.connection.terminationDetails),
  RESPONSE_FLAGS: infoText((info) => info.flagsText() ?? '-'),
  RESPONSE_FLAGS_LONG: infoText(longFlags),
  CUSTOM_FLAGS: infoText((info) => info.customFlags.join(',')),
  ROUTE_NAME: infoText((info) => info.route?.name || undefined),
  VIRTUAL_CLUSTER_NAME: infoText((info) => info.virtualClusterName),
  UPSTREAM_CLUSTER: infoText((info) => info.upstreamCluster || undefined),
  UPSTREAM_CLUSTER_RAW: infoText((info) => info.upstreamCluster || undefined),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: infoNumber((info) => info.attemptCount ?? 0),
  UPSTREAM_CONNECTION_ID: infoNumber((info) => info.upstream.connectionId ?? 0),
  UPSTREAM_TRANSPORT_FAILURE_REASON: infoText((info) => underscored(info.upstream.transportFailureReason)),
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: infoText((info) => underscored(info.connection.transportFailureReason)),
  CONNECTION_ID: infoNumber((info) => info.connection.id),
  STREAM_ID: infoText((info) => info.requestId),
  TRACE_ID: infoText((info) => info.traceId),
  FILTER_CHAIN_NAME: infoText((info) => info.connection.filterChainName || undefined),
  BYTES_RECEIVED: infoNumber((info) => info.bytesReceived),
  BYTES_SENT: infoNumber((info) => info.bytesSent),
  TLS_JA3_FINGERPRINT: infoText((info) => info.connection.tls?.ja3),
  TLS_JA4_FINGERPRINT: infoText((info) => info.connection.tls?.ja4),
  UNIQUE_ID: {
    parameter: 'none',
    length: false,
    create: (_, __, { services }) => textCommand(() => services?.host.uuid()),
  },
  HOSTNAME: {
    parameter: 'none',
    length: false,
    create: (_, __, { services }) => textCommand(() => services?.environment?.hostname),
  },
  ENVIRONMENT: {
    parameter: 'required',
    length: true,
    create(parameter, maxLength, { services }) {
      const value = services?.environment?.variables[parameter]
      return textCommand(() => (value === undefined ? '-' : value.slice(0, maxLength)))
    },
  },
  LOCAL_REPLY_BODY: {
    parameter: 'none',
    length: false,
    create: () => textCommand((context) => context.localReplyBody ?? ''),
  },
  ACCESS_LOG_TYPE: {
    parameter: 'none',
    length: false,
    create: () => textCommand((context) => context.accessLogType ?? 'NotSet'),
  },
  START_TIME: startTime(),
  START_TIME_LOCAL: startTime(),
  EMIT_TIME: emitTime(),
  EMIT_TIME_LOCAL: emitTime(),
  DURATION: {
    parameter: 'none',
    length: false,
    create: (_, __, { services }) =>
      numberCommand(({ info }) => (services ? Math.floor(services.loop.now - info.startedAt) : undefined)),
  },
  REQUEST_DURATION: duration((info) => [info.startedAt, info.lastRequestByteAt]),
  REQUEST_TX_DURATION: duration((info) => [info.startedAt, info.upstream.lastByteSentAt]),
  RESPONSE_DURATION: duration((info) => [info.startedAt, info.upstream.firstByteReceivedAt]),
  RESPONSE_TX_DURATION: duration((info) => [info.upstream.firstByteReceivedAt, info.lastResponseByteSentAt]),
  COMMON_DURATION: {
    parameter: 'required',
    length: false,
    create(parameter, _, { path }) {
      const [start, end, precision = 'ms', ...rest] = parameter.split(':')
      if (start === undefined || end === undefined || rest.length > 0) {
        throw new ConfigError(path, `%COMMON_DURATION(${parameter})%: expected START:END or START:END:ms|us|ns`)
      }
      const scale = { ms: 1, us: 1e3, ns: 1e6 }[precision]
      if (scale === undefined)
        throw new ConfigError(path, `%COMMON_DURATION(${parameter})%: '${precision}' is not ms, us or ns`)
      return numberCommand(({ info }) => {
        const from = TIME_POINTS[start]?.(info)
        const to = TIME_POINTS[end]?.(info)
        return from === undefined || to === undefined || to < from ? undefined : Math.floor((to - from) * scale)
      })
    },
  },
}

const TIME_POINTS: Record<string, (info: StreamInfo) => number | undefined> = {
  DS_RX_BEG: (info) => info.startedAt,
  DS_RX_END: (info) => info.lastRequestByteAt,
  US_CX_BEG: (info) => info.upstream.connectedAt,
  US_CX_END: (info) => info.upstream.connectedAt,
  US_TX_BEG: (info) => info.upstream.firstByteSentAt,
  US_TX_END: (info) => info.upstream.lastByteSentAt,
  US_RX_BEG: (info) => info.upstream.firstByteReceivedAt,
  US_RX_END: (info) => info.upstream.lastByteReceivedAt,
  DS_TX_BEG: (info) => info.firstResponseByteSentAt,
  DS_TX_END: (info) => info.lastResponseByteSentAt,
}

function longFlags(info: StreamInfo): string {
  const short = info.flagsText()
  return short === undefined
    ? '-'
    : short
        .split(',')
        .map((flag) => RESPONSE_FLAGS[flag as ResponseFlag])
        .join(',')
}

function underscored(text: ConnectionInfo['transportFailureReason']): string | undefined {
  return text ? text.replaceAll(' ', '_') : undefined
}

function duration(points: (info: StreamInfo) => [number | undefined, number | undefined]): CommandDefinition {
  return infoNumber((info) => {
    const [from, to] = points(info)
    return from === undefined || to === undefined ? undefined : Math.floor(to - from)
  })
}

function startTime(): CommandDefinition {
  return {
    parameter: 'optional',
    length: false,
    create(parameter, _, { services, path }) {
      const print = parseTimeFormat(parameter, path)
      return textCommand(({ info }) => print((services?.host.startTime ?? 0) + info.startedAt))
    },
  }
}

function emitTime(): CommandDefinition {
  return {
    parameter: 'optional',
    length: false,
    create(parameter, _, { services, path }) {
      const print = parseTimeFormat(parameter, path)
      return textCommand(() => print((services?.host.startTime ?? 0) + (services?.loop.now ?? 0)))
    },
  }
}
