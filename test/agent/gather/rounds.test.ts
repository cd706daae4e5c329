import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Gatherer } from '../../../agent/gather/gatherer.ts'
import { GatherRounds } from '../../../agent/gather/rounds.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function create(gatherers: readonly Gatherer[]) {
  const clock = new ManualClock()
  const log: string[] = []
  const ignore = () => {}
  const rounds = new GatherRounds({
    ...{ gatherers, intervalMs: 10_000, clock },
    events: {
      gatherFailed: ({ gatherer }, detail) => log.push(`${gatherer} failed: ${detail?.err}`),
      roundSkipped: ({ gatherer }) => log.push(`${gatherer} skipped`),
      metricsSendFailed: ignore,
      pointsDropped: ignore,
    },
    observe: (gatherer) => log.push(`${gatherer} done`),
  })
  return { rounds, clock, log }
}

describe('GatherRounds', () => {
  it('asks all at once and in every interval, and leaves out one that is not done', async () => {
    let release = () => {}
    let slow = 0
    const { rounds, clock, log } = create([
      { name: 'quick', gather() {} },
      {
        name: 'slow',
        gather: () => {
          slow += 1
          return new Promise<void>((resolve) => {
            release = resolve
          })
        },
      },
    ])
    rounds.start()
    await clock.advance(10_000)
    assert.deepEqual(log, ['quick done', 'slow skipped', 'quick done'])
    release()
    await clock.advance(10_000)
    assert.equal(slow, 2)
    release()
    await rounds.stop()
    assert.deepEqual(log.slice(3), ['slow done', 'quick done', 'slow done'])
  })

  it('goes on after a failure', async () => {
    let rounds = 0
    const created = create([
      {
        name: 'broken',
        gather() {
          rounds += 1
          throw new Error('boom')
        },
      },
    ])
    created.rounds.start()
    for (let round = 0; round < 2; round++) await created.clock.advance(10_000)
    await created.rounds.stop()
    assert.equal(rounds, 3)
    assert.equal(created.log.filter((line) => line === 'broken failed: boom').length, 3)
  })

  it('tells gatherers that the agent stops, and waits for them', async () => {
    let hasEnded = false
    const { rounds, log } = create([
      {
        name: 'long',
        async gather(signal) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
          hasEnded = true
          throw new Error('aborted')
        },
      },
    ])
    rounds.start()
    await rounds.stop()
    assert.ok(hasEnded)
    assert.deepEqual(log, ['long done'])
  })
})
