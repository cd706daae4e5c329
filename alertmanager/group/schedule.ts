export interface ResumeOptions {
  /** A moment at which the group flushed or would have, epoch milliseconds. */
  readonly flushAtMs: number
  readonly nowMs: number
  /** Until when the timers of the group ran. */
  readonly ranUntilMs: number
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
}

/**
 * How long a group that goes on after a restart or a reload still has to wait. Its rhythm stays. A flush that fell into
 * the time when nothing ran is made up for at once.
 */
export function resumeDelayMs(options: ResumeOptions): number {
  const { flushAtMs, nowMs, ranUntilMs, groupWaitMs, groupIntervalMs } = options
  // A clock that was set back must not make a group wait longer than it would from scratch.
  if (flushAtMs > nowMs) return Math.min(flushAtMs - nowMs, Math.max(groupWaitMs, groupIntervalMs))
  const lastMs = nowMs - ((nowMs - flushAtMs) % groupIntervalMs)
  return lastMs > ranUntilMs ? 0 : lastMs + groupIntervalMs - nowMs
}
