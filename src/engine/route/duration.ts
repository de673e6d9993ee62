/** A protobuf Duration in whole milliseconds, cut as Envoy cuts it; undefined when it is not set. */
export function durationMs(duration: { seconds: bigint; nanos: number } | undefined): number | undefined {
  return duration && Number(duration.seconds) * 1000 + Math.trunc(duration.nanos / 1_000_000)
}
