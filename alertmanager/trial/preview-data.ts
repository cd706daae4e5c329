import { LabelSet } from '#lib/labels.ts'
import { type Matcher, matchesAll } from '#lib/matchers.ts'
import type { Alert } from '../alert.ts'
import { type FlushedAlert, flushedAlerts } from '../group/flush.ts'
import type { Group } from '../group/group.ts'
import { notificationData, type TemplateInput } from '../notify/data.ts'
import type { Notification } from '../notify/receiver.ts'
import { exampleData } from './example-data.ts'

/** What somebody wants to see a text rendered with. */
export interface PreviewChoice {
  /** Of the group, or of the first group of it. */
  readonly receiver: string | undefined
  readonly groupKey: string | undefined
  /** Which alerts of the group, or of all if no group is asked for. */
  readonly matchers: readonly Matcher[] | undefined
}

export interface PreviewSource {
  groups(): Iterable<Group>
  alerts(): Iterable<Alert>
  readonly externalUrl: string
}

/** The data of a preview and where it is from. */
export interface PreviewData {
  readonly input: TemplateInput
  readonly from: 'group' | 'alerts' | 'example'
  /** Of the group. */
  readonly receiver: string | undefined
  readonly groupKey: string | undefined
  /** Those that are used: the first ones. */
  readonly alerts: readonly FlushedAlert[]
  /** How many there are. */
  readonly total: number
}

/** Alerts of one preview. Notifications can have more, but nobody reads them. */
const MAX_ALERTS = 1_000

/**
 * Real alerts as a notification would tell them, those included that are muted at the moment. Where nothing is asked for
 * it is any group, and where there is none an example. Undefined if there is not what was asked for.
 */
export function previewData(choice: PreviewChoice, source: PreviewSource, nowMs: number): PreviewData | undefined {
  const { receiver, groupKey, matchers } = choice
  const wanted = (alert: Alert) => matchers === undefined || matchesAll(matchers, alert.labels)
  if (matchers !== undefined && receiver === undefined && groupKey === undefined) {
    const firing = flushedAlerts([...source.alerts()].filter(wanted), nowMs).filter((flushed) => flushed.firing)
    const identity = { receiver: 'preview', groupKey: '', groupLabels: LabelSet.empty, routeLabels: LabelSet.empty }
    return firing.length === 0 ? undefined : { ...dataOf(firing, identity, source), from: 'alerts' }
  }
  for (const group of source.groups()) {
    const { route, labels, routeLabels } = group
    const key = `${route.key}:${labels}`
    if ((receiver ?? route.receiver) !== route.receiver || (groupKey ?? key) !== key) continue
    const alerts = flushedAlerts([...group.alerts].filter(wanted), nowMs)
    const identity = { receiver: route.receiver, groupKey: key, groupLabels: labels, routeLabels }
    if (alerts.length === 0) continue
    return { ...dataOf(alerts, identity, source), from: 'group', receiver: route.receiver, groupKey: key }
  }
  if (receiver !== undefined || groupKey !== undefined) return undefined
  return { input: exampleData(nowMs), from: 'example', receiver: undefined, groupKey: undefined, alerts: [], total: 0 }
}

function dataOf(
  all: readonly FlushedAlert[],
  identity: Pick<Notification, 'receiver' | 'groupKey' | 'groupLabels' | 'routeLabels'>,
  { externalUrl }: PreviewSource,
): Omit<PreviewData, 'from'> {
  const alerts = all.slice(0, MAX_ALERTS)
  const reason = alerts.some(({ firing }) => firing) ? 'first notification' : 'all alerts resolved'
  const input = notificationData({ ...identity, alerts, reason, receiverData: {} }, externalUrl)
  return { input, receiver: undefined, groupKey: undefined, alerts, total: all.length }
}
