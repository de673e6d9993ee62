import type { JwtRequirement } from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import type { JwtStatus } from '../../common/jwt/status.ts'
import { Authenticator, type AuthenticatorOptions, type Verification } from './authenticator.ts'
import { Extractor, headerName } from './extractor.ts'
import { audienceCheck, type Providers } from './provider.ts'

/** Checks a request; `done` is called once, at once unless keys have to be fetched. */
export type Requirement = (verification: Verification, done: (status: JwtStatus) => void) => void

/** Makes a requirement ready (Envoy: jwt_authn/verifier.cc). @throws ConfigError for a provider that is not there. */
export function createRequirement(config: JwtRequirement, providers: Providers, path: string): Requirement {
  const { requiresType } = config
  switch (requiresType.case) {
    case 'providerName': {
      const provider = providers.get(requiresType.value, `${path}.provider_name`)
      return single({ providers, provider }, new Extractor([provider.config]))
    }
    case 'providerAndAudiences': {
      const { providerName, audiences } = requiresType.value
      const provider = providers.get(providerName, `${path}.provider_and_audiences.provider_name`)
      const allowsAudiences = audiences.length > 0 ? audienceCheck(audiences) : undefined
      return single(
        { providers, provider, ...(allowsAudiences ? { allowsAudiences } : {}) },
        new Extractor([provider.config]),
      )
    }
    case 'requiresAny':
      return any(requiresType.value.requirements, providers, `${path}.requires_any.requirements`)
    case 'requiresAll':
      return all(
        requiresType.value.requirements.map((each, i) =>
          createRequirement(each, providers, `${path}.requires_all.requirements[${i}]`),
        ),
      )
    case 'allowMissingOrFailed':
      return single({ providers, allowFailed: true, allowMissing: true }, everyProvider(providers))
    case 'allowMissing':
      return single({ providers, allowMissing: true }, everyProvider(providers))
    case 'extractOnlyWithoutValidation':
      return single(
        {
          providers,
          allowFailed: true,
          allowMissing: true,
          unverifiedHeader: headerName(requiresType.value.verificationStatusHeader || 'x-jwt-signature-verified'),
        },
        everyProvider(providers),
      )
    default:
      return (_verification, done) => done('Ok')
  }
}

function everyProvider(providers: Providers): Extractor {
  return new Extractor(providers.all().map(({ config }) => config))
}

function single(options: AuthenticatorOptions, extractor: Extractor): Requirement {
  return (verification, done) => {
    extractor.sanitize(verification.headers)
    new Authenticator(options, verification, extractor.extract(verification.headers), done).start()
  }
}

/** The first failure decides; what stands behind it is not looked at. */
function all(children: readonly Requirement[]): Requirement {
  return (verification, done) => {
    let completed = false
    let passed = 0
    for (const child of children) {
      if (completed) return
      child(verification, (status) => {
        if (completed || (status === 'Ok' && ++passed < children.length)) return
        completed = true
        done(status)
      })
    }
  }
}

/**
 * The first success decides. If all fail, a reason other than a missing token or a foreign issuer is the one that is told,
 * and allow_missing forgives only when there was no token at all.
 */
function any(configs: readonly JwtRequirement[], providers: Providers, path: string): Requirement {
  const forgives = (kind: JwtRequirement['requiresType']['case']) =>
    configs.some(({ requiresType }) => requiresType.case === kind)
  const allowFailed = forgives('allowMissingOrFailed')
  const allowMissing = forgives('allowMissing')
  const children = configs.flatMap((each, i) =>
    each.requiresType.case === 'allowMissing' || each.requiresType.case === 'allowMissingOrFailed'
      ? []
      : [createRequirement(each, providers, `${path}[${i}]`)],
  )
  if (children.length === 0 && (allowFailed || allowMissing))
    children.push(single({ providers, allowFailed, allowMissing: true }, everyProvider(providers)))

  return (verification, done) => {
    let completed = false
    const failures: (JwtStatus | undefined)[] = children.map(() => undefined)
    const complete = (status: JwtStatus) => {
      completed = true
      done(status)
    }
    children.forEach((child, i) => {
      if (completed) return
      child(verification, (status) => {
        if (completed) return
        failures[i] = status
        if (status === 'Ok') complete('Ok')
        else if (!failures.includes(undefined)) {
          const reason = worst(failures as JwtStatus[])
          complete(allowFailed || (allowMissing && reason === 'JwtMissed') ? 'Ok' : reason)
        }
      })
    })
  }
}

function worst(failures: readonly JwtStatus[]): JwtStatus {
  let reason: JwtStatus = 'JwtMissed'
  for (const status of failures)
    if (reason === 'JwtMissed' || (status !== 'JwtMissed' && status !== 'JwtUnknownIssuer')) reason = status
  return reason
}
