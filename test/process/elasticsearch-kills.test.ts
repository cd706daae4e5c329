import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runWithNodeKills } from '../support/elasticsearch-kill-run.ts'
import { whyNoElasticsearch } from '../support/elasticsearch-node.ts'

const RECORDS = 200_000

test('200 000 documents through kill -9 of the collector and of a real node: none lost, none doubled', {
  skip: await whyNoElasticsearch(),
  timeout: 600_000,
}, async (t) => {
  const { delivery, count, account, exitCode, ...rest } = await runWithNodeKills(t, { records: RECORDS })
  t.diagnostic(JSON.stringify({ ...rest, account }))
  assert.deepEqual(delivery, { found: RECORDS, lost: 0, doubled: 0, strange: 0 })
  assert.equal(count, RECORDS)
  assert.equal(account.dead_letter_total + account.lost_total, 0)
  assert.deepEqual(rest.kills, { collector: 3, node: 3 })
  assert.ok(rest.interrupted > 0)
  // What was in the queue when a collector was killed was delivered by the next one.
  assert.ok(rest.recovered > 0)
  assert.equal(exitCode, 0)
})
