import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'

/** A part that is begun later than the others. */
export interface LaterService extends Service {
  /** Whether the delay is not over. */
  readonly isWaiting: boolean
}

/** The same part, begun this much later; it counts as started meanwhile. */
export function startLater(part: Service, delayMs: number, clock: Clock): LaterService {
  let cancel = () => {}
  let isWaiting = false
  return {
    name: part.name,
    get isWaiting() {
      return isWaiting
    },
    start() {
      if (delayMs === 0) return part.start?.()
      isWaiting = true
      cancel = clock.after(delayMs, () => {
        isWaiting = false
        void part.start?.()
      })
    },
    stop(deadline) {
      cancel()
      return part.stop?.(deadline)
    },
  }
}
