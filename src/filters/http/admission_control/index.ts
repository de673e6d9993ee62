import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import { isGrpcContentType } from '../../../engine/match/index.ts'
import type { AdmissionControl } from '../../../envoy/types/envoy/extensions/filters/http/admission_control/v3/admission_control_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { OutcomeWindow, rejectionProbability } from './window.ts'

const DEFAULT_WINDOW_MS = 30_000
/** Ok, Canceled, Unknown, InvalidArgument, NotFound, AlreadyExists, FailedPrecondition, OutOfRange, Unimplemented, Unauthenticated. */
const DEFAULT_GRPC_SUCCESS = [0, 1, 2, 3, 5, 6, 9, 11, 12, 16]
/** Chance is drawn with four digits. */
const ACCURACY = 10_000

interface Controller {
  window: OutcomeWindow
  enabled(): boolean
  rpsThreshold(): number
  limits(): { threshold: number; aggression: number; max: number }
  httpSuccess(status: number): boolean
  grpcSuccess(status: number): boolean
}

/**
 * Answers a share of the requests itself when the last ones failed too often.
 * Envoy: source/extensions/filters/http/admission_control/admission_control.cc.
 */
export const admissionControl = defineHttpFilter<AdmissionControl, Controller>({
  ...about,
  shared: controller,
  create: ({ shared, context }) => {
    let counted = false
    let statusInTrailers = false
    return {
      decodeHeaders(_headers, stream) {
        if (!shared.enabled()) {
          stream.note('switched off')
          return 'Continue'
        }
        counted = true
        const counts = shared.window.counts()
        if (shared.window.rate() < shared.rpsThreshold()) {
          stream.note('too few requests to judge by')
          return 'Continue'
        }
        const probability = rejectionProbability(counts, shared.limits())
        stream.note(`${counts.successes} of ${counts.requests} went well: turned away with ${probability.toFixed(4)}`)
        // Without a chance to lose nothing is drawn: other filters see the same chances as without this one.
        if (probability === 0 || Math.floor(context.host.random() * ACCURACY) >= ACCURACY * probability)
          return 'Continue'
        counted = false
        return stream.reply(503, '', { details: 'denied_by_admission_control' })
      },
      encodeHeaders(headers, _stream, endStream) {
        if (!counted) return 'Continue'
        if (!isGrpcContentType(headers.get('content-type') ?? '')) {
          shared.window.record(shared.httpSuccess(Number(headers.get(':status'))))
          return 'Continue'
        }
        const status = headers.get('grpc-status')
        if (status === undefined && !endStream) statusInTrailers = true
        else shared.window.record(status !== undefined && shared.grpcSuccess(Number(status)))
        return 'Continue'
      },
      encodeTrailers(trailers) {
        if (!statusInTrailers) return 'Continue'
        const status = trailers.get('grpc-status')
        shared.window.record(status !== undefined && shared.grpcSuccess(Number(status)))
        return 'Continue'
      },
    }
  },
})

function controller(config: AdmissionControl, { path, loop, services }: FilterFactoryContext): Controller {
  const { runtime } = services
  const {
    evaluationCriteria: criteria,
    enabled,
    aggression,
    srThreshold,
    rpsThreshold,
    maxRejectionProbability,
  } = config
  if (criteria.case !== 'successCriteria') throw new ConfigError(path, 'needs success_criteria')
  if (srThreshold && (srThreshold.defaultValue?.value ?? 0) < 1)
    throw new ConfigError(`${path}.sr_threshold`, 'cannot be less than 1 percent')
  const { httpCriteria, grpcCriteria } = criteria.value
  const ranges = httpCriteria?.httpSuccessStatus ?? [{ start: 100, end: 500 }]
  ranges.forEach(({ start, end }, i) => {
    if (start < 100 || end > 600 || start > end)
      throw new ConfigError(
        `${path}.success_criteria.http_criteria.http_success_status[${i}]`,
        'is no range of statuses',
      )
  })
  const grpc = grpcCriteria?.grpcSuccessStatus ?? DEFAULT_GRPC_SUCCESS
  if (grpc.some((status) => status > 16))
    throw new ConfigError(`${path}.success_criteria.grpc_criteria.grpc_success_status`, 'gRPC statuses end at 16')
  const percent = (value: typeof srThreshold, fallback: number) =>
    Math.min(runtime.number(value?.runtimeKey, value?.defaultValue?.value ?? fallback), 100) / 100
  return {
    window: new OutcomeWindow(loop, millis(config.samplingWindow) ?? DEFAULT_WINDOW_MS),
    enabled: () => runtime.boolean(enabled?.runtimeKey, enabled?.defaultValue ?? true),
    rpsThreshold: () => runtime.number(rpsThreshold?.runtimeKey, rpsThreshold?.defaultValue ?? 0),
    limits: () => ({
      threshold: Math.max(percent(srThreshold, 95), 0.01),
      aggression: Math.max(runtime.number(aggression?.runtimeKey, aggression?.defaultValue ?? 1), 1),
      max: percent(maxRejectionProbability, 80),
    }),
    httpSuccess: (status) => ranges.some(({ start, end }) => start <= status && status < end),
    grpcSuccess: (status) => grpc.includes(status),
  }
}
