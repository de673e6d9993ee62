import type {
  Matcher as MatcherConfig,
  Matcher_OnMatch as OnMatchConfig,
  Matcher_MatcherList_Predicate as PredicateConfig,
} from '../../envoy/types/xds/type/matcher/v3/matcher_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import type { EngineServices } from '../services.ts'
import { createInputMatcher } from './input-matchers.ts'
import { createInput, type DataInput, type ExtensionConfig, NOT_YET } from './inputs.ts'
import { createStringMatcher, type StringMatcherConfig } from './string.ts'
import { createCustomTree } from './trees.ts'
import type { MatchContext, Matcher, MatchResult } from './types.ts'

/** Makes an action out of its configuration; `path` is the action's place in the document. */
export type ActionFactory<Action> = (action: ExtensionConfig, path: string) => Action

/** What a match leads to: an action, another matcher, or nothing. */
export type Outcome<Action> = (context: MatchContext, skipped: Action[]) => MatchResult<Action>

/** Shared while one matcher is built. */
export interface MatcherBuild<Action> {
  services: EngineServices
  action: ActionFactory<Action>
  inputs: Set<string>
  keepsMatching: boolean
}

/**
 * xds.type.matcher.v3.Matcher made ready; config.common.matcher.v3.Matcher, which has the same shape, too
 * (Envoy: source/common/matcher/matcher.h). A list goes on after a match whose nested matcher finds nothing; `keep_matching`
 * records the action and goes on as well.
 * @throws ConfigError with the path of what is wrong.
 */
export function createMatcher<Action>(
  config: MatcherConfig,
  path: string,
  services: EngineServices,
  action: ActionFactory<Action>,
): Matcher<Action> {
  const build: MatcherBuild<Action> = { services, action, inputs: new Set(), keepsMatching: false }
  const outcome = createOutcomeOfMatcher(config, path, build)
  return { match: (context) => outcome(context, []), inputs: [...build.inputs], keepsMatching: build.keepsMatching }
}

function createOutcomeOfMatcher<Action>(
  config: MatcherConfig,
  path: string,
  build: MatcherBuild<Action>,
): Outcome<Action> {
  const otherwise = createOnMatch(config.onNoMatch, `${path}.on_no_match`, build)
  const { matcherType } = config
  if (matcherType.case === 'matcherList') {
    const list = matcherType.value.matchers.map((entry, i) => {
      const at = `${path}.matcher_list.matchers[${i}]`
      if (!entry.predicate) throw new ConfigError(`${at}.predicate`, 'is required')
      return {
        predicate: createPredicate(entry.predicate, `${at}.predicate`, build),
        outcome: createOnMatch(entry.onMatch, `${at}.on_match`, build),
      }
    })
    return (context, skipped) => {
      for (const { predicate, outcome } of list) {
        const answer = predicate(context)
        if (answer === NOT_YET) return { kind: 'insufficient', skipped }
        if (!answer) continue
        const result = outcome(context, skipped)
        if (result.kind !== 'noMatch') return result
      }
      return otherwise(context, skipped)
    }
  }
  if (matcherType.case === 'matcherTree') {
    const at = `${path}.matcher_tree`
    const input = registered(createInput(matcherType.value.input, `${at}.input`, build.services), build)
    const { treeType } = matcherType.value
    if (treeType.case === 'exactMatchMap') {
      return exactTree(input, createMap(treeType.value.map, `${at}.exact_match_map.map`, build), otherwise)
    }
    if (treeType.case === 'prefixMatchMap') {
      return prefixTree(input, createMap(treeType.value.map, `${at}.prefix_match_map.map`, build), otherwise)
    }
    if (treeType.case === 'customMatch') {
      return createCustomTree(treeType.value, `${at}.custom_match`, build, input, otherwise)
    }
    throw new ConfigError(at, 'needs exact_match_map, prefix_match_map or custom_match')
  }
  return otherwise
}

/** An on_match of a matcher; a missing one is no match. */
export function createOnMatch<Action>(
  config: OnMatchConfig | undefined,
  path: string,
  build: MatcherBuild<Action>,
): Outcome<Action> {
  const keep = config?.keepMatching ?? false
  build.keepsMatching ||= keep
  if (config?.onMatch.case === 'matcher') {
    const nested = createOutcomeOfMatcher(config.onMatch.value, `${path}.matcher`, build)
    if (!keep) return nested
    return (context, skipped) => {
      const result = nested(context, skipped)
      if (result.kind !== 'match') return result
      skipped.push(result.action)
      return { kind: 'noMatch', skipped }
    }
  }
  if (config?.onMatch.case === 'action') {
    const action = build.action(config.onMatch.value, `${path}.action`)
    if (!keep) return (_, skipped) => ({ kind: 'match', action, skipped })
    return (_, skipped) => {
      skipped.push(action)
      return { kind: 'noMatch', skipped }
    }
  }
  return (_, skipped) => ({ kind: 'noMatch', skipped })
}

type Answer = boolean | typeof NOT_YET
type Predicate = (context: MatchContext) => Answer

function createPredicate<Action>(config: PredicateConfig, path: string, build: MatcherBuild<Action>): Predicate {
  const { matchType } = config
  switch (matchType.case) {
    case 'singlePredicate': {
      const { input: inputConfig, matcher } = matchType.value
      const at = `${path}.single_predicate`
      const input = registered(createInput(inputConfig, `${at}.input`, build.services), build)
      if (matcher.case === 'customMatch') {
        const custom = createInputMatcher(matcher.value, `${at}.custom_match`, build.services)
        return (context) => {
          const value = input.read(context)
          return value === NOT_YET ? NOT_YET : custom.matches(value, context)
        }
      }
      if (matcher.case !== 'valueMatch') throw new ConfigError(at, 'needs value_match or custom_match')
      const text = createStringMatcher(matcher.value as StringMatcherConfig, `${at}.value_match`, build.services)
      return (context) => {
        const value = input.read(context)
        return value === NOT_YET ? NOT_YET : typeof value === 'string' && text.matches(value)
      }
    }
    case 'orMatcher': {
      const any = matchType.value.predicate.map((one, i) =>
        createPredicate(one, `${path}.or_matcher.predicate[${i}]`, build),
      )
      return (context) => combine(any, context, true)
    }
    case 'andMatcher': {
      const all = matchType.value.predicate.map((one, i) =>
        createPredicate(one, `${path}.and_matcher.predicate[${i}]`, build),
      )
      return (context) => combine(all, context, false)
    }
    case 'notMatcher': {
      const not = createPredicate(matchType.value, `${path}.not_matcher`, build)
      return (context) => {
        const answer = not(context)
        return answer === NOT_YET ? NOT_YET : !answer
      }
    }
    default:
      throw new ConfigError(path, 'needs single_predicate, or_matcher, and_matcher or not_matcher')
  }
}

/** Stops at the first answer equal to `decisive`, or at one that cannot be given yet. */
function combine(predicates: readonly Predicate[], context: MatchContext, decisive: boolean): Answer {
  for (const predicate of predicates) {
    const answer = predicate(context)
    if (answer === NOT_YET || answer === decisive) return answer
  }
  return !decisive
}

function createMap<Action>(
  map: { [key: string]: OnMatchConfig },
  path: string,
  build: MatcherBuild<Action>,
): Map<string, Outcome<Action>> {
  return new Map(
    Object.entries(map).map(([key, onMatch]) => [
      toByteString(key),
      createOnMatch(onMatch, `${path}["${key}"]`, build),
    ]),
  )
}

function exactTree<Action>(
  input: DataInput,
  map: ReadonlyMap<string, Outcome<Action>>,
  otherwise: Outcome<Action>,
): Outcome<Action> {
  return (context, skipped) => {
    const value = input.read(context)
    if (value === NOT_YET) return { kind: 'insufficient', skipped }
    const found = typeof value === 'string' ? map.get(value) : undefined
    const result = found?.(context, skipped)
    return result && result.kind !== 'noMatch' ? result : otherwise(context, skipped)
  }
}

/** The longest prefix that leads to a match wins. */
function prefixTree<Action>(
  input: DataInput,
  map: ReadonlyMap<string, Outcome<Action>>,
  otherwise: Outcome<Action>,
): Outcome<Action> {
  const lengths = [...new Set([...map.keys()].map((key) => key.length))].sort((a, b) => b - a)
  return (context, skipped) => {
    const value = input.read(context)
    if (value === NOT_YET) return { kind: 'insufficient', skipped }
    if (typeof value === 'string') {
      for (const length of lengths) {
        if (length > value.length) continue
        const result = map.get(value.slice(0, length))?.(context, skipped)
        if (result && result.kind !== 'noMatch') return result
      }
    }
    return otherwise(context, skipped)
  }
}

function registered<Action>(input: DataInput, build: MatcherBuild<Action>): DataInput {
  build.inputs.add(input.typeName)
  return input
}
