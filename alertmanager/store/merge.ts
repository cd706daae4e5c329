import { type Alert, isResolved } from '../alert.ts'
import { compareMoments, type Moment } from '../moment.ts'

/**
 * What to keep of an alert that was sent again. Where the times of both overlap they become one occurrence: the
 * earliest start, and the end that the later sender means. Otherwise the new one is an occurrence of its own.
 */
export function mergeAlerts(old: Alert, incoming: Alert, nowMs: number): Alert {
  const overlaps = isWithin(incoming.endsAt, old) || isWithin(incoming.startsAt, old)
  if (!overlaps) return incoming
  const [older, younger] = incoming.updatedAtMs < old.updatedAtMs ? [incoming, old] : [old, incoming]
  const startsAt = compareMoments(older.startsAt, younger.startsAt) < 0 ? older.startsAt : younger.startsAt
  const { labels, annotations, updatedAtMs, generatorUrl, timeout } = younger
  const endsAt = mergedEnd(older, younger, nowMs)
  // As mostly: hundreds of thousands of alerts say nothing but that they go on.
  if (startsAt === younger.startsAt && endsAt === younger.endsAt) return younger
  return { labels, annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout }
}

function mergedEnd(older: Alert, younger: Alert, nowMs: number): Moment {
  const olderEndsLater = compareMoments(older.endsAt, younger.endsAt) > 0
  // Two senders may both have resolved it; while the younger one fires, only an end that was given counts.
  const olderCounts = isResolved(younger, nowMs) ? isResolved(older, nowMs) : !older.timeout
  return olderEndsLater && olderCounts ? older.endsAt : younger.endsAt
}

function isWithin(moment: Moment, { startsAt, endsAt }: Alert): boolean {
  return compareMoments(moment, startsAt) > 0 && compareMoments(moment, endsAt) < 0
}
