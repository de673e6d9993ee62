import type { SubstitutionFormatString } from '../../envoy/types/envoy/config/core/v3/substitution_format_string_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import type { JsonValue } from '../stream-info.ts'
import type { CommandTable } from './command.ts'
import { dataSourceText } from './data-source.ts'
import { formatterCommands } from './extensions.ts'
import { type FormatOptions, type FormatPart, parseFormat, parseParts } from './formatter.ts'
import { escapeJson, jsonText } from './json.ts'
import type { BodyFormatter, FormatContext } from './types.ts'

/** A SubstitutionFormatString made ready, with `commands` beside the built-in ones (Envoy: source/common/formatter/substitution_format_string.cc). */
export function createBodyFormatter(
  config: SubstitutionFormatString,
  path: string,
  services: EngineServices,
  commands?: CommandTable,
): BodyFormatter {
  const options: FormatOptions = {
    path,
    services,
    omitEmpty: config.omitEmptyValues,
    extensions: { ...formatterCommands(config.formatters, services, `${path}.formatters`), ...commands },
  }
  switch (config.format.case) {
    case 'textFormat':
      return { ...parseFormat(config.format.value, options), contentType: config.contentType || 'text/plain' }
    case 'textFormatSource': {
      const text = dataSourceText(config.format.value, `${path}.text_format_source`, services)
      return { ...parseFormat(text, options), contentType: config.contentType || 'text/plain' }
    }
    case 'jsonFormat': {
      const write = jsonWriter(config.format.value as JsonValue, { ...options, path: `${path}.json_format` })
      return {
        constant: undefined,
        contentType: config.contentType || 'application/json',
        format: (context) => `${write(context)}\n`,
      }
    }
    default:
      throw new ConfigError(path, 'a format needs text_format, text_format_source or json_format')
  }
}

/** Writes a value; undefined for null ones that omit_empty_values leaves out. */
type Writer = (context: FormatContext) => string | undefined

/**
 * A JSON format as a function that writes it; fixed values are written once. Keys come sorted, as in Envoy. Under
 * omit_empty_values nulls and objects with nothing in them are left out, empty strings and lists are not.
 */
function jsonWriter(format: JsonValue, options: FormatOptions): (context: FormatContext) => string {
  const write = valueWriter(format, options)
  return (context) => write(context) ?? '{}'
}

function valueWriter(format: JsonValue, options: FormatOptions): Writer {
  if (typeof format === 'string') return stringWriter(parseParts(format, options), options)
  if (Array.isArray(format)) {
    const entries = format.map((entry, i) => valueWriter(entry, { ...options, path: `${options.path}[${i}]` }))
    return (context) => `[${present(entries.map((write) => write(context))).join(',')}]`
  }
  if (typeof format !== 'object' || format === null) {
    const fixed = format === null && options.omitEmpty ? undefined : jsonText(format)
    return () => fixed
  }
  const fields = Object.keys(format)
    .sort()
    .map((key) => {
      const write = valueWriter(format[key]!, { ...options, path: `${options.path}.${key}` })
      const prefix = `"${escapeJson(toByteString(key))}":`
      return (context: FormatContext) => {
        const text = write(context)
        return text === undefined ? undefined : prefix + text
      }
    })
  return (context) => {
    const written = present(fields.map((write) => write(context)))
    return written.length === 0 && options.omitEmpty ? undefined : `{${written.join(',')}}`
  }
}

function present(texts: (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined)
}

/** One command keeps its type; several parts make a string. */
function stringWriter(parts: FormatPart[], options: FormatOptions): Writer {
  const only = parts.length === 1 ? parts[0]! : undefined
  if (typeof only === 'string') {
    const fixed = jsonText(only)
    return () => fixed
  }
  if (only) {
    return (context) => {
      const value = only.value(context) ?? null
      return value === null && options.omitEmpty ? undefined : jsonText(value)
    }
  }
  const missing = options.omitEmpty ? '' : '-'
  return (context) => {
    let text = ''
    for (const part of parts) text += escapeJson(typeof part === 'string' ? part : (part.text(context) ?? missing))
    return `"${text}"`
  }
}
