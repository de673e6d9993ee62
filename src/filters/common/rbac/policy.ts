import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { CidrList, type CidrRangeConfig } from '../../../engine/match/cidr.ts'
import { createFilterStateMatcher } from '../../../engine/match/filter-state.ts'
import { createHeaderMatcher } from '../../../engine/match/header.ts'
import { createStringMatcher } from '../../../engine/match/string.ts'
import { createMetadataMatcher } from '../../../engine/match/value.ts'
import { stripPathParameters } from '../../../engine/route/match-context.ts'
import type {
  Permission,
  Policy,
  Principal,
  SourcedMetadata,
} from '../../../envoy/types/envoy/config/rbac/v3/rbac_pb.d.ts'
import type { HeaderMatcher } from '../../../envoy/types/envoy/config/route/v3/route_components_pb.d.ts'
import type { MetadataMatcher } from '../../../envoy/types/envoy/type/matcher/v3/metadata_pb.d.ts'
import type { PathMatcher } from '../../../envoy/types/envoy/type/matcher/v3/path_pb.d.ts'
import type { RbacSubject } from './engine.ts'
import { celCondition, permissionExtension, principalExtension, uriTemplateTest } from './extensions.ts'

export type SubjectTest = (subject: RbacSubject) => boolean

const ROUTE = 1
const NO_HEADERS = new HeaderMap('request')

/** A policy matches when one of its permissions, one of its principals and its condition do. */
export function policyMatcher(policy: Policy, context: FilterFactoryContext, path: string): SubjectTest {
  const permissions = policy.permissions.map((rule, i) => permissionTest(rule, context, `${path}.permissions[${i}]`))
  const principals = policy.principals.map((id, i) => principalTest(id, context, `${path}.principals[${i}]`))
  const condition = policy.condition ?? policy.checkedCondition?.expr
  const holds = condition ? celCondition(condition, context, `${path}.condition`) : () => true
  return (subject) =>
    permissions.some((test) => test(subject)) && principals.some((test) => test(subject)) && holds(subject)
}

function permissionTest(permission: Permission, context: FilterFactoryContext, path: string): SubjectTest {
  const { rule } = permission
  const at = `${path}.${rule.case}`
  switch (rule.case) {
    case 'any':
      return () => rule.value
    case 'andRules': {
      const tests = rule.value.rules.map((inner, i) => permissionTest(inner, context, `${at}.rules[${i}]`))
      return (subject) => tests.every((test) => test(subject))
    }
    case 'orRules': {
      const tests = rule.value.rules.map((inner, i) => permissionTest(inner, context, `${at}.rules[${i}]`))
      return (subject) => tests.some((test) => test(subject))
    }
    case 'notRule': {
      const test = permissionTest(rule.value, context, at)
      return (subject) => !test(subject)
    }
    case 'header':
      return headerTest(rule.value, context, at)
    case 'urlPath':
      return pathTest(rule.value, context, at)
    case 'destinationIp':
      return addressTest(rule.value, at, ({ connection }) => connection.local.ip)
    case 'destinationPort':
      return ({ connection }) => connection.local.port === rule.value
    case 'destinationPortRange': {
      const { start, end } = rule.value
      if (start >= end) throw new ConfigError(at, `range start ${start} must be below its end ${end}`)
      return ({ connection }) => connection.local.port >= start && connection.local.port < end
    }
    case 'metadata':
      return metadataTest(rule.value, context, at)
    case 'sourcedMetadata':
      return sourcedMetadataTest(rule.value, context, at)
    case 'requestedServerName': {
      const matcher = createStringMatcher(rule.value, at, context.services)
      return ({ connection }) => matcher.matches(connection.requestedServerName)
    }
    case 'uriTemplate':
      return uriTemplateTest(rule.value, context, at)
    case 'matcher':
      return permissionExtension(rule.value, context, at)
    default:
      throw new ConfigError(path, 'a permission needs a rule')
  }
}

function principalTest(principal: Principal, context: FilterFactoryContext, path: string): SubjectTest {
  const { identifier } = principal
  const at = `${path}.${identifier.case}`
  switch (identifier.case) {
    case 'any':
      return () => identifier.value
    case 'andIds': {
      const tests = identifier.value.ids.map((inner, i) => principalTest(inner, context, `${at}.ids[${i}]`))
      return (subject) => tests.every((test) => test(subject))
    }
    case 'orIds': {
      const tests = identifier.value.ids.map((inner, i) => principalTest(inner, context, `${at}.ids[${i}]`))
      return (subject) => tests.some((test) => test(subject))
    }
    case 'notId': {
      const test = principalTest(identifier.value, context, at)
      return (subject) => !test(subject)
    }
    case 'authenticated': {
      const name = identifier.value.principalName
      if (!name) return ({ connection }) => connection.tls !== undefined
      const matcher = createStringMatcher(name, `${at}.principal_name`, context.services)
      return ({ connection }) => peerNames(connection.tls).some((value) => matcher.matches(value))
    }
    case 'sourceIp':
      return addressTest(identifier.value, at, ({ connection }) => connection.remote.ip)
    case 'directRemoteIp':
      return addressTest(identifier.value, at, ({ connection }) => connection.directRemote.ip)
    case 'remoteIp':
      return addressTest(identifier.value, at, ({ connection, info }) => (info?.remote ?? connection.remote).ip)
    case 'header':
      return headerTest(identifier.value, context, at)
    case 'urlPath':
      return pathTest(identifier.value, context, at)
    case 'metadata':
      return metadataTest(identifier.value, context, at)
    case 'sourcedMetadata':
      return sourcedMetadataTest(identifier.value, context, at)
    case 'filterState': {
      const matcher = createFilterStateMatcher(identifier.value, at, context.services)
      return ({ connection, info }) => matcher.matches(info?.filterState ?? connection.filterState)
    }
    case 'custom':
      return principalExtension(identifier.value, context, at)
    default:
      throw new ConfigError(path, 'a principal needs an identifier')
  }
}

// URI names first, then DNS names, then the subject: any of them may match.
function peerNames(tls: RbacSubject['connection']['tls']): string[] {
  if (!tls) return []
  return [...(tls.peer?.uriSans ?? []), ...(tls.peer?.dnsSans ?? []), tls.peer?.subject ?? '']
}

function headerTest(config: HeaderMatcher, { services }: FilterFactoryContext, path: string): SubjectTest {
  const matcher = createHeaderMatcher(config, path, services)
  return ({ headers }) => matcher.matches(headers ?? NO_HEADERS)
}

// The path without its query and fragment, and without what routing ignores of it.
function pathTest(config: PathMatcher, { services }: FilterFactoryContext, path: string): SubjectTest {
  if (config.rule.case !== 'path') throw new ConfigError(path, 'a path matcher needs path')
  const matcher = createStringMatcher(config.rule.value, `${path}.path`, services)
  return ({ headers, info }) => {
    const value = headers?.get(':path')?.split(/[?#]/, 1)[0]
    if (value === undefined) return false
    return matcher.matches(info?.ignorePathParameters ? stripPathParameters(value) : value)
  }
}

function addressTest(range: CidrRangeConfig, path: string, pick: (subject: RbacSubject) => string): SubjectTest {
  const list = new CidrList([range], path)
  return (subject) => list.contains(pick(subject))
}

function metadataTest(config: MetadataMatcher, { services }: FilterFactoryContext, path: string): SubjectTest {
  const matcher = createMetadataMatcher(config, path, services)
  return ({ connection, info }) => matcher.matches(info?.dynamicMetadata ?? connection.dynamicMetadata)
}

function sourcedMetadataTest(config: SourcedMetadata, context: FilterFactoryContext, path: string): SubjectTest {
  if (!config.metadataMatcher) throw new ConfigError(path, 'sourced_metadata needs a metadata_matcher')
  if (config.metadataSource !== ROUTE) return metadataTest(config.metadataMatcher, context, path)
  const matcher = createMetadataMatcher(config.metadataMatcher, path, context.services)
  return ({ info }) => {
    const metadata = info?.route?.metadata
    return metadata !== undefined && matcher.matches({ get: (name) => metadata[name] })
  }
}
