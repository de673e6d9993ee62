import { grpcFrame, grpcMessages } from '../../engine/grpc/frame.ts'
import type { EnvoyRegistry } from '../../envoy/registry.ts'
import type { Bytes, UpstreamAnswer } from '../../model/design.ts'
import { type Json, sameJson } from '../../model/json.ts'
import type { AskedService } from './asked-services.ts'

/** An answer to choose: its name, and the message (proto3 JSON) or the plain answer that it stands for. */
export interface Preset {
  label: string
  message?: Json
  answer?: UpstreamAnswer
}

const GRPC_HEADERS: [string, string][] = [['content-type', 'application/grpc']]

/** No message: a status in the headers, as a gRPC server gives when it fails. */
const UNAVAILABLE: Preset = {
  label: 'fails: unavailable',
  answer: { status: 200, headers: [...GRPC_HEADERS, ['grpc-status', '14'], ['grpc-message', 'unavailable']] },
}

const GRPC_PRESETS: Record<AskedService['kind'], Preset[]> = {
  authorization: [
    { label: 'allows', message: { status: {} } },
    {
      label: 'allows, and names the user in a header',
      message: { status: {}, ok_response: { headers: [{ header: { key: 'x-user', value: 'alice' } }] } },
    },
    {
      label: 'denies with 403',
      message: { status: { code: 7 }, denied_response: { status: { code: 'Forbidden' }, body: 'not allowed' } },
    },
    {
      label: 'asks to sign in with 401',
      message: {
        status: { code: 16 },
        denied_response: {
          status: { code: 'Unauthorized' },
          headers: [{ header: { key: 'www-authenticate', value: 'Bearer' } }],
        },
      },
    },
    UNAVAILABLE,
  ],
  'rate limit': [
    { label: 'within the limit', message: { overall_code: 'OK' } },
    { label: 'over the limit', message: { overall_code: 'OVER_LIMIT' } },
    {
      label: 'over a limit of 10 a minute',
      message: {
        overall_code: 'OVER_LIMIT',
        statuses: [
          {
            code: 'OVER_LIMIT',
            current_limit: { requests_per_unit: 10, unit: 'MINUTE' },
            duration_until_reset: '30s',
          },
        ],
      },
    },
    UNAVAILABLE,
  ],
}

const HTTP_PRESETS: Preset[] = [
  { label: 'allows', answer: { status: 200 } },
  { label: 'denies with 403', answer: { status: 403, body: 'not allowed' } },
  {
    label: 'asks to sign in with 401',
    answer: { status: 401, headers: [['www-authenticate', 'Bearer']] },
  },
  { label: 'fails with 500', answer: { status: 500 } },
]

const RESPONSES: Record<AskedService['kind'], string> = {
  authorization: 'envoy.service.auth.v3.CheckResponse',
  'rate limit': 'envoy.service.ratelimit.v3.RateLimitResponse',
}

/** What a service may be made to answer. */
export function presetsOf({ kind, protocol }: AskedService): readonly Preset[] {
  return protocol === 'http' ? HTTP_PRESETS : GRPC_PRESETS[kind]
}

/** A message of the service as the answer of a gRPC server. Throws with the JSON path of what the type does not have. */
export function messageAnswer(service: AskedService, message: Json, registry: EnvoyRegistry): UpstreamAnswer {
  const type = RESPONSES[service.kind]
  const fields = registry.decode(type, message as never) as unknown as Record<string, unknown>
  const framed = grpcFrame(registry.encode(type, fields))
  return {
    status: 200,
    headers: GRPC_HEADERS,
    body: { base64: btoa(String.fromCharCode(...framed)) },
    trailers: [['grpc-status', '0']],
  }
}

/** The message in an answer, as proto3 JSON; undefined when there is none to read. */
export function answerMessage(
  service: AskedService,
  { body }: UpstreamAnswer,
  registry: EnvoyRegistry,
): Json | undefined {
  const bytes = bytesOf(body)
  const message = bytes && grpcMessages(bytes).messages.at(-1)
  if (!message) return undefined
  try {
    return registry.toJson(registry.decodeBinary(RESPONSES[service.kind], message)) as Json
  } catch {
    return undefined
  }
}

function bytesOf(body: Bytes | undefined): Uint8Array | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'string') return new TextEncoder().encode(body)
  return Uint8Array.from(atob(body.base64), (char) => char.charCodeAt(0))
}

/** The preset that an answer is, if it is one; its delay does not count. */
export function presetOf(
  service: AskedService,
  answer: UpstreamAnswer,
  registry: EnvoyRegistry | undefined,
): Preset | undefined {
  const { delayMs: _, ...plain } = answer
  return presetsOf(service).find((preset) => {
    if (preset.answer) return sameJson(preset.answer, plain)
    if (!registry || preset.message === undefined) return false
    return sameJson(messageAnswer(service, preset.message, registry), plain)
  })
}
