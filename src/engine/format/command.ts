import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import type { JsonValue, StreamInfo } from '../stream-info.ts'
import { jsonText } from './json.ts'
import type { Command, FormatContext } from './types.ts'

/** What a command's parser gets besides its own text. */
export interface CommandEnvironment {
  services: EngineServices | undefined
  /** Document path of the format, for errors. */
  path: string
  /** Parses another command by name, for COALESCE. */
  parseCommand(name: string, parameter: string, maxLength: number | undefined): Command
}

/** How a command may be written, and what it becomes (Envoy: CommandSyntaxChecker). */
export interface CommandDefinition {
  parameter: 'none' | 'required' | 'optional'
  /** Whether `:N` may follow. */
  length: boolean
  create(parameter: string, maxLength: number | undefined, environment: CommandEnvironment): Command
}

export type CommandTable = Record<string, CommandDefinition>

/** A command whose value is text, cut to `maxLength` bytes. */
export function textCommand(
  read: (context: FormatContext) => string | undefined,
  maxLength?: number | undefined,
): Command {
  const text = maxLength === undefined ? read : (context: FormatContext) => read(context)?.slice(0, maxLength)
  return { text, value: text }
}

/** A command whose value is a number: text in a line, a number in JSON. */
export function numberCommand(read: (context: FormatContext) => number | undefined): Command {
  return {
    text(context) {
      const value = read(context)
      return value === undefined ? undefined : String(value)
    },
    value: read,
  }
}

/** A command whose value is any JSON: strings print as they are, the rest as JSON text. Null is no value. */
export function jsonCommand(
  read: (context: FormatContext) => JsonValue | undefined,
  maxLength?: number | undefined,
): Command {
  return {
    text(context) {
      const value = read(context)
      if (value === undefined || value === null) return undefined
      const text = typeof value === 'string' ? value : jsonText(value)
      return maxLength === undefined ? text : text.slice(0, maxLength)
    },
    value: (context) => read(context) ?? undefined,
  }
}

/** `%NAME%` without parameter or length, from the stream's info. */
export function infoText(read: (info: StreamInfo) => string | undefined): CommandDefinition {
  return { parameter: 'none', length: false, create: () => textCommand(({ info }) => read(info)) }
}

export function infoNumber(read: (info: StreamInfo) => number | undefined): CommandDefinition {
  return { parameter: 'none', length: false, create: () => numberCommand(({ info }) => read(info)) }
}

/** Refuses what Envoy's syntax check refuses. */
export function checkSyntax(
  name: string,
  definition: CommandDefinition,
  parameter: string,
  maxLength: number | undefined,
  path: string,
): void {
  if (definition.parameter === 'none' && !definition.length && (parameter !== '' || maxLength !== undefined)) {
    throw new ConfigError(path, `%${name}% takes neither a parameter nor a length`)
  }
  if (definition.parameter === 'required' && parameter === '') {
    throw new ConfigError(path, `%${name}% needs a parameter: %${name}(...)%`)
  }
  if (!definition.length && maxLength !== undefined) {
    throw new ConfigError(path, `%${name}% does not take a length (:${maxLength})`)
  }
}
