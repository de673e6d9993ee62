import { fromLatin1, toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { parseUrl } from '../../../engine/http/url.ts'
import type { AsyncResponse } from '../../../engine/upstream/types.ts'
import type { OAuth2 } from '../../../envoy/types/envoy/extensions/http/injected_credentials/oauth2/v3/oauth2_pb.d.ts'
import { parseJsonObject } from '../../common/jwt/encoding.ts'
import { formEncode } from '../../common/percent-encode.ts'
import { secretOf } from '../../common/secret.ts'
import type { CredentialSource } from './source.ts'

const RETRY_MS = 2000
const TLS_CLIENT_AUTH = 2

/**
 * An access token that is asked for as soon as the filter is loaded, and again when half its time is over
 * (Envoy: source/extensions/http/injected_credentials/oauth2/token_provider.cc). Requests never wait for it.
 * @throws ConfigError for a secret that is not there.
 */
export function oauth2Source(config: OAuth2, path: string, context: FilterFactoryContext): CredentialSource {
  const { loop, services } = context
  const endpoint = config.tokenEndpoint
  const url = parseUrl(endpoint?.uri ?? '')
  if (!url) throw new ConfigError(`${path}.token_endpoint.uri`, `'${endpoint?.uri ?? ''}' is no URI`)
  const cluster = endpoint?.httpUpstreamType.value ?? ''
  const body = fromLatin1(tokenRequest(config, path, context))
  const retryMs = millis(config.tokenFetchRetryInterval) ?? RETRY_MS
  let token: string | undefined

  const ask = () => {
    if (!services.asyncClient.hasCluster(cluster)) {
      loop.timer(retryMs, ask)
      return
    }
    const headers = new HeaderMap('request', [
      [':method', 'POST'],
      [':path', toByteString(url.pathAndQuery)],
      [':authority', toByteString(url.hostAndPort)],
      [':scheme', url.scheme],
      ['user-agent', 'Go-browser'],
      ['accept', 'application/json'],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['content-length', String(body.length)],
    ])
    services.asyncClient.send(
      cluster,
      headers,
      body,
      { timeoutMs: millis(endpoint?.timeout) },
      {
        onSuccess: answered,
        onFailure: () => void loop.timer(retryMs, ask),
      },
    )
  }
  const answered = (response: AsyncResponse) => {
    if (response.headers.get(':status') !== '200') {
      loop.timer(retryMs, ask)
      return
    }
    const answer = readAnswer(response.body)
    // An answer that cannot be used is the last one: Envoy does not ask again.
    if (!answer) return
    token = answer.token
    loop.timer((answer.seconds * 1000) / 2, ask)
  }
  ask()
  return { header: 'authorization', value: () => (token === undefined ? undefined : `Bearer ${token}`) }
}

/** The form that asks for a token, a byte string. */
function tokenRequest(config: OAuth2, path: string, { services }: FilterFactoryContext): string {
  const credentials = config.flowType.value
  const fields = [
    ['grant_type', 'client_credentials'],
    ['client_id', toByteString(credentials?.clientId ?? '')],
  ]
  if (credentials?.authType !== TLS_CLIENT_AUTH) {
    const at = `${path}.client_credentials.client_secret`
    fields.push(['client_secret', secretOf(credentials?.clientSecret, at, services.genericSecret)])
  }
  if (config.scopes.length > 0) fields.push(['scope', toByteString(config.scopes.join(' '))])
  const extra = config.endpointParams.map(({ name, value }) => [toByteString(name), toByteString(value)])
  fields.push(...extra.sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)))
  return fields.map(([name = '', value = '']) => `${formEncode(name)}=${formEncode(value)}`).join('&')
}

function readAnswer(body: Uint8Array): { token: string; seconds: number } | undefined {
  const json = parseJsonObject(body)
  const seconds = Number(json?.expires_in ?? Number.NaN)
  const token = json?.access_token
  return typeof token === 'string' && Number.isInteger(seconds) ? { token: toByteString(token), seconds } : undefined
}
