import { duration, integer, section } from '#lib/config/schema.ts'

/** How much is remembered of what was told. */
export function historySection() {
  return section('The history of notifications, and of why there were none.', {
    limit: integer({
      description: 'Most entries that are kept, on disk; 0 for no history.',
      default: 50_000,
      minimum: 0,
      maximum: 1_000_000,
    }),
    retention: duration({ description: 'How long entries are kept at most.', default: '30d' }),
  })
}
