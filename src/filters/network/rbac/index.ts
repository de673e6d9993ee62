import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { NetworkConnection, NetworkFilter } from '../../../engine/network/types.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { RBAC } from '../../../envoy/types/envoy/extensions/filters/network/rbac/v3/rbac_pb.d.ts'
import { denialDetails, type RbacEngine, type RbacVerdict, rulesEngine } from '../../common/rbac/engine.ts'
import { matcherEngine } from '../../common/rbac/matcher-engine.ts'
import { defineNetworkFilter } from '../../define.ts'
import { about } from './about.ts'

/** EnforcementType by number. */
const CONTINUOUS = 1

interface Engines {
  enforced: RbacEngine | undefined
  shadow: RbacEngine | undefined
}

/**
 * Decides when the first byte comes (or at each, with CONTINUOUS), since TLS has told by then who is there.
 * Envoy: source/extensions/filters/network/rbac/rbac_filter.cc.
 */
export const networkRbac = defineNetworkFilter<RBAC, Engines>({
  ...about,
  shared: (config, context) => ({
    enforced: engine(config.rules, config.matcher, '', context),
    shadow: engine(config.shadowRules, config.shadowMatcher, 'shadow_', context),
  }),
  create: ({ config, shared }) => networkRbacFilter(config, shared),
})

function engine(
  rules: RBAC['rules'],
  matcher: RBAC['matcher'],
  field: string,
  context: FilterFactoryContext,
): RbacEngine | undefined {
  if (matcher) return matcherEngine(matcher, context, `${context.path}.${field}matcher`)
  return rules ? rulesEngine(rules, context, `${context.path}.${field}rules`) : undefined
}

function networkRbacFilter(config: RBAC, { enforced, shadow }: Engines): NetworkFilter {
  let decided = false
  const delay = config.delayDeny
  const delayMs = delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : 0

  return {
    onData(_data, connection) {
      if (decided && config.enforcementType !== CONTINUOUS) return 'Continue'
      decided = true
      if (shadow) {
        const verdict = shadow.decide({ connection: connection.info })
        record(connection, `${config.shadowRulesStatPrefix}shadow_`, verdict)
        connection.note(`shadow rules would have it ${outcome(verdict)}`)
      }
      if (!enforced) return 'Continue'
      const verdict = enforced.decide({ connection: connection.info })
      connection.note(outcome(verdict))
      if (verdict.allowed) return 'Continue'
      const close = () => connection.close('NoFlush', denialDetails(verdict.policy))
      if (delayMs === 0) close()
      else {
        connection.readDisable(true)
        connection.loop.timer(delayMs, close)
      }
      return 'StopIteration'
    },
  }
}

function outcome({ allowed, policy }: RbacVerdict): string {
  return `${allowed ? 'allowed' : 'denied'}${policy ? ` by policy ${policy}` : ': no policy matched'}`
}

function record(connection: NetworkConnection, prefix: string, { allowed, policy }: RbacVerdict): void {
  const fields: JsonObject = { [`${prefix}engine_result`]: allowed ? 'allowed' : 'denied' }
  if (policy) fields[`${prefix}effective_policy_id`] = policy
  connection.info.dynamicMetadata.set(about.name, fields)
}
