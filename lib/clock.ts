/** Time as the services see it: passed in, so that tests can hold it, step it back or run it fast. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  nowMs(): number
  /** Monotonic milliseconds; only differences have a meaning. */
  monotonicMs(): number
  /** Resolves after the delay, or at once when the signal aborts (it never rejects). Does not keep the process alive. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
  /** Calls back after the delay; the returned function cancels. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void
}

/** Node caps a timer at 2^31-1 ms and would fire at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(delayMs, LONGEST_TIMER_MS))
      timer.unref()
      signal?.addEventListener('abort', done, { once: true })
    })
  },
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
