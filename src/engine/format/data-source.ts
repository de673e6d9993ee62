import type { DataSource } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import { fromLatin1, fromUtf8, latin1, toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'

/** The text of a DataSource, for formats: dataSourceBytes read as UTF-8. */
export function dataSourceText(source: DataSource, path: string, services: EngineServices): string {
  return fromUtf8(fromLatin1(dataSourceBytes(source, path, services)))
}

/**
 * The bytes of a DataSource as a byte string. Files cannot be read by the simulator.
 * @throws ConfigError for files and environment variables that are not there.
 */
export function dataSourceBytes(source: DataSource, path: string, services: EngineServices): string {
  const { specifier } = source
  switch (specifier.case) {
    case 'inlineString':
      return toByteString(specifier.value)
    case 'inlineBytes':
      return latin1(specifier.value)
    case 'environmentVariable': {
      const value = services.environment?.variables[specifier.value]
      if (value === undefined) throw new ConfigError(path, `the environment has no variable '${specifier.value}'`)
      return toByteString(value)
    }
    case 'filename':
      throw new ConfigError(
        path,
        `the file '${specifier.value}' is not part of the design; put its content into inline_string`,
      )
    default:
      throw new ConfigError(path, 'a data source needs inline_string, inline_bytes, environment_variable or filename')
  }
}
