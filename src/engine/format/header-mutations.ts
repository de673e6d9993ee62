import type { HeaderMutation } from '../../envoy/types/envoy/config/common/mutation_rules/v3/mutation_rules_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { HeaderMap } from '../http/header-map.ts'
import { asciiLower } from '../match/ascii.ts'
import { createStringMatcher, type StringMatcherConfig } from '../match/string.ts'
import type { EngineServices } from '../services.ts'
import type { CommandTable } from './command.ts'
import { type Addition, applyAddition, isChangeable, parseAddition } from './header-parser.ts'
import type { FormatContext } from './types.ts'

type Mutation = (headers: HeaderMap, context: FormatContext) => void

/**
 * A list of config.common.mutation_rules.v3.HeaderMutation, carried out one after the other, each seeing what the one before
 * left (Envoy: source/common/http/header_mutation.cc).
 */
export class HeaderMutations {
  private readonly mutations: Mutation[]

  /** @param commands what values may use beside the built-in commands. */
  constructor(configs: readonly HeaderMutation[], path: string, services?: EngineServices, commands?: CommandTable) {
    this.mutations = configs.map((config, i) => createMutation(config, `${path}[${i}]`, services, commands))
  }

  evaluate(headers: HeaderMap, context: FormatContext): void {
    for (const mutate of this.mutations) mutate(headers, context)
  }
}

function createMutation(
  config: HeaderMutation,
  path: string,
  services: EngineServices | undefined,
  commands: CommandTable | undefined,
): Mutation {
  const { action } = config
  switch (action.case) {
    case 'remove': {
      if (!isChangeable(action.value)) {
        throw new ConfigError(`${path}.remove`, `'${action.value}': pseudo headers and host cannot be removed`)
      }
      const name = asciiLower(toByteString(action.value))
      return (headers) => {
        headers.remove(name)
      }
    }
    case 'append': {
      const addition: Addition = parseAddition(action.value, `${path}.append`, services, commands)
      return (headers, context) => applyAddition(addition, headers, context)
    }
    case 'removeOnMatch': {
      if (!action.value.keyMatcher) throw new ConfigError(`${path}.remove_on_match.key_matcher`, 'is required')
      const key = createStringMatcher(
        action.value.keyMatcher as StringMatcherConfig,
        `${path}.remove_on_match.key_matcher`,
        services,
      )
      return (headers) => {
        headers.removeIf((name) => isChangeable(name) && key.matches(name))
      }
    }
    default:
      throw new ConfigError(path, 'a header mutation needs append, remove or remove_on_match')
  }
}
