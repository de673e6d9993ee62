import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { formatAddress } from '../../../engine/stream-info.ts'
import type {
  StatefulSession,
  StatefulSessionPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/stateful_session/v3/stateful_session_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type Session, type SessionFactory, sessionFactory } from './session.ts'

interface Settings {
  sessions: SessionFactory | undefined
  strict: boolean
  statusWhenMissing: number
}

interface SessionShared {
  chain: Settings
  /** Undefined: switched off on this route. */
  forRoute(config: StatefulSessionPerRoute): { settings: Settings | undefined }
}

/**
 * Sends a request to the server that an earlier response named, and names the server in the response.
 * Envoy: source/extensions/filters/http/stateful_session/stateful_session.cc.
 */
export const statefulSession = defineHttpFilter<StatefulSession, SessionShared>({
  ...about,
  shared: (config, context) => ({
    chain: settingsOf(config, context.path, context),
    forRoute: perConfig(({ override }: StatefulSessionPerRoute) => ({
      settings:
        override.case === 'statefulSession'
          ? settingsOf(override.value, 'typed_per_filter_config.stateful_session', context)
          : undefined,
    })),
  }),
  create: ({ shared }) => {
    let session: Session | undefined
    return {
      decodeHeaders(headers, stream) {
        const perRoute = stream.perRoute<StatefulSessionPerRoute>()
        const settings = perRoute ? shared.forRoute(perRoute).settings : shared.chain
        if (!settings) {
          stream.note('switched off on this route')
          return 'Continue'
        }
        session = settings.sessions?.(headers)
        if (!session) {
          stream.note('no sessions here')
          return 'Continue'
        }
        const { strict, statusWhenMissing } = settings
        stream.note(session.host ? `${strict ? 'only ' : ''}to ${session.host}` : 'names no server yet')
        if (session.host) stream.upstreamOverrideHost = { host: session.host, strict, statusWhenMissing }
        return 'Continue'
      },
      encodeHeaders(headers, stream) {
        const { host } = stream.info.upstream
        if (session && host) session.onResponse(headers, formatAddress(host))
        return 'Continue'
      },
    }
  },
})

function settingsOf(config: StatefulSession, path: string, context: FilterFactoryContext): Settings {
  return {
    sessions: config.sessionState && sessionFactory(config.sessionState, `${path}.session_state`, context),
    strict: config.strict,
    statusWhenMissing: (config.strict && config.statusOnStrictDestinationNotFound) || 503,
  }
}
