import { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { RouterEvents } from '../events.ts'
import { compareMoments, isZero, momentOf } from '../moment.ts'
import type { PostableAlert } from './postable-alerts.ts'

export interface ReceiveOptions {
  readonly nowMs: number
  readonly resolveTimeoutMs: number
  readonly events: RouterEvents
}

/** The alerts that are valid, and what is wrong with each of the others. */
export interface ReceivedAlerts {
  readonly alerts: readonly Alert[]
  readonly problems: readonly string[]
}

/** Makes alerts of what came in. One that is invalid does not cost the others their place. */
export function receiveAlerts(incoming: readonly PostableAlert[], options: ReceiveOptions): ReceivedAlerts {
  const { nowMs, events } = options
  const alerts: Alert[] = []
  const problems: string[] = []
  let resolved = 0
  for (const postable of incoming) {
    const alert = toAlert(postable, options)
    const problem = problemOf(alert)
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

/** Fills in the times that the sender left out, and drops empty labels. */
function toAlert(postable: PostableAlert, { nowMs, resolveTimeoutMs }: ReceiveOptions): Alert {
  const given = (moment: PostableAlert['startsAt']) => (moment === undefined || isZero(moment) ? undefined : moment)
  const [startsAt, endsAt] = [given(postable.startsAt), given(postable.endsAt)]
  return {
    labels: LabelSet.from(postable.labels).filter((_name, value) => value !== ''),
    annotations: LabelSet.from(postable.annotations),
    startsAt: startsAt ?? endsAt ?? momentOf(nowMs),
    endsAt: endsAt ?? momentOf(nowMs + resolveTimeoutMs),
    updatedAtMs: nowMs,
    generatorUrl: postable.generatorUrl,
    timeout: endsAt === undefined,
  }
}

/** What upstream objects to in an alert, in its words; undefined for a valid one. */
function problemOf({ labels, annotations, startsAt, endsAt }: Alert): string | undefined {
  if (compareMoments(endsAt, startsAt) < 0) return 'start time must be before end time'
  // In Alertmanager's default mode any name is valid but the empty one.
  if (labels.get('') !== undefined) return 'invalid label set: invalid name ""'
  if (labels.size === 0) return 'at least one label pair required'
  if (annotations.get('') !== undefined) return 'invalid annotations: invalid name ""'
  return undefined
}
