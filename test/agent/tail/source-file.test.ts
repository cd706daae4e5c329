import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { PlainBytes } from '../../../agent/tail/file-bytes.ts'
import { SourceFile } from '../../../agent/tail/source-file.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test('acknowledgements in any order move the checkpoint over the contiguous prefix, and never back', (t) => {
  const path = join(temporaryDirectory(t), '0.log')
  writeFileSync(path, 'x')
  const batches = fc
    .integer({ min: 1, max: 12 })
    .chain((count) =>
      fc.shuffledSubarray(Array.from({ length: count }, (_, index) => index)).map((order) => ({ count, order })),
    )
  fc.assert(
    fc.property(batches, ({ count, order }) => {
      let calls = 0
      const file = new SourceFile({
        bytes: new PlainBytes(path),
        name: '0.log',
        incarnation: 0,
        onAcknowledged: () => (calls += 1),
      })
      const points = Array.from({ length: count }, (_, index) => {
        file.offset = (index + 1) * 10
        return file.progressTo({ offset: file.offset, delivered: [file.offset, file.offset] })
      })
      const done = new Set<number>()
      let moves = 0
      for (const index of order) {
        const before = file.acked.offset
        points[index]!.acknowledge()
        done.add(index)
        let prefix = 0
        while (done.has(prefix)) prefix += 1
        assert.equal(file.acked.offset, prefix * 10)
        if (file.acked.offset > before) moves += 1
      }
      assert.equal(calls, moves, 'told of when it moved, and only then')
      assert.equal(file.isSettled, done.size === count)
      file.close()
      file.close()
    }),
  )
})
