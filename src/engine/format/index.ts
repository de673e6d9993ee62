/** The substitution command language: what `%COMMAND%` stands for in headers, bodies and log lines. */
export { createBodyFormatter, dataSourceBytes, dataSourceText, jsonWriter } from './body.ts'
export { notModelledCommands } from './commands.ts'
export { formatterCommands } from './extensions.ts'
export { type FormatOptions, parseFormat } from './formatter.ts'
export { HeaderMutations } from './header-mutations.ts'
export { APPEND_ACTIONS, type AppendAction, HeaderParser, isChangeable, parseHeaderValue } from './header-parser.ts'
export { jsonText, toByteJson } from './json.ts'
export type { BodyFormatter, Command, FormatContext, Formatter } from './types.ts'
