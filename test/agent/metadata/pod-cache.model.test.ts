import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { createPodCache as create } from '../../support/pod-cache-harness.ts'

test('whatever is asked for: one request at a time, and at most one in a second', async () => {
  const uid = fc.constantFrom(...'abcdefgh')
  const step = fc.oneof(
    fc.record({ do: fc.constant('lookup' as const), uid }),
    fc.record({ do: fc.constant('instance' as const), uid }),
    fc.record({ do: fc.constant('refresh' as const) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.oneof(fc.nat(50), fc.nat(3_000), fc.nat(60_000)) }),
    fc.record({ do: fc.constant('pods' as const), uids: fc.uniqueArray(uid) }),
    fc.record({ do: fc.constant('mode' as const), mode: fc.constantFrom('answer' as const, 'fail' as const) }),
    fc.record({ do: fc.constant('delay' as const), ms: fc.nat(2_500) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (steps, randoms) => {
        const { cache, clock, source } = create({ random: () => randoms.next().value ?? 0.5, startWaitMs: 0 })
        const starting = cache.start()
        await clock.advance(0)
        await starting
        const asked: Promise<boolean>[] = []
        for (const action of steps) {
          if (action.do === 'lookup') cache.lookup(action.uid)
          else if (action.do === 'instance')
            cache.lookupInstance({ uid: action.uid, container: 'app', restartCount: 0 })
          else if (action.do === 'refresh') asked.push(cache.refresh())
          else if (action.do === 'advance') await clock.advance(action.ms)
          else if (action.do === 'pods') source.pods = action.uids
          else if (action.do === 'mode') source.mode = action.mode
          else source.delayMs = action.ms
        }
        source.mode = 'answer'
        source.pods = ['last']
        source.delayMs = 0
        // Reading an answer gives the event loop turns by real time, which a busy machine has less of.
        for (let turn = 0; turn < 2_000 && cache.lookup('last') === undefined; turn++) {
          await clock.advance(turn === 0 ? 70_000 : 1_000)
          await sleep(1)
        }
        await Promise.all(asked)
        assert.equal(cache.lookup('last')?.uid, 'last', 'it goes on whatever happened')
        assert.equal(source.overlapped, false)
        assert.equal(cache.stats.requests, source.askedAtMs.length)
        for (const [index, atMs] of source.askedAtMs.slice(1).entries()) {
          assert.ok(atMs - source.askedAtMs[index]! >= 1_000, String(source.askedAtMs))
        }
        await cache.stop()
      },
    ),
    { numRuns: 60 },
  )
})
