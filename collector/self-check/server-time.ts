import type { Clock } from '#lib/clock.ts'
import { formatDuration } from '#lib/duration.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import type { Answer } from '../index/answer.ts'

/** Times have whole seconds in places, and answers take some. */
const LARGEST_SKEW_MS = 5_000

/**
 * Whether the clocks agree. Elasticsearch sends no Date, unlike a proxy before it, but its statistics have a time for each
 * node; then it is the one that differs most.
 */
export function checkServerTime(root: Answer, stats: Answer | undefined, clock: Clock): readonly Finding[] {
  const nowMs = clock.nowMs()
  const aheadMs = [...timesOf(root, stats)].map((timeMs) => nowMs - timeMs)
  if (aheadMs.length === 0) return []
  const worst = aheadMs.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))
  if (Math.abs(worst) <= LARGEST_SKEW_MS) return [ok('clock', 'the clocks of the server and of this machine agree')]
  const amount = formatDuration(Math.round(Math.abs(worst) / 1_000) * 1_000)
  return [
    warn(
      'clock',
      `this machine is ${amount} ${worst > 0 ? 'ahead of' : 'behind'} the server`,
      'Synchronise the clocks (NTP): searches of the last minutes and retention go by them.',
    ),
  ]
}

function* timesOf(root: Answer, stats: Answer | undefined): Generator<number> {
  if (root.kind !== 'unreachable' && root.dateMs !== undefined) yield root.dateMs
  if (stats?.kind !== 'ok') return
  const { nodes = {} } = (stats.body ?? {}) as { nodes?: Record<string, { timestamp?: number }> }
  for (const { timestamp } of Object.values(nodes)) if (typeof timestamp === 'number') yield timestamp
}
