import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { RBAC, RBACPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/rbac/v3/rbac_pb.d.ts'
import { denialDetails, type RbacEngine, type RbacVerdict, rulesEngine } from '../../common/rbac/engine.ts'
import { matcherEngine } from '../../common/rbac/matcher-engine.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

const NAMESPACE = about.name

interface Engines {
  enforced: RbacEngine | undefined
  shadow: RbacEngine | undefined
  rulesPrefix: string
  shadowPrefix: string
}

interface RbacShared {
  chain: Engines
  /** Per route; a message without rbac switches the filter off. */
  forRoute(config: RBACPerRoute): Engines
}

/**
 * Allows or denies requests by policies on who asks and what for; shadow rules only write down what they would do.
 * Envoy: source/extensions/filters/http/rbac/rbac_filter.cc.
 */
export const rbac = defineHttpFilter<RBAC, RbacShared>({
  ...about,
  shared: (config, context) => ({
    chain: engines(config, context, context.path),
    forRoute: perConfig((perRoute: RBACPerRoute) => engines(perRoute.rbac, context, 'typed_per_filter_config.rbac')),
  }),
  create: ({ shared }) => rbacFilter(shared),
})

function engines(config: RBAC | undefined, context: FilterFactoryContext, path: string): Engines {
  const make = (rules: RBAC['rules'], matcher: RBAC['matcher'], field: string) => {
    if (matcher) return matcherEngine(matcher, context, `${path}.${field}matcher`)
    return rules ? rulesEngine(rules, context, `${path}.${field}rules`) : undefined
  }
  return {
    enforced: make(config?.rules, config?.matcher, ''),
    shadow: make(config?.shadowRules, config?.shadowMatcher, 'shadow_'),
    rulesPrefix: config?.rulesStatPrefix ?? '',
    shadowPrefix: config?.shadowRulesStatPrefix ?? '',
  }
}

function rbacFilter(shared: RbacShared): HttpFilter {
  return {
    decodeHeaders(headers, stream) {
      const perRoute = stream.perRoute<RBACPerRoute>()
      const { enforced, shadow, rulesPrefix, shadowPrefix } = perRoute ? shared.forRoute(perRoute) : shared.chain
      const subject = { connection: stream.info.connection, info: stream.info, headers }
      const found: JsonObject = {}
      if (shadow) {
        const verdict = shadow.decide(subject)
        Object.assign(found, described(`${shadowPrefix}shadow_`, verdict))
        stream.note(`shadow rules would have it ${outcome(verdict)}`)
      }
      if (!enforced) {
        if (shadow) stream.info.dynamicMetadata.set(NAMESPACE, found)
        stream.note('no rules to enforce')
        return 'Continue'
      }
      const verdict = enforced.decide(subject)
      Object.assign(found, described(`${rulesPrefix}enforced_`, verdict))
      stream.note(outcome(verdict))
      if (verdict.log !== undefined) stream.info.dynamicMetadata.set('envoy.common', { access_log_hint: verdict.log })
      if (!verdict.allowed) stream.reply(403, 'RBAC: access denied', { details: denialDetails(verdict.policy) })
      // Only now: what the route adds to the reply of a denial cannot speak of it yet.
      stream.info.dynamicMetadata.set(NAMESPACE, found)
      return verdict.allowed ? 'Continue' : 'StopIteration'
    },
  }
}

function outcome({ allowed, policy }: RbacVerdict): string {
  return `${allowed ? 'allowed' : 'denied'}${policy ? ` by policy ${policy}` : ': no policy matched'}`
}

function described(prefix: string, { allowed, policy }: RbacVerdict): JsonObject {
  const fields: JsonObject = { [`${prefix}engine_result`]: allowed ? 'allowed' : 'denied' }
  if (policy) fields[`${prefix}effective_policy_id`] = policy
  return fields
}
