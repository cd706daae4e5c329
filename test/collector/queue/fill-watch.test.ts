import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FillWatch } from '../../../collector/queue/fill-watch.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** A queue of a thousand bytes. */
class Gauge {
  sizeBytes = 0
  readonly maxBytes = 1_000
  async look(): Promise<void> {}
}

function harness() {
  const gauge = new Gauge()
  const clock = new ManualClock()
  const { events, count } = collectorEvents()
  const watch = new FillWatch({ queue: () => gauge, clock, events, alarmPercent: [75, 90] })
  const raised = () => watch.alarms.filter(({ isRaised }) => isRaised).map(({ percent }) => percent)
  return { gauge, clock, watch, raised, count }
}

test('an alarm is raised at its threshold and ends five percent below it', async () => {
  const { gauge, watch, raised, count } = harness()
  const sizes = [740, 750, 749, 705, 699, 760, 900, 860, 849, 0]
  const expected = [[], [75], [75], [75], [], [75], [75, 90], [75, 90], [75], []]
  const seen = sizes.map((size) => {
    gauge.sizeBytes = size
    watch.look()
    return raised()
  })
  assert.deepEqual(seen, expected)
  assert.equal(await count('queue_alarms_total'), 3)
  assert.equal(await count('queue_alarms_ended_total'), 3)
})

test('the time until the queue is full follows from how it grew of late', async () => {
  const { gauge, clock, watch } = harness()
  watch.start()
  assert.equal(watch.fullInSeconds, Number.POSITIVE_INFINITY)
  for (let second = 1; second <= 30; second++) {
    gauge.sizeBytes = second * 10
    await clock.advance(1_000)
  }
  assert.equal(Math.round(watch.fullInSeconds), 70)
  for (let second = 0; second < 60; second++) await clock.advance(1_000)
  assert.equal(watch.fullInSeconds, Number.POSITIVE_INFINITY, 'it has stopped growing')
  watch.stop()
})
