import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import { type CommandEnvironment, type CommandTable, checkSyntax } from './command.ts'
import { builtInCommands } from './commands.ts'
import type { Command, FormatContext, Formatter } from './types.ts'

/** What parsing needs to know besides the text. */
export interface FormatOptions {
  /** Document path of the format, for errors. */
  path: string
  services?: EngineServices
  /** Commands without a value print nothing instead of `-`. */
  omitEmpty?: boolean
  /** Commands of formatter extensions, asked before the built-in ones. */
  extensions?: CommandTable
}

/** A stretch of a format: literal text (a byte string) or a command. */
export type FormatPart = string | Command

const COMMAND = /%([A-Z0-9_]+)(?:\((.*?)\))?(?::([0-9]+))?%/sy

/**
 * Takes a text format apart: `%COMMAND(parameter):length%`, `%%` for a percent sign (Envoy:
 * source/common/formatter/substitution_formatter.cc).
 * @throws ConfigError for a lone `%`, an unknown command, or parameters that the command does not take.
 */
export function parseParts(text: string, options: FormatOptions): FormatPart[] {
  const parts: FormatPart[] = []
  let literal = ''
  for (let at = 0; at < text.length; ) {
    const percent = text.indexOf('%', at)
    if (percent < 0) {
      literal += text.slice(at)
      break
    }
    literal += text.slice(at, percent)
    if (text[percent + 1] === '%') {
      literal += '%'
      at = percent + 2
      continue
    }
    COMMAND.lastIndex = percent
    const found = COMMAND.exec(text)
    if (!found) {
      throw new ConfigError(
        options.path,
        `no valid command at position ${percent} of '${text}': expected %NAME%, %NAME(parameter)%, %NAME(parameter):length% or %% for a percent sign`,
      )
    }
    if (literal !== '') parts.push(toByteString(literal))
    literal = ''
    parts.push(parseCommand(found[1]!, found[2] ?? '', found[3] === undefined ? undefined : Number(found[3]), options))
    at = percent + found[0].length
  }
  if (literal !== '' || parts.length === 0) parts.push(toByteString(literal))
  return parts
}

/** One command by name. */
export function parseCommand(
  name: string,
  parameter: string,
  maxLength: number | undefined,
  options: FormatOptions,
): Command {
  const { path, services, extensions } = options
  const definition = own(extensions, name) ?? own(builtInCommands, name)
  if (!definition) throw new ConfigError(path, `unknown command %${name}%${suggestion(name)}`)
  checkSyntax(name, definition, parameter, maxLength, path)
  const environment: CommandEnvironment = {
    services,
    path,
    parseCommand: (other, otherParameter, length) => parseCommand(other, otherParameter, length, options),
  }
  return definition.create(parameter, maxLength, environment)
}

/** A text format made ready. */
export function parseFormat(text: string, options: FormatOptions): Formatter {
  const parts = parseParts(text, options)
  const missing = options.omitEmpty ? '' : '-'
  const only = parts.length === 1 ? parts[0]! : undefined
  if (typeof only === 'string') return { constant: only, format: () => only }
  if (only) return { constant: undefined, format: (context) => only.text(context) ?? missing }
  return {
    constant: undefined,
    format(context: FormatContext) {
      let line = ''
      for (const part of parts) line += typeof part === 'string' ? part : (part.text(context) ?? missing)
      return line
    },
  }
}

function own<T>(table: Record<string, T> | undefined, name: string): T | undefined {
  return table && Object.hasOwn(table, name) ? table[name] : undefined
}

/** The known command that shares the longest beginning or end with a misspelt one. */
function suggestion(name: string): string {
  const names = Object.keys(builtInCommands)
  const near = names.find((known) => known.replaceAll('_', '') === name.replaceAll('_', ''))
  const begins =
    near ?? names.find((known) => known.startsWith(name) || name.startsWith(known) || known.endsWith(`_${name}`))
  return begins ? `; did you mean %${begins}%?` : ''
}
