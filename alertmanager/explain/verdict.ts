import { formatDuration } from '#lib/duration.ts'
import type { Acknowledgement } from '../acknowledge/acknowledgement.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { HistoryEntry } from '../journal/entry.ts'
import type { Route } from '../route/tree.ts'
import { clockTime } from './clock-time.ts'
import type { GroupExplanation, IntegrationExplanation } from './explanation.ts'
import { describeMutes } from './mute-words.ts'
import type { Mute } from './mutes.ts'

/** What an alert's fate depends on, beside the integration. */
export interface Circumstances {
  readonly alert: Alert | undefined
  readonly acknowledgement: Acknowledgement | undefined
  readonly route: Route
  readonly group: GroupExplanation
  readonly mutes: readonly Mute[]
  readonly nowMs: number
  /** Whether groups tell when their time comes. */
  readonly isRunning: boolean
}

type Facts = Omit<IntegrationExplanation, 'verdict'>

/** Whether an integration was told, and why or why not, in one sentence for people. */
export function integrationVerdict(facts: Facts, at: Circumstances): string {
  const { alert, nowMs } = at
  if (alert === undefined) return wouldBe(at)
  return isResolved(alert, nowMs) ? ended(alert, facts, at) : firing(facts, at)
}

export function noIntegrationVerdict(receiver: string, isKnown: boolean): string {
  return `${isKnown ? 'not sent' : 'would not be sent'}: receiver ${JSON.stringify(receiver)} has no integrations`
}

/** One verdict for all, or each with the name of what it is about. */
export function joinVerdicts(verdicts: readonly (readonly [name: string, verdict: string])[]): string {
  const [first, ...others] = verdicts
  if (first === undefined) return ''
  if (others.every(([, verdict]) => verdict === first[1])) return first[1]
  return verdicts.map(([name, verdict]) => `${name}: ${verdict}`).join('; ')
}

function wouldBe({ mutes, group, route, nowMs, isRunning }: Circumstances): string {
  if (mutes.length > 0) return `would not be sent: ${describeMutes(mutes, nowMs)}`
  if (!isRunning) return `would be sent once groups tell: ${NOT_RUNNING}`
  if (group.nextFlushMs !== undefined) {
    return `would be sent with the next flush of its group, at ${clockTime(group.nextFlushMs, nowMs)}`
  }
  return `would be sent ${formatDuration(route.groupWaitMs)} after it came in (group_wait)`
}

function firing(facts: Facts, at: Circumstances): string {
  const { told, toldAtMs, repeatAtMs, lastNotification } = facts
  const { mutes, nowMs } = at
  const time = (atMs: number) => clockTime(atMs, nowMs)
  const wasTold = told === 'firing' || told === 'parked'
  if (mutes.length > 0) {
    const before = wasTold && toldAtMs !== undefined ? '; it was sent before it was muted' : ''
    return `not sent: ${describeMutes(mutes, nowMs)}${before}`
  }
  if (told !== 'firing' || toldAtMs === undefined) return notYet(facts, at)
  const isLast = isNotificationOf(lastNotification, toldAtMs)
  const reason = isLast && lastNotification.details.reason !== undefined ? ` (${lastNotification.details.reason})` : ''
  const repeat = repeatAtMs === undefined ? '' : `; sent again at ${time(repeatAtMs)} if nothing changes`
  const { acknowledgement: ack } = at
  const careOf = ack === undefined ? '' : `; acknowledged by ${ack.owner} (until ${time(ack.endsAtMs)})`
  const rest =
    ack !== undefined && at.group.isAcknowledged ? `${careOf}, so it is not sent again before` : careOf + repeat
  const problem = trouble(facts, at)
  if (problem !== undefined) return `sent at ${time(toldAtMs)}${reason}; what is new since then is ${problem}`
  const part =
    isLast && lastNotification.outcome === 'partly_sent' ? `, in part: ${lastNotification.details.error}` : ''
  return `sent at ${time(toldAtMs)}${reason}${part}${rest}`
}

/** Whether it is the one by which it was told; another member of the cluster may have told later. */
function isNotificationOf(entry: HistoryEntry | undefined, toldAtMs: number): entry is HistoryEntry {
  return (entry?.outcome === 'sent' || entry?.outcome === 'partly_sent') && entry.endedAtMs >= toldAtMs
}

const NOT_RUNNING = 'the router is starting, settling, stopping, or within --dispatch.start-delay'

function notYet(facts: Facts, at: Circumstances): string {
  const { told, standing } = facts
  const { group, route, nowMs, isRunning } = at
  const problem = trouble(facts, at)
  if (problem !== undefined) return problem
  if (standing?.waitsFor !== undefined) return `not sent yet: it waits for ${standing.waitsFor}`
  if (!isRunning) return `not sent yet: ${NOT_RUNNING}`
  if (!group.hasAlert || group.nextFlushMs === undefined) return 'not sent: its group has not taken it in'
  const when = clockTime(group.nextFlushMs, nowMs)
  const again = told === 'parked' ? ', as it is muted no more' : ''
  if (group.lastFlushMs === undefined) {
    return `not sent yet: its group waits until ${when} (group_wait ${formatDuration(route.groupWaitMs)})`
  }
  const interval = formatDuration(route.groupIntervalMs)
  return `not sent yet: goes out with the next flush of its group, at ${when} (group_interval ${interval})${again}`
}

function ended(alert: Alert, facts: Facts, at: Circumstances): string {
  const { told, toldAtMs, sendResolved } = facts
  const { mutes, group, nowMs } = at
  const over = `ended at ${clockTime(alert.endsAt.ms, nowMs)}`
  if (told === 'resolved') {
    if (!sendResolved) return `${over}; ends are not sent there (send_resolved: false)`
    return toldAtMs === undefined ? over : `${over}; its end was sent at ${clockTime(toldAtMs, nowMs)}`
  }
  if (told === 'nothing') {
    const why = mutes.length === 0 ? '' : ` (${describeMutes(mutes, nowMs)})`
    return `${over}; its firing was not sent, so there is no end to send${why}`
  }
  if (!sendResolved) return `${over}; ends are not sent there (send_resolved: false)`
  const problem = trouble(facts, at)
  if (problem !== undefined) return `${over}; its end is ${problem}`
  const times = mutes.filter(({ by }) => by === 'mute_time_interval' || by === 'active_time_interval')
  if (times.length > 0) return `${over}; its end is sent when the time allows it: ${describeMutes(times, nowMs)}`
  if (group.nextFlushMs === undefined) return over
  return `${over}; its end goes out with the next flush of its group, at ${clockTime(group.nextFlushMs, nowMs)}`
}

/** That a notification is under way and fails, or has failed at the last flush; undefined if all is well. */
function trouble({ standing, lastNotification }: Facts, { group, nowMs }: Circumstances): string | undefined {
  if (standing === undefined) return undefined
  const { underWay, outcome } = standing
  if (underWay !== undefined) {
    const { attemptCount, lastFailure, sinceMs } = underWay
    const since = `being sent since ${clockTime(sinceMs, nowMs)}`
    if (lastFailure?.error === undefined) return since
    return `${since}: ${times(attemptCount, 'attempt')} failed, the last one with: ${lastFailure.error}`
  }
  if (outcome !== 'failed' || lastNotification?.outcome !== 'failed') return undefined
  const next = group.nextFlushMs === undefined ? '' : `; tried again at ${clockTime(group.nextFlushMs, nowMs)}`
  return `${describeFailure(lastNotification, nowMs)}${next}`
}

function describeFailure({ atMs, endedAtMs, details }: HistoryEntry, nowMs: number): string {
  const { error = '', attemptCount = 1, flushes = 1 } = details
  const since = flushes > 1 ? `since ${clockTime(atMs, nowMs)}, ` : ''
  const last = clockTime(endedAtMs, nowMs)
  return `not sent: it failed (${since}${times(attemptCount, 'attempt')}, last at ${last}): ${error}`
}

function times(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
