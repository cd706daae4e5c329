import { boolean, duration, integer, list, section, text } from '#lib/config/schema.ts'

/** Silences for which there is room where no other number is given: some 800 MiB. */
const MOST = 200_000

/** The number of silences that are kept at most. */
export function silenceLimit(configured: number): number {
  return configured === 0 ? MOST : configured
}

/** What holds for silences. Upstream has the first three as flags. */
export function silencesSection() {
  return section('Silences: what keeps alerts from being told for a while.', {
    max_silences: integer({
      description: `Most silences that are kept, expired ones included; 0 for ${MOST}, since nothing is without limits.`,
      default: 0,
      minimum: 0,
    }),
    max_silence_size_bytes: integer({
      description: "Most bytes that one silence takes in Alertmanager's encoding; 0 for no limit.",
      default: 0,
      minimum: 0,
    }),
    min_matchers: integer({
      description: 'Fewest matchers that ask for a value which a silence must have. Ours, as the next three.',
      default: 0,
      minimum: 0,
    }),
    max_duration: duration({ description: 'Longest silence; 0 for no limit.', default: '0s' }),
    require_comment: boolean({ description: 'Refuse silences without a comment.', default: false }),
    denied_labels: list(text({ description: 'Name of a label.' }), {
      description: 'Labels that the matchers of a silence may not be about.',
      default: [],
    }),
    log: boolean({ description: 'Write a line when a silence is created, updated or expired.', default: false }),
  })
}
