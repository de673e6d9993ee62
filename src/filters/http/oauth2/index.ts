import type { HttpStream } from '../../../engine/http/filter.ts'
import type { OAuth2, OAuth2PerRoute } from '../../../envoy/types/envoy/extensions/filters/http/oauth2/v3/oauth_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type Active, oauth2Filter } from './filter.ts'
import { loadSettings } from './settings.ts'
import { TokenClient } from './token-client.ts'

type ActiveFor = (stream: HttpStream) => Active | undefined

/**
 * Signs users in with an authorization server; the session is in cookies that nobody else can make.
 * Envoy: source/extensions/filters/http/oauth2/filter.cc.
 */
export const oauth2 = defineHttpFilter<OAuth2, ActiveFor>({
  ...about,
  shared({ config }, context) {
    const activate = (message: NonNullable<typeof config>, path: string): Active => {
      const settings = loadSettings(message, path, context.services)
      return { settings, client: new TokenClient(settings, path, context) }
    }
    const chain = config && activate(config, `${context.path}.config`)
    const ofRoute = perConfig(
      (perRoute: OAuth2PerRoute) => perRoute.config && activate(perRoute.config, 'per-route config'),
    )
    return (stream) => {
      const perRoute = stream.perRoute<OAuth2PerRoute>()
      return perRoute ? ofRoute(perRoute) : chain
    }
  },
  checkPerRoute(message, path, services) {
    const { config } = message as OAuth2PerRoute
    if (config) loadSettings(config, `${path}.config`, services)
  },
  create: ({ shared }) => oauth2Filter(shared),
})
