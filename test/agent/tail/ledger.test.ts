import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerLog } from '../../../agent/tail/container-log.ts'
import { Ledger } from '../../../agent/tail/ledger.ts'
import type { SourceFile } from '../../../agent/tail/source-file.ts'
import { ManualClock } from '../../support/manual-clock.ts'

test('the age of what is not written grows from the first acknowledgement until a write succeeds', async () => {
  const clock = new ManualClock()
  let isFull = true
  const checkpoints = {
    write() {
      if (isFull) throw new Error('ENOSPC')
    },
  }
  const failures: unknown[] = []
  const events = { checkpointFailed: (_: object, detail: unknown) => failures.push(detail) }
  const ledger = new Ledger(checkpoints, events, clock)
  const log = { key: 'uid/app/0' } as ContainerLog
  const identity = { key: Buffer.alloc(11), prefix: Buffer.from('x\n') }
  // What the ledger reads of a file; a whole one needs a directory and a reader.
  const file = { identity, acked: { offset: 2, delivered: [2, 2] }, cuts: [] } as unknown as SourceFile

  assert.equal(ledger.unwrittenMs, 0)
  await clock.advance(60_000)
  ledger.acknowledged(log, file)
  assert.equal(ledger.unwrittenMs, 0)
  await clock.advance(1_000)
  ledger.write()
  await clock.advance(1_000)
  ledger.acknowledged(log, file)
  assert.deepEqual([ledger.unwrittenMs, failures.length], [2_000, 1])
  isFull = false
  ledger.write()
  assert.equal(ledger.unwrittenMs, 0)
})
