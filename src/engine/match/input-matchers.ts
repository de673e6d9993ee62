import type { ValueMatcher } from '../../envoy/types/envoy/type/matcher/v3/value_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import { celService, celSource } from './cel.ts'
import { CidrList, type CidrRangeConfig } from './cidr.ts'
import { createFraction } from './fraction.ts'
import type { ExtensionConfig } from './inputs.ts'
import type { InputValue, MatchContext } from './types.ts'
import { createValueMatcher } from './value.ts'
import { xxHash64 } from './xxhash.ts'

/** A custom matcher of a single predicate. */
export interface InputMatcher {
  matches(value: InputValue, context: MatchContext): boolean
  readonly description: string
}

type Factory = (config: never, path: string, services: EngineServices) => InputMatcher

const MATCHERS = 'envoy.extensions.matching.input_matchers.'

const FACTORIES: Record<string, Factory> = {
  [`${MATCHERS}ip.v3.Ip`]: (config: { cidrRanges: CidrRangeConfig[] }, path) => {
    const ranges = new CidrList(config.cidrRanges, `${path}.cidr_ranges`)
    return {
      description: `in ${ranges.description}`,
      matches: (value) => typeof value === 'string' && ranges.contains(value),
    }
  },
  [`${MATCHERS}consistent_hashing.v3.ConsistentHashing`]: (config: {
    threshold: number
    modulo: number
    seed: bigint
  }) => ({
    description: `hash % ${config.modulo} >= ${config.threshold}`,
    matches: (value) =>
      typeof value === 'string' && xxHash64(value, config.seed) % BigInt(config.modulo) >= BigInt(config.threshold),
  }),
  [`${MATCHERS}runtime_fraction.v3.RuntimeFraction`]: (
    config: { runtimeFraction?: Parameters<typeof createFraction>[0]; seed: bigint },
    _path,
    services,
  ) => {
    const fraction = createFraction(config.runtimeFraction, services.runtime)
    return {
      description: fraction.description,
      matches: (value) => typeof value === 'string' && fraction.enabledFor(xxHash64(value, config.seed)),
    }
  },
  [`${MATCHERS}metadata.v3.Metadata`]: (config: { value?: ValueMatcher; invert: boolean }, path, services) => {
    if (!config.value) throw new ConfigError(`${path}.value`, 'a metadata matcher needs a value')
    const value = createValueMatcher(config.value, `${path}.value`, services)
    return {
      description: `${config.invert ? 'not ' : ''}${value.description}`,
      matches: (input) => typeof input === 'object' && 'json' in input && value.matches(input.json) !== config.invert,
    }
  },
  'xds.type.matcher.v3.CelMatcher': (
    config: { exprMatch?: Parameters<typeof celSource>[0]; description: string },
    path,
    services,
  ) => {
    const source = config.exprMatch && celSource({ ...config.exprMatch, celExprString: '' })
    if (!source) throw new ConfigError(`${path}.expr_match`, 'needs a parsed or checked CEL expression')
    const expression = celService(services.host)?.compile(source, `${path}.expr_match`)
    return {
      description: expression ? `CEL ${config.description || 'expression'}` : 'CEL expression (CEL is not loaded)',
      matches: (_, context) => expression?.evaluate(context) === true,
    }
  },
}

/**
 * A custom matcher made ready.
 * @throws ConfigError at `path` for one that Envoy, or the simulator, does not know.
 */
export function createInputMatcher(config: ExtensionConfig, path: string, services: EngineServices): InputMatcher {
  const unpacked = services.registry.unpack(config.typedConfig)
  const factory = unpacked && FACTORIES[unpacked.typeName]
  if (!unpacked || !factory) {
    throw new ConfigError(path, `no input matcher of type '${unpacked?.typeName ?? config.name}'`)
  }
  return factory(unpacked.message as never, path, services)
}
