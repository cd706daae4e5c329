import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startQueryServer } from './query-server.ts'

interface Page {
  readonly records: { id: string; time: string; text: string }[]
  readonly next_cursor?: string
  readonly total?: { value: number }
  readonly warnings?: string[]
}

test('page after page gives every record once, in the order of time and id, however many share a time', async (t) => {
  const { url, index } = await startQueryServer(t)
  const records = fc.array(
    // Few times, so that many are shared; ids in no order.
    fc.record({ ns: fc.integer({ min: 0, max: 12 }), id: fc.integer({ min: 0, max: 1e6 }) }),
    { maxLength: 80 },
  )
  await fc.assert(
    fc.asyncProperty(
      records,
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('newest', 'oldest'),
      async (made, limit, order) => {
        index.documents.length = 0
        const ids = new Map(made.map(({ id, ns }) => [`id${String(id).padStart(7, '0')}`, ns]))
        for (const [id, ns] of ids) {
          index.add({ id, time: `2026-11-21T10:00:00.${String(ns).padStart(9, '0')}Z`, text: id })
        }
        const seen: string[] = []
        let cursor = ''
        for (let page = 0; page <= ids.size + 1; page++) {
          const answer = await fetch(`${url}/api/v1/logs?order=${order}&limit=${limit}&cursor=${cursor}`)
          const body = (await answer.json()) as Page
          assert.ok(body.records.length <= limit)
          if (page === 0) assert.equal(body.total?.value, ids.size)
          seen.push(...body.records.map(({ time, id }) => `${time} ${id}`))
          if (body.next_cursor === undefined) break
          cursor = body.next_cursor
        }
        const expected = index.documents.map(({ time, id }) => `${time} ${id}`).sort((a, b) => (a < b ? -1 : 1))
        assert.deepEqual(seen, order === 'oldest' ? expected : expected.reverse())
      },
    ),
    { numRuns: 60 },
  )
})

test('a page ends early where its lines are long', async (t) => {
  const { url, index } = await startQueryServer(t)
  const text = 'x'.repeat(100_000)
  for (let n = 0; n < 700; n++) {
    const time = `2026-11-21T10:00:00.${String(n).padStart(9, '0')}Z`
    index.add({ id: `id${n}`, time, text })
  }
  const first = (await (await fetch(`${url}/api/v1/logs?limit=1000`)).json()) as Page
  assert.equal(first.records.length, 500)
  const second = (await (await fetch(`${url}/api/v1/logs?limit=1000&cursor=${first.next_cursor}`)).json()) as Page
  assert.deepEqual([second.records.length, second.next_cursor], [200, undefined])
})
