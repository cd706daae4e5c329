import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runWithKills } from '../support/kill-run.ts'
import { temporaryDirectory } from '../support/temporary.ts'

test('300 000 lines through rotations and 30 kills: none lost, none doubled', { timeout: 240_000 }, async (t) => {
  const result = await runWithKills({
    directory: temporaryDirectory(t),
    lines: 300_000,
    containers: 12,
    rotateEveryMs: 300,
    kills: 30,
    writeForMs: 45_000,
  })
  t.diagnostic(JSON.stringify(result))
  assert.deepEqual(result.audit, { found: result.written, lost: 0, doubled: 0, misplaced: 0 })
  assert.equal(result.agent.taken, result.agent.accounted)
  assert.equal(result.collector.taken, result.collector.accounted)
  assert.ok(Object.values(result.kills).every((count) => count > 0))
  assert.equal(result.exitCode, 0)
})
