import { formatDuration } from '#lib/duration.ts'
import type { Silence } from './silence.ts'

/** What an installation asks of its silences, beyond what Alertmanager does. Nothing, unless configured. */
export interface GuardRails {
  /** Fewest matchers that alerts without their label do not meet. */
  readonly min_matchers: number
  /** Longest time from start to end, milliseconds; 0 for no limit. */
  readonly max_duration: number
  readonly require_comment: boolean
  /** Names of labels that matchers may not be about. */
  readonly denied_labels: readonly string[]
}

/** What speaks against a silence that is otherwise valid, with the key that says so; undefined if nothing does. */
export function objectionTo(
  { matchers, comment, startsAtMs, endsAtMs }: Omit<Silence, 'id' | 'updatedAtMs'>,
  { min_matchers, max_duration, require_comment, denied_labels }: GuardRails,
): string | undefined {
  const refused = (why: string, key: string) => `silence refused: ${why} (silences.${key})`
  const narrowing = matchers.filter((matcher) => !matcher.matchesValue('')).length
  if (narrowing < min_matchers) {
    return refused(`at least ${min_matchers} matchers must ask for a value, not ${narrowing}`, 'min_matchers')
  }
  const denied = matchers.find(({ name }) => denied_labels.includes(name))
  if (denied !== undefined) return refused(`it may not be about the label ${denied.name}`, 'denied_labels')
  const lengthMs = endsAtMs - startsAtMs
  if (max_duration > 0 && lengthMs > max_duration) {
    return refused(`it may last ${formatDuration(max_duration)} at most`, 'max_duration')
  }
  if (require_comment && comment.trim() === '') return refused('it needs a comment', 'require_comment')
  return undefined
}
