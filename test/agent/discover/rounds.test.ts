import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Directory } from '../../../agent/discover/directory.ts'
import { Rounds } from '../../../agent/discover/rounds.ts'
import { ManualClock } from '../../support/manual-clock.ts'

test('a directory that is forgotten and warmed again while it is visited has its next turn a second later', async () => {
  const clock = new ManualClock()
  const directory = new Directory('/gone')
  let visits = 0
  const rounds: Rounds<Directory> = new Rounds({
    clock,
    roundMs: 10_000,
    all: new Map(),
    visit: () => {},
    visitWarm() {
      visits += 1
      if (visits > 10) throw new Error('visited without end')
      rounds.forget(directory)
      rounds.warm(directory)
    },
    isBusy: () => false,
    everySecond: () => {},
    everyHalfMinute: () => {},
  })
  rounds.warm(directory)
  rounds.start()
  await clock.advance(3_000)
  rounds.stop()
  assert.equal(visits, 3)
})
