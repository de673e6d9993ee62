import { isChangeable } from '../../engine/format/index.ts'
import { authorityIsValid, headerValueIsValid } from '../../engine/http/header-utility.ts'
import { compileRegex } from '../../engine/match/regex.ts'
import type { HeaderMutationRules } from '../../envoy/types/envoy/config/common/mutation_rules/v3/mutation_rules_pb.d.ts'

/** `set` and `append` change a value, `remove` takes the header off. */
export type MutationKind = 'set' | 'append' | 'remove'

/** What rules say of one change: do it, pass over it, or refuse everything it came with. */
export type MutationVerdict = 'ok' | 'ignore' | 'fail'

const ROUTING = new Set(['host', ':authority', ':scheme', ':method'])

/**
 * Which headers another party may change (Envoy: source/extensions/filters/common/mutation_rules). Names are byte strings
 * in lower case.
 */
export function createMutationRules(
  rules: HeaderMutationRules,
  path: string,
): (kind: MutationKind, name: string, value: string) => MutationVerdict {
  const never =
    rules.disallowExpression && compileRegex(rules.disallowExpression.regex, `${path}.disallow_expression.regex`)
  const always = rules.allowExpression && compileRegex(rules.allowExpression.regex, `${path}.allow_expression.regex`)
  const refused: MutationVerdict = rules.disallowIsError ? 'fail' : 'ignore'

  const mayChange = (kind: MutationKind, name: string): boolean => {
    // Nobody takes these off, whatever the rules say.
    if (kind === 'remove' && !isChangeable(name)) return false
    if (never?.matches(name)) return false
    if (always?.matches(name)) return true
    if (rules.disallowAll) return false
    if (!rules.allowAllRouting && ROUTING.has(name)) return false
    if (name.startsWith(':') && (kind === 'append' || rules.disallowSystem)) return false
    return rules.allowEnvoy === true || !name.startsWith('x-envoy')
  }
  return (kind, name, value) =>
    mayChange(kind, name) && (kind === 'remove' || valueHasSense(name, value)) ? 'ok' : refused
}

// Values that would break the request are refused for the headers it lives by.
function valueHasSense(name: string, value: string): boolean {
  if (!name.startsWith(':') && !headerValueIsValid(value)) return false
  if (name === 'host' || name === ':authority') return authorityIsValid(value)
  if (name === ':scheme') return /^https?$/i.test(value)
  if (name === ':status') return /^\d+$/.test(value) && Number(value) >= 200
  return true
}
