import type { Alert } from '../alert.ts'
import { compareMoments, type Moment } from '../moment.ts'

/**
 * What two members of a cluster keep of an alert of which each has a version. Other than when an alert is sent again, it
 * does not matter which version came first, and the time at which they are merged does not either: so all members end
 * up with the same, in whatever order they hear of it. The younger version counts, the one that a member heard from a
 * sender later; where both are one occurrence it gets the earlier start, and an end by the same rules as in
 * {@link mergeAlerts}, "resolved" being what had ended when it was heard.
 *
 * @returns `known` itself if that says all
 */
export function mergeReplicas(known: Alert, other: Alert): Alert {
  const order = compareAge(known, other)
  const [older, younger] = order > 0 ? [other, known] : [known, other]
  const overlap = order === 0 || (isBefore(older.startsAt, younger.endsAt) && isBefore(younger.startsAt, older.endsAt))
  const startsAt = overlap && isBefore(older.startsAt, younger.startsAt) ? older.startsAt : younger.startsAt
  const endsAt = overlap ? mergedEnd(older, younger, order === 0) : younger.endsAt
  // The very same objects as before tell the next sender's version from a change without a look at what is in them.
  const annotations = sameAnnotations(known, younger) ? known.annotations : younger.annotations
  const isKnown =
    annotations === known.annotations &&
    younger.generatorUrl === known.generatorUrl &&
    younger.timeout === known.timeout &&
    younger.updatedAtMs === known.updatedAtMs &&
    compareMoments(startsAt, known.startsAt) === 0 &&
    compareMoments(endsAt, known.endsAt) === 0
  if (isKnown) return known
  const { updatedAtMs, generatorUrl, timeout } = younger
  return { labels: known.labels, annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout }
}

export function sameAnnotations(a: Alert, b: Alert): boolean {
  return a.annotations === b.annotations || a.annotations.fingerprint === b.annotations.fingerprint
}

/** Above zero if the first is the younger one. Where both were heard in one millisecond anything does that is the same everywhere. */
function compareAge(a: Alert, b: Alert): number {
  return (
    a.updatedAtMs - b.updatedAtMs ||
    Number(hadEnded(a)) - Number(hadEnded(b)) ||
    compareTexts(a.annotations.fingerprint, b.annotations.fingerprint) ||
    compareTexts(a.generatorUrl, b.generatorUrl) ||
    Number(a.timeout) - Number(b.timeout)
  )
}

function mergedEnd(older: Alert, younger: Alert, sameAge: boolean): Moment {
  const olderCounts = hadEnded(younger) ? hadEnded(older) : sameAge || !older.timeout
  return olderCounts && isBefore(younger.endsAt, older.endsAt) ? older.endsAt : younger.endsAt
}

function hadEnded({ endsAt, updatedAtMs }: Alert): boolean {
  return endsAt.ms <= updatedAtMs
}

function isBefore(a: Moment, b: Moment): boolean {
  return compareMoments(a, b) < 0
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
