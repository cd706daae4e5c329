import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupCommit } from '#lib/segment/group-commit.ts'

test('what arrives during a commit shares the next one; a failure is that of its batch alone', async () => {
  const batches: (readonly number[])[] = []
  const commits = new GroupCommit<number, string>(async (batch) => {
    batches.push(batch)
    await new Promise((resolve) => setImmediate(resolve))
    if (batch.includes(3)) throw new Error('no')
    return batch.map((item) => `done ${item}`)
  })
  const results = [1, 2, 3, 4].map((item) => commits.add(item))
  const settled = Promise.allSettled(results)
  assert.equal(await results[0], 'done 1')
  const after = [5, 6].map((item) => commits.add(item))
  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'rejected'],
  )
  assert.deepEqual(await Promise.all(after), ['done 5', 'done 6'])
  await commits.idle()
  assert.deepEqual(batches, [[1], [2, 3, 4], [5, 6]])
})
