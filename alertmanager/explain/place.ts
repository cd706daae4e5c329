import type { LabelSet } from '#lib/labels.ts'
import type { Acknowledgement } from '../acknowledge/acknowledgement.ts'
import { type Alert, isResolved } from '../alert.ts'
import { fallbackOf } from '../config/fallback.ts'
import { groupId } from '../group/group.ts'
import { type HistoryEntry, NOTIFIED, type Place } from '../journal/entry.ts'
import type { Standing } from '../journal/standing.ts'
import type { Pipeline } from '../pipeline.ts'
import { groupLabels, type Route } from '../route/tree.ts'
import type { NotificationEntry } from '../store/nflog.ts'
import { withFingerprints } from '../store/nflog-snapshot.ts'
import type {
  FallbackExplanation,
  GroupExplanation,
  IntegrationExplanation,
  PlaceExplanation,
  Told,
} from './explanation.ts'
import { type Mute, mutesOf } from './mutes.ts'
import { flushTimes, repeatTime } from './times.ts'
import { integrationVerdict, joinVerdicts, noIntegrationVerdict } from './verdict.ts'

/** Which alert it is about, and when. */
export interface Subject {
  readonly labels: LabelSet
  readonly alert: Alert | undefined
  readonly acknowledgement: Acknowledgement | undefined
  readonly pipeline: Pipeline
  readonly nowMs: number
}

type GroupPlace = Pick<Place, 'groupId' | 'groupKey'>

/** What a route does with an alert that ends up there. */
export function explainPlace(route: Route, subject: Subject): PlaceExplanation {
  const { labels, pipeline, nowMs, alert } = subject
  const mutes = mutesOf(labels, route, pipeline, nowMs)
  const named = groupLabels(route, labels)
  const at = { groupId: groupId(route, named), groupKey: `${route.key}:${named}` }
  const parts = partsOf(route.receiver, at, pipeline)
  const none = pipeline.state.journal.standingOf({ ...at, receiver: route.receiver, integration: '', index: 0 })
  const group = explainGroup(route, subject, at, [none, ...parts.map(({ standing }) => standing)])
  const integrations = parts.map((part) => explainIntegration(part, route, group, mutes, subject))
  const own =
    integrations.length === 0
      ? noIntegrationVerdict(route.receiver, alert !== undefined)
      : joinVerdicts(integrations.map((one) => [`${one.integration}[${one.index}]`, one.verdict]))
  const fallback = explainFallback(route, at, group, mutes, subject)
  const verdict = fallback === undefined ? own : `${own}; in its place, ${fallback.receiver}: ${fallback.verdict}`
  return { route, group, mutes, integrations, fallback, verdict }
}

/** The fallback of a receiver, if it was told of the alert, or is about to be. */
function explainFallback(
  route: Route,
  at: GroupPlace,
  group: GroupExplanation,
  mutes: readonly Mute[],
  subject: Subject,
): FallbackExplanation | undefined {
  const { pipeline } = subject
  const { fallback: rule } = pipeline.config.own
  const receiver = rule && fallbackOf(rule, route.receiver)
  if (receiver === undefined) return undefined
  const integrations = partsOf(receiver, at, pipeline)
    .map((part) => explainIntegration(part, route, group, mutes, subject))
    .filter(
      ({ told, standing }) => told !== 'nothing' || standing?.underWay !== undefined || standing?.outcome === 'failed',
    )
  if (integrations.length === 0) return undefined
  const verdict = joinVerdicts(integrations.map((one) => [`${one.integration}[${one.index}]`, one.verdict]))
  return { receiver, integrations, verdict }
}

/** A receiver's integration, as a group has to do with it. */
interface Part {
  readonly place: Place
  readonly sendResolved: boolean
  readonly standing: Standing | undefined
}

function partsOf(receiver: string, at: GroupPlace, { config, state }: Pipeline): readonly Part[] {
  const integrations = config.receivers.find(({ name }) => name === receiver)?.integrations ?? []
  return integrations.map(({ kind, index, options }) => {
    const place = { ...at, receiver, integration: kind, index }
    return { place, sendResolved: options.send_resolved, standing: state.journal.standingOf(place) }
  })
}

function explainGroup(
  route: Route,
  { labels, pipeline, nowMs }: Subject,
  at: GroupPlace,
  standings: readonly (Standing | undefined)[],
): GroupExplanation {
  const group = pipeline.groupOf(at.groupId)
  const flushedMs = standings.flatMap((standing) => (standing === undefined ? [] : [standing.flushedAtMs]))
  const known = pipeline.state.groups.get(at.groupId)
  const { lastMs, nextMs } = known === undefined || group === undefined ? {} : flushTimes(known, route, nowMs)
  return {
    key: at.groupKey,
    labels: groupLabels(route, labels),
    alertCount: group && [...group.alerts].length,
    hasAlert: group?.has(labels.fingerprint) ?? false,
    isAcknowledged: group !== undefined && isAcknowledged(group.alerts, pipeline, nowMs),
    lastFlushMs: flushedMs.length > 0 ? Math.max(...flushedMs) : lastMs,
    nextFlushMs: nextMs,
  }
}

/** Whether somebody looks after all that fires: then it is not repeated. */
function isAcknowledged(alerts: Iterable<Alert>, { state }: Pipeline, nowMs: number): boolean {
  for (const alert of alerts) if (!isResolved(alert, nowMs) && !state.acknowledgements.covers(alert)) return false
  return true
}

function explainIntegration(
  { place, sendResolved, standing }: Part,
  route: Route,
  group: GroupExplanation,
  mutes: readonly Mute[],
  { labels, alert, acknowledgement, pipeline, nowMs }: Subject,
): IntegrationExplanation {
  const { groupId: groupKey, receiver, integration, index } = place
  const logged = pipeline.state.nflog.get({ groupKey, receiver, integration, index })
  const entry = logged && withFingerprints(logged, () => [labels])
  const mayRepeat = entry !== undefined && group.nextFlushMs !== undefined && !group.isAcknowledged
  const facts: Omit<IntegrationExplanation, 'verdict'> = {
    ...{ integration, index, sendResolved, standing },
    repeatAtMs: mayRepeat ? repeatTime(entry.sentAtMs, group.nextFlushMs!, route) : undefined,
    told: toldOf(entry, labels.fingerprint),
    toldAtMs: entry?.sentAtMs,
    lastNotification: lastNotification(pipeline, place),
  }
  const isRunning = pipeline.isDispatching
  const at = { alert, acknowledgement, route, group, mutes, nowMs, isRunning }
  return { ...facts, verdict: integrationVerdict(facts, at) }
}

/** A disk that cannot be read does not keep the rest from being said. */
function lastNotification(pipeline: Pipeline, place: Place): HistoryEntry | undefined {
  try {
    return pipeline.state.history.lastOf(place, NOTIFIED)
  } catch {
    return undefined
  }
}

function toldOf(entry: NotificationEntry | undefined, fingerprint: string): Told {
  if (entry?.firing.has(fingerprint)) return 'firing'
  if (entry?.parked.has(fingerprint)) return 'parked'
  return entry?.resolved.has(fingerprint) ? 'resolved' : 'nothing'
}
