/** A google.protobuf.Duration as messages hold it. */
export interface ProtoDuration {
  seconds: bigint
  nanos: number
}

/** Milliseconds of a Duration, cut to whole ones as DurationUtil::durationToMilliseconds does; undefined when it is not set. */
export function millis(duration: ProtoDuration | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.seconds) * 1000 + Math.trunc(duration.nanos / 1e6)
}
