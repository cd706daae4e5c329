import type { Clock } from '#lib/clock.ts'
import { matchesAll } from '#lib/matchers.ts'
import type { Acknowledgement } from '../acknowledge/acknowledgement.ts'
import type { Acknowledgements } from '../acknowledge/acknowledgements.ts'
import { type Alert, isResolved, sortAlerts } from '../alert.ts'
import { isLabelName } from '../config/label-names.ts'
import { encodeJson, type Json } from '../json.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import { compileMatchers } from '../silence/rules.ts'
import type { Endpoint } from './api.ts'
import { gettableMatcher } from './gettable-matcher.ts'
import { jsonList } from './json-list.ts'
import { decodePostableAcknowledgement, type PostedAcknowledgement } from './postable-acknowledgement.ts'
import { readBoolean } from './query.ts'
import { type ApiResponse, json, NO_BODY, refuse } from './response.ts'
import { whenSafe } from './when-safe.ts'

/** Alerts of one acknowledgement that are shown; all are counted. */
const MAX_SHOWN = 100
const NOT_FOUND: ApiResponse = { status: 404, body: '' }

export interface AcknowledgementsApiDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
}

/** `/acknowledgements` and `/acknowledgements/{id}`. A change is on disk before it is answered. */
export function acknowledgementEndpoints({ pipeline, clock }: AcknowledgementsApiDeps): readonly Endpoint[] {
  const { acknowledgements } = pipeline.state
  return [
    {
      path: '/acknowledgements',
      methods: {
        GET({ query }) {
          const [active, ended] = [readBoolean(query, 'active'), readBoolean(query, 'ended')]
          return jsonList(acknowledgements.sorted(), (acknowledgement) => {
            const isActive = acknowledgements.stateOf(acknowledgement) === 'active'
            const isWanted = isActive ? active : ended
            return isWanted ? encodeJson(gettable(acknowledgement, acknowledgements)).trimEnd() : ''
          })
        },
        async POST({ body }) {
          const decoded = decodePostableAcknowledgement(body, clock.nowMs())
          if (!decoded.ok) return decoded.response
          const { alerts: which, ...rest } = decoded.value
          const found = findAlerts(which, pipeline, clock.nowMs())
          if (!found.ok) return refuse(400, `invalid acknowledgement: ${found.problem}`)
          const result = acknowledgements.add({ ...rest, ...found })
          if (!result.ok) return refuse(400, result.message)
          const made = acknowledgements.get(result.id)!
          return whenSafe(result.safe, json(gettable(made, acknowledgements)), 'the acknowledgement is')
        },
      },
    },
    {
      path: '/acknowledgements/:id',
      methods: {
        GET({ params }) {
          const acknowledgement = acknowledgements.get(params.id ?? '')
          return acknowledgement === undefined ? NOT_FOUND : json(gettable(acknowledgement, acknowledgements))
        },
        DELETE({ params }) {
          const safe = acknowledgements.withdraw(params.id ?? '')
          return safe === undefined ? NOT_FOUND : whenSafe(safe, NO_BODY, 'the withdrawal is')
        },
      },
    },
  ]
}

/** The alerts that fire now and are meant, muted ones too. */
function findAlerts(which: PostedAcknowledgement['alerts'], pipeline: Pipeline, nowMs: number) {
  const fires = (alert: Alert) => !isResolved(alert, nowMs)
  if (which.by === 'fingerprints') {
    const wanted = new Set(which.fingerprints)
    const alerts = [...wanted].flatMap((fingerprint) => pipeline.state.alerts.get(fingerprint) ?? []).filter(fires)
    return { ok: true as const, matchers: [], alerts }
  }
  const { matcherMode } = pipeline.config
  const compiled = compileMatchers(which.matchers, (name) => isLabelName(name, matcherMode))
  if (!compiled.ok) return compiled
  const { matchers } = compiled
  const alerts = [...pipeline.alerts()].filter((alert) => fires(alert) && matchesAll(matchers, alert.labels))
  return { ok: true as const, matchers, alerts }
}

function gettable(acknowledgement: Acknowledgement, acknowledgements: Acknowledgements): Json {
  const { id, owner, comment, matchers, createdAtMs, endsAtMs, updatedAtMs, alerts } = acknowledgement
  const time = (atMs: number) => formatMilli(momentOf(atMs))
  const firing = sortAlerts(acknowledgements.alertsOf(acknowledgement), (alert) => alert)
  return {
    id,
    status: { state: acknowledgements.stateOf(acknowledgement) },
    ...{ owner, comment, matchers: matchers.map(gettableMatcher) },
    ...{ createdAt: time(createdAtMs), endsAt: time(endsAtMs), updatedAt: time(updatedAtMs) },
    total: alerts.size,
    firing: firing.length,
    alerts: firing.slice(0, MAX_SHOWN).map(({ labels, annotations, startsAt }) => {
      return { fingerprint: labels.fingerprint, labels, annotations, startsAt: formatMilli(startsAt) }
    }),
  }
}
