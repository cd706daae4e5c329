import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import type { FlushedAlert } from '../../../alertmanager/group/flush.ts'
import { parseMoment } from '../../../alertmanager/moment.ts'
import type { Notification } from '../../../alertmanager/notify/receiver.ts'

type Labels = Readonly<Record<string, string>>

export const START = '2026-11-21T10:00:00.5Z'
export const END = '2026-11-21T11:00:00Z'

/** An alert of a flush, firing unless told. */
export function flushed(labels: Labels, more: Partial<Alert> & { readonly firing?: boolean } = {}): FlushedAlert {
  const { firing = true, ...alert } = more
  return {
    firing,
    alert: {
      labels: LabelSet.from(labels),
      annotations: LabelSet.empty,
      startsAt: parseMoment(START)!,
      endsAt: parseMoment(END)!,
      updatedAtMs: 0,
      generatorUrl: '',
      timeout: false,
      ...alert,
    },
  }
}

export function notificationOf(alerts: readonly FlushedAlert[], groupLabels: Labels = {}): Notification {
  const labels = LabelSet.from(groupLabels)
  return {
    receiver: 'team.X',
    groupKey: `{}:${labels}`,
    groupLabels: labels,
    routeLabels: LabelSet.empty,
    reason: 'first notification',
    alerts,
    receiverData: {},
  }
}
