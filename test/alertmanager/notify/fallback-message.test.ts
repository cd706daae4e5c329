import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { notificationData } from '../../../alertmanager/notify/data.ts'
import { standIn } from '../../../alertmanager/notify/fallback-message.ts'
import type { Integration, Notification, NotifyResult } from '../../../alertmanager/notify/receiver.ts'
import { flushed, notificationOf } from '../support/flushed.ts'

const NEVER = new AbortController().signal

async function through(message: string | undefined, result: NotifyResult = { ok: true }) {
  const got: Notification[] = []
  const told: string[] = []
  const notify: Integration['notify'] = async (notification) => {
    got.push(notification)
    return result
  }
  const inner: Integration = { kind: 'webhook', index: 0, sendResolved: true, notify }
  const onTold = (kind: string) => told.push(kind)
  const annotations = LabelSet.from({ summary: 'full', vedette_fallback: 'old' })
  const given = notificationOf([flushed({ alertname: 'A' }, { annotations }), flushed({ alertname: 'B' })])
  await standIn(inner, { receiver: 'team-a', message, onTold }).notify(given, NEVER)
  return { data: notificationData(got[0]!, ''), given: notificationData(given, ''), told }
}

test('a notification in place of another says so in a label of the route and in an annotation of each alert', async () => {
  const { data, given, told } = await through('slack_configs[0]: answered 500')
  const why = 'in place of receiver "team-a": slack_configs[0]: answered 500'
  assert.equal(String(data.routeLabels), '{vedette_fallback_for="team-a"}')
  assert.equal(data.commonAnnotations.get('vedette_fallback'), why)
  assert.deepEqual(
    data.alerts.map(({ annotations }) => annotations.get('summary')),
    ['full', undefined],
  )
  assert.deepEqual(
    data.alerts.map(({ labels, fingerprint }) => [labels, fingerprint]),
    given.alerts.map(({ labels, fingerprint }) => [labels, fingerprint]),
  )
  assert.equal(given.alerts[0]?.annotations.get('vedette_fallback'), 'old')
  assert.deepEqual(told, ['webhook'])
})

test('one about an end has no error to tell of; a failure is no success', async () => {
  const refused = { ok: false, retryable: false, reason: 'clientError', message: 'no' } as const
  const { data, told } = await through(undefined, refused)
  assert.equal(data.commonAnnotations.get('vedette_fallback'), 'in place of receiver "team-a"')
  assert.deepEqual(told, [])
})
