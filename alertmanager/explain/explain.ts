import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import { NOTIFIED } from '../journal/entry.ts'
import { searchHistory } from '../journal/search.ts'
import type { Pipeline } from '../pipeline.ts'
import { explainRoute } from '../route/explain.ts'
import { matchRoutes } from '../route/tree.ts'
import type { Explanation } from './explanation.ts'
import { explainPlace } from './place.ts'
import { joinVerdicts } from './verdict.ts'

export interface ExplainDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
}

/** Looks no farther back for the last notification of an alert that no group has any more. */
const MAX_LOOKED_BACK = 20_000

/** What became of an alert with these labels, or what would, and why. */
export async function explainAlert(labels: LabelSet, { pipeline, clock }: ExplainDeps): Promise<Explanation> {
  const { history } = pipeline.state
  const { fingerprint } = labels
  const search = { fingerprint, matchers: [], outcomes: NOTIFIED, count: 1, from: history.lastId - MAX_LOOKED_BACK }
  // A disk that cannot be read does not keep the rest from being said.
  const { entries } = await searchHistory(history, search).catch(() => ({ entries: [] }))
  // From here on all is of one moment.
  const nowMs = clock.nowMs()
  const alert = pipeline.state.alerts.get(fingerprint)
  const acknowledgement = alert && pipeline.state.acknowledgements.covering(alert)
  const subject = { labels, alert, acknowledgement, pipeline, nowMs }
  const places = matchRoutes(pipeline.root, labels).map((route) => explainPlace(route, subject))
  const isMuted = places.some(({ mutes }) => mutes.length > 0)
  return {
    ...{ labels, alert, acknowledgement, places },
    state: stateOf(alert, isMuted, nowMs),
    lastNotification: entries[0],
    route: explainRoute(pipeline.root, labels),
    verdict: joinVerdicts(places.map(({ route, verdict }) => [route.receiver, verdict])),
  }
}

function stateOf(alert: Alert | undefined, isMuted: boolean, nowMs: number): Explanation['state'] {
  if (alert === undefined) return 'unknown'
  if (isResolved(alert, nowMs)) return 'resolved'
  return isMuted ? 'suppressed' : 'active'
}
