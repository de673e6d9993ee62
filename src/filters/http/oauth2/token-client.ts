import { fromLatin1, fromUtf8, latin1, toByteString } from '../../../engine/bytes.ts'
import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import { HeaderMap } from '../../../engine/http/header-map.ts'
import { createCoreRetryPolicy } from '../../../engine/route/core-retry-policy.ts'
import { readStruct } from '../../common/protobuf-json.ts'
import type { Settings } from './settings.ts'

/** Tokens as byte strings; `expiresIn` in seconds. */
export interface Tokens {
  access: string
  id: string
  refresh: string
  expiresIn: number
}

/** Why there are no tokens. A `refused` request was answered, but not with 200. */
export interface TokenFailure {
  reason: string
  extra?: string
  refused?: true
}

const BASIC_AUTH = 1
const TLS_CLIENT_AUTH = 2

/** Asks the token endpoint (Envoy: source/extensions/filters/http/oauth2/oauth_client.cc). */
export class TokenClient {
  private readonly settings: Settings
  private readonly context: FilterFactoryContext
  private readonly retryPolicy: ReturnType<typeof createCoreRetryPolicy> | undefined

  constructor(settings: Settings, path: string, context: FilterFactoryContext) {
    this.settings = settings
    this.context = context
    const { retryPolicy } = settings.config
    // Here a policy without retry_on asks for nothing (recorded from Envoy 1.40).
    this.retryPolicy = retryPolicy && createCoreRetryPolicy(retryPolicy, '', `${path}.retry_policy`)
  }

  /** Exchanges the code of a sign-in for tokens. */
  exchange(code: string, redirectUri: string, verifier: string, parent: unknown, done: Done): Timer | undefined {
    const secret = this.credentials()
    return this.send(
      `grant_type=authorization_code&code=${code}${secret.fields}&redirect_uri=${encodeSome(redirectUri)}&code_verifier=${verifier}`,
      secret.authorization,
      parent,
      done,
    )
  }

  /** Gets new tokens for a refresh token. */
  refresh(token: string, parent: unknown, done: Done): Timer | undefined {
    const secret = this.credentials()
    return this.send(
      `grant_type=refresh_token&refresh_token=${encodeSome(token)}${secret.fields}`,
      secret.authorization,
      parent,
      done,
    )
  }

  private credentials(): { fields: string; authorization?: string } {
    const { clientId, tokenSecret, config } = this.settings
    if (config.authType === BASIC_AUTH)
      return { fields: '', authorization: `Basic ${btoa(`${clientId}:${tokenSecret}`)}` }
    const client = `&client_id=${encodeSome(clientId)}`
    if (config.authType === TLS_CLIENT_AUTH) return { fields: client }
    return { fields: `${client}&client_secret=${encodeSome(tokenSecret)}` }
  }

  private send(text: string, authorization: string | undefined, parent: unknown, done: Done): Timer | undefined {
    const { asyncClient } = this.context.services
    const { url, cluster, timeoutMs } = this.settings.tokenEndpoint
    if (!asyncClient.hasCluster(cluster)) {
      done({ reason: 'Token endpoint cluster not found' })
      return undefined
    }
    const body = fromLatin1(text)
    const headers = new HeaderMap('request', [
      [':method', 'POST'],
      [':path', toByteString(url.pathAndQuery)],
      [':authority', toByteString(url.hostAndPort)],
      [':scheme', url.scheme],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['accept', 'application/json'],
      ['content-length', String(body.length)],
    ])
    if (authorization !== undefined) headers.set('authorization', authorization)
    return asyncClient.send(
      cluster,
      headers,
      body,
      { timeoutMs, retryPolicy: this.retryPolicy, parent },
      {
        onSuccess: (answer) => done(this.read(answer.headers.get(':status') ?? '', answer.body)),
        onFailure: () =>
          done({ reason: 'Failed to get access token', extra: 'the connection was lost', refused: true }),
      },
    )
  }

  private read(status: string, bytes: Uint8Array): Tokens | TokenFailure {
    const body = latin1(bytes)
    if (status !== '200')
      return {
        reason: 'Failed to get access token',
        extra: `response code: ${status}, response body: ${body}`,
        refused: true,
      }
    const json = readStruct(fromUtf8(bytes))
    const texts = ['access_token', 'id_token', 'refresh_token'].map((name) => json?.[name] ?? undefined)
    const seconds = Number(json?.expires_in ?? this.settings.defaultExpiresIn)
    if (!json || texts.some((text) => text !== undefined && typeof text !== 'string') || !Number.isInteger(seconds))
      return {
        reason: 'Failed to parse oauth response body',
        extra: `response body: ${body}, exception: Unable to parse JSON as proto`,
      }
    const [access, id, refresh] = texts.map((text) => (text === undefined ? undefined : toByteString(String(text))))
    if (access === undefined)
      return { reason: 'No access token found in the token exchange response', extra: `response body: ${body}` }
    if (seconds <= 0)
      return {
        reason: 'No default or explicit access token expiration found in the token exchange response',
        extra: `response body: ${body}`,
      }
    return { access, id: id ?? '', refresh: refresh ?? '', expiresIn: seconds }
  }
}

export type Done = (outcome: Tokens | TokenFailure) => void

/** Only these and what is no visible ASCII are encoded: blanks stay (Http::Utility::PercentEncoding::encode). */
function encodeSome(bytes: string): string {
  return [...bytes]
    .map((char) => {
      const code = char.charCodeAt(0)
      const stays = code >= 0x20 && code < 0x7e && !':/=&?'.includes(char)
      return stays ? char : `%${code.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
