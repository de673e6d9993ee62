import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { ConnectionInfo, StreamInfo } from '../../../engine/stream-info.ts'
import type { RBAC } from '../../../envoy/types/envoy/config/rbac/v3/rbac_pb.d.ts'
import { policyMatcher } from './policy.ts'

/** What rules may look at: a network filter has a connection only. */
export interface RbacSubject {
  connection: ConnectionInfo
  info?: StreamInfo
  headers?: HeaderMap
}

export interface RbacVerdict {
  allowed: boolean
  /** Name of the policy that decided; empty when none matched. */
  policy: string
  /** For LOG rules: what goes into the access_log_hint. */
  log?: boolean
}

export interface RbacEngine {
  decide(subject: RbacSubject): RbacVerdict
}

const ALLOW = 0
const LOG = 2

/**
 * `rules`: policies are tried in the order of their names, the first that matches decides
 * (Envoy: source/extensions/filters/common/rbac/engine_impl.cc).
 */
export function rulesEngine(rules: RBAC, context: FilterFactoryContext, path: string): RbacEngine {
  const policies = Object.entries(rules.policies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, policy]) => ({ name, matches: policyMatcher(policy, context, `${path}.policies["${name}"]`) }))
  return {
    decide(subject) {
      const policy = policies.find((candidate) => candidate.matches(subject))
      const matched = policy !== undefined
      if (rules.action === LOG) return { allowed: true, policy: policy?.name ?? '', log: matched }
      return { allowed: matched === (rules.action === ALLOW), policy: policy?.name ?? '' }
    },
  }
}

/** `rbac_access_denied_matched_policy[name]`, white space as underscores (responseDetail in rbac/utility.cc). */
export function denialDetails(policy: string): string {
  return `rbac_access_denied_matched_policy[${(policy || 'none').replaceAll(/\s/g, '_')}]`
}
