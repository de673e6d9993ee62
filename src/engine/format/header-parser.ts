import type { HeaderValueOption } from '../../envoy/types/envoy/config/core/v3/base_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import type { EngineServices } from '../services.ts'
import type { CommandTable } from './command.ts'
import { notModelledIn } from './commands.ts'
import { type FormatOptions, parseFormat } from './formatter.ts'
import type { FormatContext, Formatter } from './types.ts'

/** One header to add, parsed. */
export interface Addition {
  name: string
  value: Formatter
  action: AppendAction
  keepEmpty: boolean
}

/** HeaderValueOption.append_action by number. */
export const APPEND_ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
] as const
export type AppendAction = (typeof APPEND_ACTIONS)[number]

/**
 * One level's headers to add and to remove, parsed once (Envoy: source/common/router/header_parser.cc). Removals come first;
 * then every value is formatted against the headers as they are, and only then overwrites and additions are made, in that order.
 */
export class HeaderParser {
  private readonly additions: Addition[]
  private readonly removals: string[]
  /** Commands in the values that the simulator has no value for. */
  readonly notModelled: readonly string[]

  /**
   * @param path document path of the object that has the lists, which are named `addField` and `removeField` in it.
   * @throws ConfigError for pseudo headers and `host`, for both append and append_action, and for broken formats.
   */
  constructor(
    toAdd: readonly HeaderValueOption[],
    toRemove: readonly string[],
    options: { path: string; addField: string; removeField: string; services?: EngineServices },
  ) {
    const { path, addField, removeField, services } = options
    this.additions = toAdd.map((option, i) => parseAddition(option, `${path}.${addField}[${i}]`, services))
    this.notModelled = toAdd.flatMap((option) => notModelledIn(option.header?.value ?? ''))
    this.removals = toRemove.map((name, i) => {
      if (!isChangeable(name)) {
        throw new ConfigError(`${path}.${removeField}[${i}]`, `'${name}': pseudo headers and host cannot be removed`)
      }
      return asciiLower(toByteString(name))
    })
  }

  get empty(): boolean {
    return this.additions.length === 0 && this.removals.length === 0
  }

  /** Changes `headers`. A name of the O(1) set is appended to with a comma, others are added once more. */
  evaluate(headers: HeaderMap, context: FormatContext): void {
    for (const name of this.removals) headers.remove(name)
    if (this.additions.length === 0) return
    const overwrites: [string, string][] = []
    const added: [string, string][] = []
    for (const { name, value, action, keepEmpty } of this.additions) {
      const text = value.constant ?? value.format(context)
      if (text === '' && !keepEmpty) continue
      if (action === 'APPEND_IF_EXISTS_OR_ADD') added.push([name, text])
      else if (action === 'OVERWRITE_IF_EXISTS_OR_ADD') overwrites.push([name, text])
      else if (headers.has(name) === (action === 'OVERWRITE_IF_EXISTS')) {
        if (action === 'ADD_IF_ABSENT') added.push([name, text])
        else overwrites.push([name, text])
      }
    }
    for (const [name, text] of overwrites) headers.replace(name, text)
    for (const [name, text] of added) headers.add(name, text)
  }
}

/** A HeaderValueOption at `path`, parsed. */
export function parseAddition(
  option: HeaderValueOption,
  path: string,
  services: EngineServices | undefined,
  extensions?: CommandTable,
): Addition {
  const key = option.header?.key ?? ''
  if (!isChangeable(key))
    throw new ConfigError(`${path}.header.key`, `'${key}': pseudo headers and host cannot be set here`)
  if (option.append !== undefined && option.appendAction !== 0) {
    throw new ConfigError(path, 'append and append_action exclude each other; append_action is the current one')
  }
  const legacy = option.append === false ? 'OVERWRITE_IF_EXISTS_OR_ADD' : undefined
  return {
    name: asciiLower(toByteString(key)),
    value: parseHeaderValue(option, {
      path: `${path}.header.value`,
      services,
      omitEmpty: true,
      ...(extensions ? { extensions } : {}),
    }),
    action: legacy ?? APPEND_ACTIONS[option.appendAction] ?? 'APPEND_IF_EXISTS_OR_ADD',
    keepEmpty: option.keepEmptyValue,
  }
}

/** Carries out one addition at once. */
export function applyAddition(addition: Addition, headers: HeaderMap, context: FormatContext): void {
  const { name, value, action, keepEmpty } = addition
  const text = value.constant ?? value.format(context)
  if (text === '' && !keepEmpty) return
  if (action === 'APPEND_IF_EXISTS_OR_ADD') headers.add(name, text)
  else if (action === 'OVERWRITE_IF_EXISTS_OR_ADD') headers.replace(name, text)
  else if (action === 'ADD_IF_ABSENT') {
    if (!headers.has(name)) headers.add(name, text)
  } else if (headers.has(name)) headers.replace(name, text)
}

/** A header's value as a format. Envoy does not read raw_value here. */
export function parseHeaderValue(option: Pick<HeaderValueOption, 'header'>, options: FormatOptions): Formatter {
  return parseFormat(translateLegacy(option.header?.value ?? ''), options)
}

/**
 * Two spellings of old: `%DYNAMIC_METADATA(["a", "b"])%` for `%DYNAMIC_METADATA(a:b)%` (UPSTREAM_METADATA likewise), and
 * `%PER_REQUEST_STATE(key)%` for `%FILTER_STATE(key:PLAIN)%`.
 */
export function translateLegacy(value: string): string {
  if (!value.includes('_METADATA(') && !value.includes('PER_REQUEST_STATE(')) return value
  return value
    .replace(/%(UPSTREAM|DYNAMIC)_METADATA\(\s*(\[.*?\])\s*\)%/gs, (whole, kind: string, list: string) => {
      try {
        const keys = JSON.parse(list) as unknown[]
        return `%${kind}_METADATA(${keys.map(String).join(':')})%`
      } catch {
        return whole
      }
    })
    .replace(/%PER_REQUEST_STATE\((.*?)\)%/gs, '%FILTER_STATE($1:PLAIN)%')
}

/** HeaderUtility::isModifiableHeader: everything but pseudo headers and host. */
export function isChangeable(name: string): boolean {
  return name !== '' && !name.startsWith(':') && name.toLowerCase() !== 'host'
}
