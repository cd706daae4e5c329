import type { Explanation, GroupExplanation, IntegrationExplanation, PlaceExplanation } from '../explain/explanation.ts'
import type { Mute } from '../explain/mutes.ts'
import type { Standing } from '../journal/standing.ts'
import type { Json } from '../json.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { RouteStep } from '../route/explain.ts'
import { summaryOf } from './api-notifications.ts'

/** An explanation as the API shows it. */
export function explanationJson(explanation: Explanation): Json {
  const { labels, alert, state, acknowledgement, lastNotification, route, places, verdict } = explanation
  return {
    fingerprint: labels.fingerprint,
    labels,
    verdict,
    state,
    startsAt: alert && formatMilli(alert.startsAt),
    endsAt: alert && formatMilli(alert.endsAt),
    updatedAt: alert && time(alert.updatedAtMs),
    acknowledgement: acknowledgement && {
      id: acknowledgement.id,
      owner: acknowledgement.owner,
      comment: acknowledgement.comment,
      endsAt: time(acknowledgement.endsAtMs),
    },
    lastNotification: lastNotification && summaryOf(lastNotification, 1),
    places: places.map(placeJson),
    route: stepJson(route),
  }
}

function placeJson({ route, group, mutes, integrations, fallback, verdict }: PlaceExplanation): Json {
  const { receiver, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  return {
    ...{ receiver, verdict },
    group: groupJson(group),
    timers: {
      groupWaitSeconds: groupWaitMs / 1_000,
      groupIntervalSeconds: groupIntervalMs / 1_000,
      repeatIntervalSeconds: repeatIntervalMs / 1_000,
      lastFlush: time(group.lastFlushMs),
      nextFlush: time(group.nextFlushMs),
    },
    mutedBy: mutes.map(muteJson),
    integrations: integrations.map(integrationJson),
    fallback: fallback && {
      receiver: fallback.receiver,
      verdict: fallback.verdict,
      integrations: fallback.integrations.map(integrationJson),
    },
  }
}

function groupJson({ key, labels, alertCount, hasAlert, isAcknowledged }: GroupExplanation): Json {
  return { key, labels, exists: alertCount !== undefined, alerts: alertCount ?? 0, hasAlert, isAcknowledged }
}

function muteJson(mute: Mute): Json {
  switch (mute.by) {
    case 'silence': {
      const { id, createdBy, comment, endsAtMs, matchers } = mute.silence
      return { by: 'silence', id, createdBy, comment, endsAt: time(endsAtMs), matchers: matchers.map(String) }
    }
    case 'inhibition': {
      const { fingerprint, rule, index } = mute.inhibition
      const { name, source, target, equal } = rule
      return {
        ...{ by: 'inhibition', fingerprint, source: mute.source },
        rule: { index, name, source: source.map(String), target: target.map(String), equal },
      }
    }
    case 'mute_time_interval':
    case 'active_time_interval':
      return { by: mute.by, intervals: mute.intervals, until: time(mute.untilMs) }
    case 'other':
      return { by: mute.reason, ids: mute.ids }
  }
}

function integrationJson(facts: IntegrationExplanation): Json {
  const { integration, index, sendResolved, told, toldAtMs, repeatAtMs, standing, lastNotification, verdict } = facts
  return {
    ...{ integration, index, verdict, sendResolved, told },
    ...{ toldAt: time(toldAtMs), repeatAt: time(repeatAtMs) },
    lastDecision: standing && decisionJson(standing),
    underWay: standing?.underWay && {
      reason: standing.underWay.reason,
      since: time(standing.underWay.sinceMs),
      failedAttempts: standing.underWay.attemptCount,
      error: standing.underWay.lastFailure?.error,
    },
    lastNotification: lastNotification && summaryOf(lastNotification, 1),
  }
}

function decisionJson({ outcome, sinceMs, flushedAtMs, waitsFor }: Standing): Json | undefined {
  if (waitsFor !== undefined) return { outcome: 'waiting', waitsFor, at: time(flushedAtMs) }
  return outcome && { outcome, since: time(sinceMs), at: time(flushedAtMs) }
}

function stepJson({ routes, ...step }: RouteStep): Json {
  return { ...step, routes: routes.map(stepJson) }
}

function time(atMs: number): string
function time(atMs: number | undefined): string | undefined
function time(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : formatMilli(momentOf(atMs))
}
