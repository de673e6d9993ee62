import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import { percentDecode, queryOf, queryParameters, removeQueryAndFragment } from '../match/query.ts'
import { type CommandDefinition, type CommandTable, numberCommand, textCommand } from './command.ts'
import type { FormatContext } from './types.ts'

type Pick = (context: FormatContext) => HeaderMap | undefined

const request: Pick = (context) => context.requestHeaders ?? context.info.requestHeaders
const response: Pick = (context) => context.responseHeaders
const trailers: Pick = (context) => context.responseTrailers

/** Commands that read headers, the path and its query (Envoy: source/common/formatter/http_specific_formatter.cc). */
export const headerCommands: CommandTable = {
  REQ: header(request),
  REQUEST_HEADER: header(request),
  STREAM_INFO_REQ: header((context) => context.info.requestHeaders),
  RESP: header(response),
  RESPONSE_HEADER: header(response),
  TRAILER: header(trailers),
  RESPONSE_TRAILER: header(trailers),
  REQUEST_HEADERS_BYTES: bytes(request),
  RESPONSE_HEADERS_BYTES: bytes(response),
  RESPONSE_TRAILERS_BYTES: bytes(trailers),
  PATH: {
    parameter: 'optional',
    length: true,
    create(parameter, maxLength, { path }) {
      const read = pathReader(parameter, path)
      return textCommand((context) => read(request(context)), maxLength)
    },
  },
  QUERY_PARAM: {
    parameter: 'required',
    length: true,
    create: (parameter, maxLength) =>
      textCommand((context) => {
        const path = request(context)?.get(':path')
        return path === undefined ? undefined : decodedParameter(path, parameter)
      }, maxLength),
  },
  QUERY_PARAMS: {
    parameter: 'optional',
    length: true,
    create(parameter, maxLength, { path }) {
      if (parameter !== '' && parameter !== 'ORIG' && parameter !== 'DECODED') {
        throw new ConfigError(path, `%QUERY_PARAMS(${parameter})%: expected ORIG or DECODED`)
      }
      return textCommand((context) => {
        const full = request(context)?.get(':path')
        const query = full === undefined ? undefined : queryOf(full)
        if (query === undefined || query === '') return undefined
        return parameter === 'DECODED' ? printable(lossyDecode(query)) : query
      }, maxLength)
    },
  },
}

function header(pick: Pick): CommandDefinition {
  return {
    parameter: 'required',
    length: true,
    create(parameter, maxLength, { path }) {
      const [main, alternative] = headerNames(parameter, path)
      return textCommand((context) => {
        const headers = pick(context)
        return headers?.get(main) ?? (alternative === undefined ? undefined : headers?.get(alternative))
      }, maxLength)
    },
  }
}

/** The formatter extension of that name: a header's value up to its query. */
export function withoutQuery(): CommandDefinition {
  return {
    parameter: 'required',
    length: true,
    create(parameter, maxLength, { path }) {
      const [main, alternative] = headerNames(parameter, path)
      return textCommand((context) => {
        const headers = request(context)
        const value = headers?.get(main) ?? (alternative === undefined ? undefined : headers?.get(alternative))
        return value === undefined ? undefined : removeQueryAndFragment(value)
      }, maxLength)
    },
  }
}

function bytes(pick: Pick): CommandDefinition {
  return { parameter: 'none', length: false, create: () => numberCommand((context) => pick(context)?.byteSize ?? 0) }
}

/** `name` or `name?alternative`, lower-cased. */
function headerNames(parameter: string, path: string): [string, string | undefined] {
  const names = parameter.split('?')
  if (names.length > 2) {
    throw new ConfigError(path, `'${parameter}' names more than one alternative header; one may follow the '?'`)
  }
  for (const name of names) {
    if (name !== '' && !/^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      throw new ConfigError(path, `'${name}' is not a header name`)
    }
  }
  return [asciiLower(names[0]!), names[1] ? asciiLower(names[1]) : undefined]
}

const PATH_SOURCES = {
  '': [['x-envoy-original-path', ':path']],
  ORIG_OR_PATH: [['x-envoy-original-path', ':path']],
  ORIG: [['x-envoy-original-path']],
  PATH: [[':path']],
} as const

function pathReader(parameter: string, path: string): (headers: HeaderMap | undefined) => string | undefined {
  const [query = '', source = '', ...rest] = parameter.split(':')
  const names = PATH_SOURCES[source as keyof typeof PATH_SOURCES]?.[0]
  if (rest.length > 0 || !['', 'WQ', 'NQ'].includes(query) || !names) {
    throw new ConfigError(path, `%PATH(${parameter})%: expected WQ or NQ, then ORIG, PATH or ORIG_OR_PATH`)
  }
  return (headers) => {
    for (const name of names) {
      const value = headers?.get(name)
      if (value !== undefined) return query === 'NQ' ? removeQueryAndFragment(value) : value
    }
    return undefined
  }
}

/** The first parameter of a decoded name, decoded. */
function decodedParameter(path: string, name: string): string | undefined {
  const found = queryParameters(path).find(([candidate]) => percentDecode(candidate) === name)
  return found && percentDecode(found[1])
}

/** A `%` before two characters that are no escape is dropped here, and kept by percentDecode. */
function lossyDecode(text: string): string {
  return percentDecode(text.replace(/%(?=..)(?![0-9A-Fa-f]{2})/gs, ''))
}

/** What no URL may hold is encoded again. */
function printable(text: string): string {
  return text.replace(
    /[^!-~]|["<>\\^{|}]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
