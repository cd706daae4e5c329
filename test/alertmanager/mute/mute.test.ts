import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { type Muter, muteStatus, sift } from '../../../alertmanager/mute/mute.ts'
import { timeMuteOf } from '../../../alertmanager/mute/time-mute.ts'
import { flushed } from '../support/flushed.ts'

const muter = (reason: Muter['reason'], name: string): Muter => ({
  reason,
  mutedBy: (labels) => (labels.get('alertname') === name ? [`${reason} of ${name}`] : []),
})
const muters = [muter('silence', 'S'), muter('inhibition', 'I')]

test('muted alerts are taken out of a flush, and counted by the first reason that there is', () => {
  const suppressed: string[] = []
  const onSuppressed = (reason: string, count: number) => suppressed.push(`${count} ${reason}`)
  const alerts = ['S', 'I', 'A'].map((alertname) => flushed({ alertname }))
  const { told, muted } = sift(alerts, { muters, timeMute: undefined, onSuppressed })
  assert.deepEqual([...told], [alerts[2]])
  assert.deepEqual(muted, [alerts[1], alerts[0]])
  assert.deepEqual(suppressed, ['1 inhibition', '1 silence'])
})

test('at times at which nothing is told, what is not inhibited is muted by the time', () => {
  const suppressed: string[] = []
  const onSuppressed = (reason: string, count: number) => suppressed.push(`${count} ${reason}`)
  const alerts = ['S', 'I', 'A'].map((alertname) => flushed({ alertname }))
  const timeMute = { reason: 'mute_time_interval', mutedBy: ['night'] } as const
  const { told, muted } = sift(alerts, { muters, timeMute, onSuppressed })
  assert.deepEqual([told.size, muted.length], [0, 3])
  assert.deepEqual(suppressed, ['1 inhibition', '2 mute_time_interval'])
})

test('which intervals mute a route, and why', () => {
  const intervals = {
    contains: (name: string, atMs: number) => name === 'always' || (name === 'odd' && atMs % 2 === 1),
  }
  const at = (atMs: number, activeTimeIntervals: string[], muteTimeIntervals: string[]) => {
    const mute = timeMuteOf({ activeTimeIntervals, muteTimeIntervals }, intervals, atMs)
    return mute && `${mute.reason} ${mute.mutedBy}`
  }
  assert.equal(at(0, [], []), undefined)
  assert.equal(at(0, [], ['odd']), undefined)
  assert.equal(at(1, [], ['odd', 'never', 'always']), 'mute_time_interval odd,always')
  assert.equal(at(1, ['odd', 'never'], []), undefined)
  assert.equal(at(0, ['odd', 'never'], ['always']), 'active_time_interval odd,never')
  assert.equal(at(1, ['odd'], ['odd']), 'mute_time_interval odd')
})

test('the status names what mutes', () => {
  assert.deepEqual(muteStatus(muters, LabelSet.from({ alertname: 'S' })), {
    silencedBy: ['silence of S'],
    inhibitedBy: [],
    mutedBy: [],
  })
})
