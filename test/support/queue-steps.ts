import fc from 'fast-check'

/** Of a request. */
export const MOST_RECORDS = 5

/** What may happen to a queue and to its disk. */
export type QueueStep =
  | { readonly kind: 'append'; readonly bytes: number; readonly records: number; readonly together: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'settle'; readonly which: number }
  | { readonly kind: 'save' }
  | { readonly kind: 'reopen' }
  /** A power cut while appends are under way: of what was not synced any part may be on disk. */
  | { readonly kind: 'crash'; readonly turns: number; readonly kept: number }
  | { readonly kind: 'flip'; readonly file: number; readonly at: number; readonly bit: number }
  | { readonly kind: 'fill'; readonly freeBytes: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'failSync' }
  | { readonly kind: 'readOnly' }
  | { readonly kind: 'losePosition'; readonly isThere: boolean }

export const QUEUE_STEPS = fc.oneof<fc.WeightedArbitrary<QueueStep>[]>(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      bytes: fc.oneof(fc.nat(300), fc.nat(3_000)),
      records: fc.integer({ min: 1, max: MOST_RECORDS }),
      together: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'take' }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'save' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      turns: fc.nat(12),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('flip' as const), file: fc.nat(9), at: fc.nat(), bit: fc.nat(7) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), freeBytes: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'look' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'failSync' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'readOnly' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('losePosition' as const), isThere: fc.boolean() }) },
)
