import { compareUtf8, LabelSet } from '#lib/labels.ts'
import type { Moment } from './moment.ts'

/** One occurrence of something wrong. Its labels are its identity; a new version replaces an old one as a whole. */
export interface Alert {
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAt: Moment
  /** May lie ahead: an alert that is not sent again by then resolves by itself. */
  readonly endsAt: Moment
  /** When this router heard of it last, epoch milliseconds. */
  readonly updatedAtMs: number
  /** Link to what raised the alert, or empty. */
  readonly generatorUrl: string
  /** The end was not given by the sender. */
  readonly timeout: boolean
}

export function isResolved(alert: Alert, nowMs: number): boolean {
  return alert.endsAt.ms <= nowMs
}

/** How much there is of an alert: its labels, its annotations and its link, in bytes as they are written. */
export function alertBytes({ labels, annotations, generatorUrl }: Alert): number {
  return Buffer.byteLength(labels.json) + Buffer.byteLength(annotations.json) + Buffer.byteLength(generatorUrl)
}

interface Keyed<T> {
  readonly item: T
  readonly job: string | undefined
  readonly instance: string | undefined
  labels: LabelSet
}

/** Sorts alerts as they stand in notifications and in groups: by job, then by instance, then by all labels. */
export function sortAlerts<T>(items: Iterable<T>, alertOf: (item: T) => Alert): T[] {
  const keyed = Array.from(items, (item): Keyed<T> => {
    const { labels } = alertOf(item)
    return { item, job: labels.get('job'), instance: labels.get('instance'), labels }
  })
  return keyed.sort(compareKeyed).map(({ item }) => item)
}

function compareKeyed<T>(a: Keyed<T>, b: Keyed<T>): number {
  return compareValues(a.job, b.job) || compareValues(a.instance, b.instance) || compareAll(a, b)
}

/** Alerts that lack the label come last. */
function compareValues(x: string | undefined, y: string | undefined): number {
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
  return compareUtf8(x, y)
}

function compareAll<T>(a: Keyed<T>, b: Keyed<T>): number {
  a.labels = a.labels.expanded()
  b.labels = b.labels.expanded()
  return LabelSet.compare(a.labels, b.labels)
}
