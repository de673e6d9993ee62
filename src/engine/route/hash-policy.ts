import type { RouteAction_HashPolicy as HashPolicyConfig } from '../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import { toByteString } from '../bytes.ts'
import { ConfigError } from '../catalogue.ts'
import { asciiLower } from '../match/ascii.ts'
import { queryParameter } from '../match/query.ts'
import { compileRegex } from '../match/regex.ts'
import { parseCookies } from './match-context.ts'
import type { HashPolicy } from './types.ts'

/** hash_policy as data: which string of a request would be hashed (Envoy: source/common/http/hash_policy.cc). */
export function createHashPolicies(configs: readonly HashPolicyConfig[], path: string): HashPolicy[] {
  return configs.map((config, i) => createHashPolicy(config, `${path}[${i}]`))
}

function createHashPolicy(config: HashPolicyConfig, path: string): HashPolicy {
  const { policySpecifier: policy, terminal } = config
  switch (policy.case) {
    case 'header': {
      const name = asciiLower(toByteString(policy.value.headerName))
      const rewrite = policy.value.regexRewrite
      const regex = rewrite && compileRegex(rewrite.pattern?.regex ?? '', `${path}.header.regex_rewrite.pattern.regex`)
      const change = (value: string) => (regex ? regex.replaceAll(value, toByteString(rewrite!.substitution)) : value)
      return {
        terminal,
        description: `header ${policy.value.headerName}`,
        input(headers) {
          const values = headers.getAll(name).map(change)
          return values.length === 0 ? undefined : values.sort().join('')
        },
      }
    }
    case 'cookie': {
      const name = toByteString(policy.value.name)
      return {
        terminal,
        description: `cookie ${policy.value.name}`,
        input: (headers) => parseCookies(headers.getAll('cookie')).get(name) || undefined,
      }
    }
    case 'connectionProperties': {
      const { sourceIp } = policy.value
      return {
        terminal,
        description: 'source IP',
        input: (_, info) => (sourceIp ? info.remote.ip : undefined),
      }
    }
    case 'queryParameter': {
      const name = toByteString(policy.value.name)
      return {
        terminal,
        description: `query parameter ${policy.value.name}`,
        input: (headers) => queryParameter(headers.get(':path') ?? '', name),
      }
    }
    case 'filterState': {
      const { key } = policy.value
      return { terminal, description: `filter state ${key}`, input: (_, info) => info.filterState.get(key)?.text }
    }
    default:
      throw new ConfigError(path, 'needs header, cookie, connection_properties, query_parameter or filter_state')
  }
}
