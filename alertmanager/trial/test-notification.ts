import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../alert.ts'
import { momentOf } from '../moment.ts'
import type { Notification, ReceiverData } from '../notify/receiver.ts'

/** What a test is to tell about; an alert is made up where there is none. */
export interface TestSubject {
  readonly receiver: string
  /** Sets this test apart from all others. */
  readonly id: string
  readonly startedMs: number
  readonly alert: { readonly labels: Labels; readonly annotations: Labels } | undefined
}

type Labels = Readonly<Record<string, string>>

/**
 * A label of the alert, of the group and of the route. With it the alert has a fingerprint, and the group a key, that no
 * real one has: services that keep incidents by either make one of its own for each test.
 */
export const TEST_LABEL = 'vedette_test'

const MADE_UP = { alertname: 'TestNotification', severity: 'info' }

/** A notification that says of itself that it is a test. */
export function testNotification(
  { receiver, id, startedMs, alert }: TestSubject,
  {
    firing,
    endedMs,
    receiverData,
  }: { readonly firing: boolean; readonly endedMs: number; readonly receiverData: ReceiverData },
): Notification {
  const mark = { [TEST_LABEL]: id }
  const labels = LabelSet.from({ ...(alert?.labels ?? MADE_UP), ...mark })
  const note = `This is a test of the receiver ${JSON.stringify(receiver)}: nothing is wrong, there is nothing to do.`
  const annotations = LabelSet.from({ ...(alert?.annotations ?? { summary: 'Test notification' }), [TEST_LABEL]: note })
  const told: Alert = {
    labels,
    annotations,
    startsAt: momentOf(startedMs),
    endsAt: momentOf(endedMs),
    updatedAtMs: startedMs,
    generatorUrl: '',
    timeout: false,
  }
  const groupLabels = labels.filter((name) => name === 'alertname')
  return {
    receiver,
    groupKey: `{}/{${TEST_LABEL}=${JSON.stringify(id)}}:${groupLabels}`,
    groupLabels,
    routeLabels: LabelSet.from(mark),
    reason: firing ? 'first notification' : 'all alerts resolved',
    alerts: [{ alert: told, firing }],
    receiverData,
  }
}
