import { LabelSet } from '#lib/labels.ts'
import { type AlertDigest, labelsOf } from '../journal/alert-digest.ts'
import type { Attempt, HistoryEntry } from '../journal/entry.ts'
import { searchHistory } from '../journal/search.ts'
import type { Json } from '../json.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Endpoint } from './api.ts'
import { readNotificationSearch } from './notification-query.ts'
import { json, refuse } from './response.ts'

/** Alerts that a list shows of each notification; all are counted. */
const MAX_LISTED = 20

/** `/notifications`: what was told to whom and what became of it, the last first; and each with its attempts. */
export function notificationEndpoints({ pipeline }: { readonly pipeline: Pipeline }): readonly Endpoint[] {
  const { history } = pipeline.state
  return [
    {
      path: '/notifications',
      methods: {
        async GET({ query }) {
          const read = readNotificationSearch(query, pipeline.config)
          if (!read.ok) return refuse(400, read.problem)
          const { entries, next } = await searchHistory(history, read.search)
          return json({ notifications: entries.map((entry) => summaryOf(entry)), next: next?.toString() })
        },
      },
    },
    {
      path: '/notifications/:id',
      methods: {
        GET({ params }) {
          const { id = '' } = params
          const entry = /^\d{1,15}$/.test(id) ? history.get(Number(id)) : undefined
          if (entry === undefined) return refuse(404, 'notification not found')
          const { attempts = [] } = entry.details
          return json({ ...summaryOf(entry, Number.POSITIVE_INFINITY), attempts: attempts.map(attemptJson) })
        },
      },
    },
  ]
}

/** A notification without its attempts. */
export function summaryOf({ id, place, outcome, atMs, endedAtMs, details }: HistoryEntry, maxAlerts = MAX_LISTED) {
  const { receiver, integration, index, groupKey } = place
  const { reason, groupLabels, alerts, attemptCount, flushes, error, failure, mutedBy, held } = details
  return {
    id: String(id),
    outcome,
    ...{ reason, receiver },
    integration: integration === '' ? undefined : integration,
    index: integration === '' ? undefined : index,
    groupKey,
    groupLabels: LabelSet.from(groupLabels),
    startedAt: time(atMs),
    endedAt: time(endedAtMs),
    ...{ attemptCount, failedFlushes: flushes, error, failure, mutedBy, heldEnds: held },
    counts: alerts.counts,
    alerts: alertsOf(alerts, maxAlerts),
  } satisfies Json
}

function alertsOf(alerts: AlertDigest, maxAlerts: number): readonly Json[] {
  const listed = [
    ...alerts.firing.map((fingerprint) => ({ fingerprint, status: 'firing' })),
    ...alerts.resolved.map((fingerprint) => ({ fingerprint, status: 'resolved' })),
  ].slice(0, maxAlerts)
  return listed.map(({ fingerprint, status }) => ({ fingerprint, status, labels: labelsOf(alerts, fingerprint) }))
}

function attemptJson({ atMs, durationMs, error, reason, retryable }: Attempt): Json {
  return { at: time(atMs), durationMs, ok: error === undefined, error, failure: reason, retryable }
}

function time(atMs: number): string {
  return formatMilli(momentOf(atMs))
}
