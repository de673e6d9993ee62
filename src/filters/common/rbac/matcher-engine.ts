import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { createMatcher } from '../../../engine/match/index.ts'
import type { Action } from '../../../envoy/types/envoy/config/rbac/v3/rbac_pb.d.ts'
import type { Matcher } from '../../../envoy/types/xds/type/matcher/v3/matcher_pb.d.ts'
import type { RbacEngine } from './engine.ts'

const DENY = 1
const LOG = 2

/** `matcher`: the unified matcher decides, each action names itself; what nothing matches is denied. */
export function matcherEngine(config: Matcher, context: FilterFactoryContext, path: string): RbacEngine {
  const { services } = context
  const matcher = createMatcher<Action>(config, path, services, (action, at) => {
    const found = services.registry.unpack(action.typedConfig)
    if (found?.typeName !== 'envoy.config.rbac.v3.Action')
      throw new ConfigError(at, 'the actions of an RBAC matcher are envoy.config.rbac.v3.Action')
    return found.message as Action
  })
  return {
    decide({ connection, info, headers }) {
      const result = matcher.match({ connection, info, requestHeaders: headers })
      if (result.kind !== 'match') return { allowed: false, policy: '' }
      const { name, action } = result.action
      if (action === LOG) return { allowed: true, policy: name, log: true }
      return { allowed: action !== DENY, policy: name }
    },
  }
}
