import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Outcome } from '../../../agent/ship/outcome.ts'
import {
  ACCEPTED,
  ENCODING_REFUSED,
  later,
  type Reply,
  refused,
  ShipHarness,
  TOO_LARGE,
} from '../../support/ship-harness.ts'

/** What a collector does with one request, after a while. */
interface Act {
  readonly kind: 'take' | 'lose' | 'fail' | 'hold-off' | 'cut' | 'refuse-encoding'
  readonly delayMs: number
}

const act = fc.record({
  kind: fc.constantFrom<Act['kind']>('take', 'take', 'lose', 'fail', 'hold-off', 'cut', 'refuse-encoding'),
  delayMs: fc.constantFrom(0, 0, 1, 20, 500, 30_000),
})
/** What each collector does first; after that it takes everything. */
const scripts = fc.array(fc.array(act, { maxLength: 12 }), { minLength: 1, maxLength: 4 })
/** Records by what collectors think of them. */
const requests = fc.array(
  fc.array(fc.constantFrom('good', 'good', 'good', 'good', 'bad', 'huge'), { minLength: 1, maxLength: 12 }),
  { minLength: 1, maxLength: 12 },
)
const MOST_RECORDS = 6
const HOLD_OFF_MS = 3_000

/** A collector that checks how it is treated. */
class Collector {
  readonly taken: string[] = []
  readonly complaints = new Set<string>()
  lost = 0
  inFlight = 0
  readonly #script: Act[]
  readonly #ship: () => ShipHarness
  #isFailing = false
  #failures = 0
  #probes = 0
  #heldUntilMs = 0

  constructor(script: readonly Act[], ship: () => ShipHarness) {
    this.#script = [...script]
    this.#ship = ship
  }

  readonly reply: Reply = async (bodies, encoding) => {
    const { clock } = this.#ship()
    if (clock.monotonicMs() < this.#heldUntilMs) this.complaints.add('sent before the time it had asked for')
    const failuresBefore = this.#failures
    const isProbe = this.#isFailing
    if (isProbe) this.#probes += 1
    if (this.#probes > 1) this.complaints.add('more than one request while it fails')
    this.inFlight += 1
    const { kind, delayMs } = this.#script.shift() ?? { kind: 'take', delayMs: 1 }
    await clock.sleep(delayMs)
    const outcome = this.#outcomeOf(kind, bodies, encoding)
    this.inFlight -= 1
    if (isProbe) this.#probes -= 1
    const isCurrent = failuresBefore === this.#failures
    if (outcome.kind === 'retry') {
      if (isCurrent || outcome.afterMs > 0) {
        this.#failures += 1
        this.#isFailing = true
      }
      if (outcome.afterMs > 0) this.#heldUntilMs = Math.max(this.#heldUntilMs, clock.monotonicMs() + outcome.afterMs)
    } else if (isCurrent) this.#isFailing = false
    return outcome
  }

  #outcomeOf(kind: Act['kind'], bodies: readonly string[], encoding: string): Outcome {
    if (kind === 'fail') return later(0, 'http_500')
    if (kind === 'hold-off') return later(HOLD_OFF_MS, 'http_429')
    if (kind === 'cut') return later(0, 'econnreset')
    if (kind === 'refuse-encoding' && encoding !== 'identity') return ENCODING_REFUSED
    if (bodies.length > MOST_RECORDS || bodies.some((body) => body.startsWith('huge'))) return TOO_LARGE
    if (bodies.some((body) => body.startsWith('bad'))) return refused()
    this.taken.push(...bodies)
    if (kind !== 'lose') return ACCEPTED
    this.lost += 1
    return later(0, 'econnreset')
  }
}

async function check(
  t: Pick<TestContext, 'after'>,
  script: readonly (readonly Act[])[],
  drafts: readonly (readonly string[])[],
  maxInFlight: number,
) {
  const batches = drafts.map((draft, batch) => draft.map((kind, index) => `${kind} ${batch}/${index}`))
  const collectors = script.map((acts): Collector => new Collector(acts, () => ship))
  const total = () => collectors.reduce((sum, { inFlight }) => sum + inFlight, 0)
  const replies = collectors.map((collector, index): [string, Reply] => [
    `collector-${index}`,
    (...request) => {
      if (total() >= maxInFlight) collector.complaints.add('more requests than allowed')
      return collector.reply(...request)
    },
  ])
  const ship: ShipHarness = new ShipHarness(t, Object.fromEntries(replies), [
    ...[`ship.max_in_flight=${maxInFlight}`, 'ship.dead_letter.max_bytes=0'],
  ])
  const submitting = (async () => {
    for (const batch of batches) await ship.submit(...batch)
  })()
  for (let turn = 0; turn < 200 && (turn === 0 || ship.shipper.inFlightRecords > 0); turn++) {
    await ship.clock.advance(30_000)
    ship.balance()
  }
  assert.deepEqual(
    collectors.flatMap(({ complaints }) => [...complaints]),
    [],
  )
  await submitting
  const all = batches.flat()
  const good = all.filter((body) => body.startsWith('good')).sort()
  const taken = collectors.flatMap((collector) => collector.taken).sort()
  if (collectors.every(({ lost }) => lost === 0)) assert.deepEqual(taken, good, 'each once')
  else assert.deepEqual([...new Set(taken)].sort(), good, 'each at least once')
  assert.deepEqual(ship.balance(), { acknowledged: good.length, dropped: all.length - good.length, inFlight: 0 })
  for (const [reason, kind] of [
    ['refused', 'bad'],
    ['too_large', 'huge'],
  ] as const) {
    const expected = all.filter((body) => body.startsWith(kind)).length
    assert.equal((await ship.metric(`records_dropped_total{reason="${reason}"}`)) ?? 0, expected, reason)
  }
  assert.deepEqual(new Set(ship.acknowledged), new Set(batches.map((batch) => batch.join(','))))
  assert.equal(ship.acknowledged.length, batches.length)
  assert.deepEqual([ship.shipper.inFlightBytes, ship.shipper.inFlightRequests], [0, 0])
}

test('whatever collectors do, each record is taken or given up with a reason, and no collector gets more than it bears', async (t) => {
  await fc.assert(
    fc.asyncProperty(scripts, requests, fc.constantFrom(1, 2, 4, 8), (script, drafts, maxInFlight) =>
      check(t, script, drafts, maxInFlight),
    ),
    { numRuns: 150 },
  )
})
