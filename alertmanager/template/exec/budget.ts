/** What the texts of one notification may do together, so that one of many texts blocks others no longer than one of one. */
export interface Budget {
  /** Nodes that are executed, and functions that are called. */
  readonly steps: number
  /** Milliseconds of the processor. */
  readonly timeMs: number
  /** What of both is used up. */
  usedSteps: number
  usedMs: number
}

const BASE_STEPS = 500_000
const STEPS_PER_ALERT = 5_000
const MAX_STEPS = 10_000_000
const BASE_MS = 1_000
const MS_PER_ALERT = 1
const MAX_MS = 3_000

/**
 * Default templates take 150 steps and 0.02 ms for an alert, elaborate ones with all labels and patterns 400 and 0.1
 * (measured with a thousand alerts of twenty labels). This is ten times that, and enough for what is loaded with the
 * first notification; but half a million steps are over in some tenths of a second.
 */
export function budgetFor(alerts: number): Budget {
  return {
    steps: Math.min(BASE_STEPS + STEPS_PER_ALERT * alerts, MAX_STEPS),
    timeMs: Math.min(BASE_MS + MS_PER_ALERT * alerts, MAX_MS),
    usedSteps: 0,
    usedMs: 0,
  }
}
