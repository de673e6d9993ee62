import { ConfigError, type HttpFilterFactoryContext } from '../../../engine/catalogue.ts'
import { createMatcher, type Matcher } from '../../../engine/match/index.ts'
import type { CustomResponse } from '../../../envoy/types/envoy/extensions/filters/http/custom_response/v3/custom_response_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { localPolicy } from './local-policy.ts'
import type { ResponsePolicy } from './policy.ts'
import { REDIRECTED, redirectPolicy } from './redirect-policy.ts'

const EXTENSIONS = 'envoy.extensions.http.custom_response.'
const LOCAL = `${EXTENSIONS}local_response_policy.v3.LocalResponsePolicy`
const REDIRECT = `${EXTENSIONS}redirect_policy.v3.RedirectPolicy`

interface CustomShared {
  /** Every policy that was made, by its id. */
  policies: Map<string, ResponsePolicy>
  matcherOf(config: CustomResponse): Matcher<ResponsePolicy> | undefined
}

/**
 * Gives responses that a matcher picks another content, from here or from elsewhere. The most specific matcher that
 * picks the response decides. Envoy: source/extensions/filters/http/custom_response/custom_response_filter.cc.
 */
export const customResponse = defineHttpFilter<CustomResponse, CustomShared>({
  ...about,
  shared: (config, context) => {
    const policies = new Map<string, ResponsePolicy>()
    const matcherOf = perConfig((message: CustomResponse) => ({
      matcher:
        message.customResponseMatcher &&
        createMatcher(
          message.customResponseMatcher,
          `${context.path}.custom_response_matcher`,
          context.services,
          (action, path) => policyOf(action.typedConfig, path, context, policies),
        ),
    }))
    matcherOf(config)
    return { policies, matcherOf: (message) => matcherOf(message).matcher }
  },
  create: ({ config, shared }) => ({
    encodeHeaders(headers, stream) {
      const asked = stream.info.filterState.get(REDIRECTED)?.fields?.policy
      const own = typeof asked === 'string' ? shared.policies.get(asked) : undefined
      if (own) {
        own.onOwnResponse?.(headers, stream)
        return 'Continue'
      }
      const configs = stream.perRouteConfigs().map((entry) => entry.message as CustomResponse)
      const { info } = stream
      for (const each of [...configs.reverse(), config]) {
        const result = shared.matcherOf(each)?.match({ connection: info.connection, info, responseHeaders: headers })
        if (result?.kind === 'match') return result.action.onResponse(headers, stream)
      }
      stream.note('no policy for this response')
      return 'Continue'
    },
  }),
})

function policyOf(
  any: unknown,
  path: string,
  context: HttpFilterFactoryContext,
  policies: Map<string, ResponsePolicy>,
): ResponsePolicy {
  const unpacked = context.services.registry.unpack(any)
  const id = `${context.path} ${policies.size}`
  const make = () => {
    if (unpacked?.typeName === LOCAL) return localPolicy(unpacked.message as never, `${path}.typed_config`, context)
    if (unpacked?.typeName === REDIRECT)
      return redirectPolicy(unpacked.message as never, `${path}.typed_config`, context, id)
    throw new ConfigError(path, `no custom response policy of type '${unpacked?.typeName ?? ''}'`)
  }
  const policy = make()
  policies.set(id, policy)
  return policy
}
