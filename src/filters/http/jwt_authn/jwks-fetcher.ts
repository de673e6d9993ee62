import { latin1, toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import { createCoreRetryPolicy } from '../../../engine/route/core-retry-policy.ts'
import type { RemoteJwks } from '../../../envoy/types/envoy/extensions/filters/http/jwt_authn/v3/config_pb.d.ts'
import { type Jwks, parseJwks } from '../../common/jwt/jwks.ts'

/**
 * Asks for the keys; `done` gets them or, in words, why there are none. It may be called before the function returns.
 * `parent` is the stream on whose behalf it is done. Undefined when nothing is under way any more.
 */
export type FetchJwks = (parent: unknown, done: (outcome: Jwks | string) => void) => Timer | undefined

/**
 * A GET of the key set's URI (Envoy: source/extensions/filters/http/common/jwks_fetcher.cc).
 * @throws ConfigError when the URI is none.
 */
export function jwksFetcher(
  remote: RemoteJwks,
  provider: string,
  path: string,
  context: FilterFactoryContext,
): FetchJwks {
  const { httpUri, retryPolicy } = remote
  const uri = httpUri?.uri ?? ''
  const url = parseUrl(uri)
  if (!url) throw new ConfigError(`${path}.http_uri.uri`, `Provider '${provider}' has an invalid URI: '${uri}'`)
  const cluster = httpUri?.httpUpstreamType.value ?? ''
  const options = {
    timeoutMs: millis(httpUri?.timeout),
    retryPolicy:
      retryPolicy &&
      createCoreRetryPolicy(retryPolicy, '5xx,gateway-error,connect-failure,reset', `${path}.retry_policy`),
  }
  return (parent, done) => {
    const { asyncClient } = context.services
    if (!asyncClient.hasCluster(cluster)) {
      done(`there is no cluster ${cluster} to fetch the key set from`)
      return undefined
    }
    const headers = new HeaderMap('request', [
      [':method', 'GET'],
      [':path', toByteString(url.pathAndQuery)],
      [':authority', toByteString(url.hostAndPort)],
      [':scheme', url.scheme],
      ['user-agent', 'Go-browser'],
    ])
    return asyncClient.send(
      cluster,
      headers,
      undefined,
      { ...options, parent },
      {
        onSuccess: (response) => done(read(response.headers.get(':status'), response.body)),
        onFailure: () => done('the connection for the key set was lost'),
      },
    )
  }
}

function read(status: string | undefined, body: Uint8Array): Jwks | string {
  if (status !== '200') return `the key set's server answered ${status}`
  if (body.length === 0) return "the key set's server answered with nothing"
  const jwks = parseJwks(latin1(body))
  return jwks.keys.length > 0 ? jwks : jwks.problems.join('; ')
}
