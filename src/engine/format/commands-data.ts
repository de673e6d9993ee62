import { ConfigError } from '../catalogue.ts'
import { celService } from '../match/cel.ts'
import { metadataValue } from '../match/value.ts'
import type { JsonObject, JsonValue, StreamInfo } from '../stream-info.ts'
import {
  type CommandDefinition,
  type CommandEnvironment,
  type CommandTable,
  jsonCommand,
  textCommand,
} from './command.ts'
import { jsonText, toByteJson } from './json.ts'
import type { Command, FormatContext } from './types.ts'

type Source = (info: StreamInfo, environment: CommandEnvironment) => Namespaces | undefined
type Namespaces = { get(name: string): JsonObject | undefined }

const clusterMetadata: Source = (info, { services }) => {
  const name = info.upstreamCluster
  return record(info.upstream.clusterMetadata ?? (name ? services?.clusterMetadata?.(name) : undefined))
}

/** What %METADATA(TYPE:...)% reads. */
const SOURCES: Record<string, Source> = {
  DYNAMIC: (info) => info.dynamicMetadata,
  CLUSTER: clusterMetadata,
  ROUTE: (info) => record(info.route?.metadata),
  VIRTUAL_HOST: (info) => record(info.route?.virtualHostMetadata),
  UPSTREAM_HOST: (info) => record(info.upstream.hostMetadata),
  LISTENER: (info) => record(info.connection.listenerMetadata),
  LISTENER_FILTER_CHAIN: (info) => record(info.connection.filterChainMetadata),
}

/** Commands on metadata, filter state, CEL, and those that combine others. */
export const dataCommands: CommandTable = {
  DYNAMIC_METADATA: metadata(SOURCES.DYNAMIC!),
  CLUSTER_METADATA: metadata(clusterMetadata),
  UPSTREAM_METADATA: metadata(SOURCES.UPSTREAM_HOST!),
  METADATA: {
    parameter: 'required',
    length: true,
    create(parameter, maxLength, environment) {
      const [type = '', ...keys] = parameter.split(':')
      const source = SOURCES[type]
      if (!source) {
        throw new ConfigError(
          environment.path,
          `%METADATA(${type})%: expected one of ${Object.keys(SOURCES).join(', ')}`,
        )
      }
      return metadataCommand(source, keys, maxLength, environment)
    },
  },
  FILTER_STATE: filterState((info) => info.filterState),
  UPSTREAM_FILTER_STATE: filterState((info) => info.upstream.filterState),
  CEL: {
    parameter: 'required',
    length: true,
    create(parameter, maxLength, { services, path }) {
      const expression = celService(services?.host)?.compile({ text: parameter }, path)
      return textCommand((context) => {
        const { info } = context
        return expression?.print({ ...context, connection: info.connection, requestHeaders: requestHeadersOf(context) })
      }, maxLength)
    },
  },
  COALESCE: {
    parameter: 'required',
    length: true,
    create: (parameter, maxLength, environment) => coalesce(parameter, maxLength, environment),
  },
}

function requestHeadersOf(context: FormatContext) {
  return context.requestHeaders ?? context.info.requestHeaders
}

function metadata(source: Source): CommandDefinition {
  return {
    parameter: 'required',
    length: true,
    create: (parameter, maxLength, environment) =>
      metadataCommand(source, parameter.split(':'), maxLength, environment),
  }
}

function metadataCommand(
  source: Source,
  keys: string[],
  maxLength: number | undefined,
  environment: CommandEnvironment,
): Command {
  const [namespace = '', ...path] = keys
  return jsonCommand(({ info }) => {
    const namespaces = source(info, environment)
    const value = namespaces && metadataValue(namespaces, namespace, path)
    return value === undefined ? undefined : toByteJson(value)
  }, maxLength)
}

function record(namespaces: Record<string, JsonObject> | undefined): Namespaces | undefined {
  return namespaces && { get: (name) => (Object.hasOwn(namespaces, name) ? namespaces[name] : undefined) }
}

function filterState(pick: (info: StreamInfo) => StreamInfo['filterState'] | undefined): CommandDefinition {
  return {
    parameter: 'optional',
    length: true,
    create(parameter, maxLength, { path }) {
      const [key = '', form = 'TYPED', field] = parameter.split(':')
      if (key === '') throw new ConfigError(path, '%FILTER_STATE% needs a key: %FILTER_STATE(key:PLAIN)%')
      if (form !== 'PLAIN' && form !== 'TYPED' && form !== 'FIELD') {
        throw new ConfigError(path, `%FILTER_STATE(${parameter})%: '${form}' is not PLAIN, TYPED or FIELD`)
      }
      if ((form === 'FIELD') !== Boolean(field)) {
        throw new ConfigError(path, `%FILTER_STATE(${parameter})%: FIELD takes a field's name, the others take none`)
      }
      if (form === 'PLAIN') return textCommand(({ info }) => pick(info)?.get(key)?.text, maxLength)
      if (form === 'FIELD') {
        return textCommand(({ info }) => {
          const value = pick(info)?.get(key)?.fields?.[field!]
          return value === undefined ? undefined : String(value)
        }, maxLength)
      }
      const json = jsonCommand(({ info }) => pick(info)?.get(key)?.json)
      return {
        // A message prints as JSON even when it is a string.
        text: (context) => {
          const value = pick(context.info)?.get(key)?.json
          return value === undefined ? undefined : messageText(value).slice(0, maxLength)
        },
        value: json.value,
      }
    },
  }
}

/** As protobuf writes a message's JSON: `<` and `>` are escaped, bytes that are not UTF-8 become blanks. */
function messageText(value: JsonValue): string {
  const json = jsonText(value).replace(/[<>]/g, (char) => (char === '<' ? '\\u003c' : '\\u003e'))
  return json.replace(/\\u00[89a-f][0-9a-f]/g, ' ')
}

function coalesce(parameter: string, maxLength: number | undefined, environment: CommandEnvironment): Command {
  const { path } = environment
  const operators = operatorsOf(parameter, path)
  const commands = operators.map((operator, i) => {
    if (typeof operator === 'string') return environment.parseCommand(operator, '', undefined)
    if (typeof operator !== 'object' || operator === null || typeof operator.command !== 'string') {
      throw new ConfigError(path, `COALESCE: operators[${i}] is neither a command's name nor an object with 'command'`)
    }
    const { command, param = '', max_length: length } = operator
    if (length !== undefined && !(Number.isInteger(length) && length > 0)) {
      throw new ConfigError(path, `COALESCE: operators[${i}].max_length is not a positive integer`)
    }
    return environment.parseCommand(command, param, length)
  })
  return {
    text(context) {
      for (const command of commands) {
        const text = command.text(context)
        if (text) return maxLength === undefined ? text : text.slice(0, maxLength)
      }
      return undefined
    },
    value(context) {
      for (const command of commands) {
        const value = command.value(context)
        if (value === undefined || value === null || value === '') continue
        return typeof value === 'string' && maxLength !== undefined ? value.slice(0, maxLength) : value
      }
      return undefined
    },
  }
}

interface Operator {
  command?: unknown
  param?: string
  max_length?: number
}

function operatorsOf(parameter: string, path: string): (string | Operator | null)[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(parameter)
  } catch (error) {
    throw new ConfigError(path, `COALESCE: its parameter is not JSON: ${(error as Error).message}`)
  }
  const operators = (parsed as { operators?: unknown } | null)?.operators
  if (!Array.isArray(operators)) throw new ConfigError(path, `COALESCE: its parameter needs an 'operators' list`)
  if (operators.length === 0) throw new ConfigError(path, `COALESCE: 'operators' is empty`)
  return operators as (string | Operator | null)[]
}
