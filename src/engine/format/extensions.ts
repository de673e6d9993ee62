import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import { type CommandTable, textCommand } from './command.ts'
import { builtInCommands } from './commands.ts'
import { withoutQuery } from './commands-headers.ts'

/** Commands by the type of the formatter extension that brings them. */
const EXTENSIONS: Record<string, CommandTable> = {
  'envoy.extensions.formatter.metadata.v3.Metadata': { METADATA: builtInCommands.METADATA! },
  'envoy.extensions.formatter.cel.v3.Cel': { CEL: builtInCommands.CEL! },
  'envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery': { REQ_WITHOUT_QUERY: withoutQuery() },
  // Both read what the simulator does not have, files and secrets; they print as missing.
  'envoy.extensions.formatter.file_content.v3.FileContent': {
    FILE_CONTENT: { parameter: 'required', length: true, create: () => textCommand(() => undefined) },
  },
  'envoy.extensions.formatter.generic_secret.v3.GenericSecret': {
    SECRET: { parameter: 'required', length: true, create: () => textCommand(() => undefined) },
  },
}

/** The commands that `formatters` of a format add. */
export function formatterCommands(
  formatters: readonly { name: string; typedConfig?: unknown }[],
  services: EngineServices,
  path: string,
): CommandTable {
  const commands: CommandTable = {}
  formatters.forEach((formatter, i) => {
    const typeName = services.registry.unpack(formatter.typedConfig)?.typeName
    const table = typeName === undefined ? undefined : EXTENSIONS[typeName]
    if (!table) {
      throw new ConfigError(
        `${path}[${i}]`,
        `no formatter of type '${typeName ?? formatter.name}'; known are ${Object.keys(EXTENSIONS).join(', ')}`,
      )
    }
    Object.assign(commands, table)
  })
  return commands
}
