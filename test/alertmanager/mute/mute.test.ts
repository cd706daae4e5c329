import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { type Muter, muteStatus, withoutMuted } from '../../../alertmanager/mute/mute.ts'
import { flushed } from '../support/flushed.ts'

const muter = (reason: Muter['reason'], name: string): Muter => ({
  reason,
  mutedBy: (labels) => (labels.get('alertname') === name ? [`${reason} of ${name}`] : []),
})
const muters = [muter('silence', 'S'), muter('inhibition', 'I')]

test('muted alerts are taken out of a flush, and counted by reason', () => {
  const suppressed: string[] = []
  const alerts = [flushed({ alertname: 'S' }), flushed({ alertname: 'I' }), flushed({ alertname: 'A' })]
  const left = withoutMuted(alerts, muters, (reason, count) => suppressed.push(`${count} ${reason}`))
  assert.deepEqual(left, [alerts[2]])
  assert.deepEqual(suppressed, ['1 silence', '1 inhibition'])
})

test('the status names what mutes', () => {
  assert.deepEqual(muteStatus(muters, LabelSet.from({ alertname: 'S' })), {
    silencedBy: ['silence of S'],
    inhibitedBy: [],
  })
})
