import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floodWithSilences } from './silence-flood.ts'

// A million of them: npm run soak -- silences
test('while thousands of silences are posted, alerts are taken and told', async (t) => {
  const flood = await floodWithSilences(t, { silences: 4_000, alerts: 20 })
  t.diagnostic(JSON.stringify(flood))
  const { taken, refused, toldMeanwhile, told, shown, peakMiB } = flood
  assert.deepEqual({ taken, refused, told, shown }, { taken: 4_000, refused: 0, told: 20, shown: 4_000 })
  assert.ok(toldMeanwhile > 10, `${toldMeanwhile} were told meanwhile`)
  assert.ok(peakMiB < 500, `${peakMiB} MiB`)
})

test('beyond the limit silences are refused, and those before hold', async (t) => {
  const flood = await floodWithSilences(t, { silences: 1_500, alerts: 5, flags: ['--silences.max-silences=1000'] })
  const { taken, refused, told, shown } = flood
  assert.deepEqual({ taken, refused, told, shown }, { taken: 1_000, refused: 500, told: 5, shown: 1_000 })
})
