import type { OutlierDetection } from '../../envoy/types/envoy/config/cluster/v3/outlier_detection_pb.d.ts'
import { millis } from '../duration.ts'
import type { EventLoop } from '../event-loop.ts'

/**
 * Ejects a cluster's one host after consecutive failures (source/common/upstream/outlier_detection_impl.cc). Success rate and
 * failure percentage need more hosts than one, so they never eject here.
 */
export class OutlierDetector {
  private readonly loop: EventLoop
  private readonly config: OutlierDetection
  private readonly mayEject: boolean
  private serverErrors = 0
  private gatewayFailures = 0
  private ejections = 0
  private ejectedUntil = 0

  constructor(config: OutlierDetection, loop: EventLoop) {
    this.config = config
    this.loop = loop
    // One of one host is all of them: only a limit of 100 % lets it go.
    this.mayEject = (config.maxEjectionPercent ?? 10) >= 100
  }

  get ejected(): boolean {
    return this.loop.now < this.ejectedUntil
  }

  /** Counts an answer, or what stands for one: 503 for a connection that failed, 504 for a timeout. */
  put(status: number): void {
    if (status < 500) {
      this.serverErrors = 0
      this.gatewayFailures = 0
      return
    }
    const { config } = this
    this.serverErrors++
    this.gatewayFailures = status >= 502 && status <= 504 ? this.gatewayFailures + 1 : 0
    if (this.gatewayFailures === (config.consecutiveGatewayFailure ?? 5)) {
      this.gatewayFailures = 0
      if ((config.enforcingConsecutiveGatewayFailure ?? 0) > 0) this.eject()
    }
    if (this.serverErrors === (config.consecutive5xx ?? 5)) {
      this.serverErrors = 0
      if ((config.enforcingConsecutive5xx ?? 100) > 0) this.eject()
    }
  }

  // Each ejection lasts longer than the one before; hosts come back when the detector looks, once an interval.
  private eject(): void {
    if (!this.mayEject || this.ejected) return
    this.ejections++
    const base = millis(this.config.baseEjectionTime) ?? 30_000
    const longest = Math.max(base, millis(this.config.maxEjectionTime) ?? 300_000)
    const interval = millis(this.config.interval) ?? 10_000
    const end = this.loop.now + Math.min(longest, base * this.ejections)
    this.ejectedUntil = Math.ceil(end / interval) * interval
  }
}
