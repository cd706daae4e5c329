import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8 } from '#lib/labels.ts'
import {
  Differences,
  describe,
  inParts,
  listDifferences,
} from '../../../../alertmanager/cluster/replication/comparison.ts'
import { bucketsFor, hashText } from '../../../../alertmanager/cluster/replication/digest.ts'
import type { SharedState } from '../../../../alertmanager/cluster/replication/shared-state.ts'

type Records = Readonly<Record<string, string>>

function stateOf(records: Records): SharedState {
  const entries = Object.entries(records)
  return {
    key: 'sil',
    size: entries.length,
    versions: () => entries.map(([id, text]) => [id, hashText(text)] as const),
    encode: (id) => records[id],
    merge: () => ({ news: 0, refused: [], same: [], stale: [] }),
  }
}

/** What each of two members is found to lack of the other's. */
async function compare(ours: Records, theirs: Records) {
  let pauses = 0
  const options = (records: Records) => ({
    state: stateOf(records),
    shiftMs: 0,
    pause: async () => {
      pauses += 1
    },
  })
  const digest = await describe(options(ours))
  const differences = new Differences()
  let buckets: readonly number[] = []
  let messages = 0
  await listDifferences(digest, options(theirs), (listing) => {
    messages += 1
    differences.take(listing.versions)
    if (listing.isLast) buckets = listing.buckets
  })
  const pushed: string[] = []
  const wanted = await differences.find({ buckets, count: digest.length }, options(ours), (id) => pushed.push(id))
  return { pushed: pushed.sort(compareUtf8), wanted: [...wanted].sort(compareUtf8), messages, pauses }
}

test('a comparison finds exactly what differs, and what either lacks', async () => {
  const records = fc.dictionary(fc.string({ maxLength: 2 }), fc.constantFrom('1', '2', '3'))
  await fc.assert(
    fc.asyncProperty(records, records, records, async (both, a, b) => {
      const [ours, theirs] = [
        { ...both, ...a },
        { ...both, ...b },
      ]
      const { pushed, wanted } = await compare(ours, theirs)
      const differs = (from: Records, to: Records) => Object.keys(from).filter((id) => to[id] !== from[id])
      assert.deepEqual(pushed, differs(ours, theirs).sort(compareUtf8))
      assert.deepEqual(wanted, differs(theirs, ours).sort(compareUtf8))
    }),
    { numRuns: 300 },
  )
})

test('two records that change alike, or swap what they say, are a difference', async () => {
  assert.deepEqual((await compare({ a: 'x', b: 'x' }, { a: 'y', b: 'y' })).pushed, ['a', 'b'])
  assert.deepEqual((await compare({ a: 'x', b: 'y' }, { a: 'y', b: 'x' })).pushed, ['a', 'b'])
})

test('large states are compared bit by bit, in bounded messages', async () => {
  const records = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`id ${n}`, `${n}`]))
  const same = await compare(records, { ...records, 'id 7': 'other' })
  assert.deepEqual([same.pushed, same.wanted, same.messages], [['id 7'], ['id 7'], 1])
  assert.ok(same.pauses >= 4 * 24, 'others get their turn')
  const empty = await compare({}, records)
  assert.equal(empty.wanted.length, 50_000)
  assert.equal(empty.messages, 26)
  assert.equal(bucketsFor(50_000), 2_048)
  assert.deepEqual(inParts([]), [[]])
})
