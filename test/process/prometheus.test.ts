import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PEERS, skipWithout } from '../support/peer-program.ts'
import { faultsOf, runWithPrometheus } from '../support/prometheus-run.ts'

test('Prometheus scrapes everything, writes to us and is written to, and sees an agent die', {
  skip: skipWithout(PEERS.prometheus, PEERS.promtool),
}, async (t) => {
  const run = await runWithPrometheus(t, { scrapeForMs: 15_000 })
  t.diagnostic(JSON.stringify(run))
  assert.deepEqual(faultsOf(run), [])
})
