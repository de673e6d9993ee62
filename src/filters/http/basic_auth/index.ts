import { fromLatin1, fromUtf8, toByteString } from '../../../engine/bytes.ts'
import { dataSourceBytes } from '../../../engine/format/data-source.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { EngineServices } from '../../../engine/services.ts'
import type {
  BasicAuth,
  BasicAuthPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/basic_auth/v3/basic_auth_pb.d.ts'
import { unpaddedBase64Decode } from '../../common/base64.ts'
import { originalUri } from '../../common/original-uri.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { isPassword, readUsers, type Users } from './users.ts'

interface Shared {
  users: Users
  usersOfRoute(config: BasicAuthPerRoute): Users
}

/**
 * Lets in requests with the name and password of a known user.
 * Envoy: source/extensions/filters/http/basic_auth/basic_auth_filter.cc.
 */
export const basicAuth = defineHttpFilter<BasicAuth, Shared>({
  ...about,
  shared: (config, context) => ({
    users: usersOf(config, context.services, context.path),
    usersOfRoute: perConfig((perRoute: BasicAuthPerRoute) => usersOf(perRoute, context.services, 'per-route config')),
  }),
  checkPerRoute: (message, path, services) => void usersOf(message as BasicAuthPerRoute, services, path),
  create: ({ config, shared }) => basicAuthFilter(config, shared),
})

function usersOf({ users }: BasicAuth | BasicAuthPerRoute, services: EngineServices, path: string): Users {
  const at = `${path}.users`
  return readUsers(users ? dataSourceBytes(users, at, services) : '', at)
}

function basicAuthFilter(config: BasicAuth, shared: Shared): HttpFilter {
  return {
    decodeHeaders(headers, stream) {
      const perRoute = stream.perRoute<BasicAuthPerRoute>()
      const users = perRoute ? shared.usersOfRoute(perRoute) : shared.users
      const refuse = (what: string, kind: string) => {
        const realm = perRoute?.realm || config.realm
        const told = realm === '' ? originalUri(headers) : toByteString(realm.replace(/["\\]/g, '\\$&'))
        return denied(stream, what, `${kind}_for_basic_auth`, told)
      }
      const value = headers.get(config.authenticationHeader.toLowerCase() || 'authorization')
      if (!value?.startsWith('Basic ')) {
        if (config.allowMissing) {
          stream.note('no Basic credentials: it passes without a user')
          return 'Continue'
        }
        return value === undefined
          ? refuse('Missing username and password.', 'no_credential')
          : refuse("Expected 'Basic' authentication scheme.", 'invalid_scheme')
      }
      const decoded = unpaddedBase64Decode(value.slice('Basic '.length)) ?? ''
      const colon = decoded.indexOf(':')
      if (colon < 0) return refuse('Invalid basic credential format.', 'invalid_format')
      const user = decoded.slice(0, colon)
      if (!isPassword(users, user, decoded.slice(colon + 1)))
        return refuse('Invalid username/password combination.', 'invalid_credential')

      stream.note(`user ${user}`)
      if (config.forwardUsernameHeader !== '') headers.set(config.forwardUsernameHeader.toLowerCase(), user)
      if (config.emitDynamicMetadata)
        stream.info.dynamicMetadata.set(about.name, { username: fromUtf8(fromLatin1(user)) })
      return 'Continue'
    },
  }
}

function denied(stream: HttpStream, what: string, details: string, realm: string): 'StopIteration' {
  stream.note(what)
  return stream.reply(401, `User authentication failed. ${what}`, {
    details,
    headers: (reply) => reply.set('www-authenticate', `Basic realm="${realm}"`),
  })
}
