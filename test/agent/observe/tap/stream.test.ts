import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TapStream } from '../../../../agent/observe/tap/stream.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function open() {
  const clock = new ManualClock()
  const written: string[] = []
  const response = {
    writableNeedDrain: false,
    destroyed: false,
    writeHead() {},
    write: (text: string) => written.push(text) > 0,
    end() {},
    destroy() {
      this.destroyed = true
    },
  }
  let skipped = 0
  const stream = new TapStream({
    response,
    clock,
    status: () => ({ skipped_bytes: ++skipped }),
    statusMs: 1_000,
    stallMs: 5_000,
  })
  stream.open()
  return { clock, response, stream, written }
}

test('what is sent in one turn is written together, and a status shows that we live', async () => {
  const { clock, stream, written } = open()
  stream.send({ a: 1 })
  stream.send({ a: 2 })
  await clock.advance(0)
  assert.deepEqual(written, ['{"type":"status","skipped_bytes":1}\n{"a":1}\n{"a":2}\n'])
  await clock.advance(2_000)
  assert.equal(written.at(-1), '{"type":"status","skipped_bytes":3}\n')
  stream.close()
  await clock.advance(10_000)
  assert.equal(written.length, 3)
})

test('a client that takes nothing for long is cut off, one that is only slow is not', async () => {
  const { clock, response, stream, written } = open()
  await clock.advance(0)
  const before = written.length
  response.writableNeedDrain = true
  assert.equal(stream.isReady, false)
  await clock.advance(4_000)
  response.writableNeedDrain = false
  await clock.advance(1_000)
  assert.equal(written.length, before + 1)
  response.writableNeedDrain = true
  await clock.advance(5_000)
  assert.equal(response.destroyed, false)
  await clock.advance(1_000)
  assert.equal(response.destroyed, true)
})
