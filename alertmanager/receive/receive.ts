import { quoteGo } from '#lib/go-quote.ts'
import type { LabelSet } from '#lib/labels.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import { type Alert, isResolved } from '../alert.ts'
import { isLabelName } from '../config/label-names.ts'
import type { RouterEvents } from '../events.ts'
import { compareMoments, isZero, type Moment, momentOf } from '../moment.ts'
import { sizeProblem } from './alert-limits.ts'
import type { PostableAlert } from './postable-alerts.ts'

export interface ReceiveOptions {
  readonly nowMs: number
  readonly resolveTimeoutMs: number
  /** In classic mode fewer names of labels are valid. */
  readonly matcherMode: MatcherMode
  /** The alert as it is stored, if it is. What it has in common with a new version need not be looked at again. */
  readonly known: (fingerprint: string) => Alert | undefined
  readonly events: RouterEvents
}

/** The alerts that are valid, and what is wrong with each of the others. */
export interface ReceivedAlerts {
  readonly alerts: readonly Alert[]
  readonly problems: readonly string[]
}

/** The result of receiving alerts: what became of those that were not taken, and when the others are on disk. */
export interface Received {
  /** What is wrong with the invalid ones. */
  readonly problems: readonly string[]
  /** How many were valid, but one too many. */
  readonly limited: number
  /** How many were valid, but too large, or have grown and are what they were but for their times. */
  readonly oversized: number
  readonly safe: Promise<void>
}

/** Makes alerts of what came in. One that is invalid does not cost the others their place. */
export function receiveAlerts(incoming: readonly PostableAlert[], options: ReceiveOptions): ReceivedAlerts {
  const { nowMs, matcherMode, known, events } = options
  const alerts: Alert[] = []
  const problems: string[] = []
  let resolved = 0
  for (const postable of incoming) {
    const alert = toAlert(postable, options)
    const problem = problemOf(alert, known(alert.labels.fingerprint), matcherMode)
    if (isResolved(alert, nowMs)) resolved += 1
    if (problem === undefined) alerts.push(alert)
    else problems.push(problem)
  }
  const firing = incoming.length - resolved
  if (firing > 0) events.received({ status: 'firing', version: 'v2' }, { count: firing })
  if (resolved > 0) events.received({ status: 'resolved', version: 'v2' }, { count: resolved })
  if (problems.length > 0) events.invalid({ version: 'v2' }, { count: problems.length, problem: problems[0] })
  return { alerts, problems }
}

/** Fills in the times that the sender left out. */
function toAlert(postable: PostableAlert, { nowMs, resolveTimeoutMs }: ReceiveOptions): Alert {
  const startsAt = given(postable.startsAt)
  const endsAt = given(postable.endsAt)
  return {
    labels: postable.labels,
    annotations: postable.annotations,
    startsAt: startsAt ?? endsAt ?? momentOf(nowMs),
    endsAt: endsAt ?? momentOf(nowMs + resolveTimeoutMs),
    updatedAtMs: nowMs,
    generatorUrl: postable.generatorUrl,
    timeout: endsAt === undefined,
  }
}

function given(moment: Moment | undefined): Moment | undefined {
  return moment === undefined || isZero(moment) ? undefined : moment
}

/** What upstream objects to in an alert, in its words; undefined for a valid one. */
function problemOf(alert: Alert, known: Alert | undefined, mode: MatcherMode): string | undefined {
  const { labels, annotations, startsAt, endsAt } = alert
  if (compareMoments(endsAt, startsAt) < 0) return 'start time must be before end time'
  if (known?.labels === labels && known.annotations === annotations) return undefined
  const size = sizeProblem(alert)
  if (size !== undefined) return size
  const label = invalidName(labels, mode)
  if (label !== undefined) return `invalid label set: invalid name ${quoteGo(label)}`
  if (labels.size === 0) return 'at least one label pair required'
  const annotation = invalidName(annotations, mode)
  return annotation === undefined ? undefined : `invalid annotations: invalid name ${quoteGo(annotation)}`
}

function invalidName(labels: LabelSet, mode: MatcherMode): string | undefined {
  for (const [name] of labels) if (!isLabelName(name, mode)) return name
  return undefined
}
