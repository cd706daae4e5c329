import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { compareUtf8, LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { type Alert, compareAlerts, isResolved } from '../alert.ts'
import type { Json } from '../json.ts'
import { muteStatus } from '../mute/mute.ts'
import type { Pipeline } from '../pipeline.ts'
import { matchRoutes } from '../route/tree.ts'
import type { Endpoint } from './api.ts'
import { gettableAlert } from './gettable-alert.ts'
import { decodePostableAlerts } from './postable-alerts.ts'
import { type AlertFilter, readAlertFilter, wantsState } from './query.ts'
import { json, NO_BODY, refuse } from './response.ts'

export interface AlertsApiDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
}

/** `/alerts`: valid alerts of a request are stored even if others are not valid. */
export function alertsEndpoint(deps: AlertsApiDeps): Endpoint {
  const { pipeline } = deps
  return {
    path: '/alerts',
    methods: {
      async POST({ body }) {
        const decoded = decodePostableAlerts(body)
        if (!decoded.ok) return decoded.response
        const { problems, limited, safe } = pipeline.receive(decoded.alerts)
        try {
          await safe
        } catch (error) {
          return refuse(500, `the alerts are in force, but not yet safe on disk: ${messageOf(error)}`)
        }
        if (limited > 0) {
          return refuse(503, `${limited} new alerts were not taken: there are too many already, see alerts.limit`)
        }
        return problems.length === 0 ? NO_BODY : refuse(400, problems.join('\n'))
      },
      GET({ query }) {
        const read = readAlertFilter(query)
        if (!read.ok) return read.response
        const shown = [...pipeline.alerts()]
          .sort((a, b) => compareUtf8(a.labels.fingerprint, b.labels.fingerprint))
          .flatMap((alert) => show(alert, receiversOf(alert, pipeline), read.filter, deps))
        return json(shown)
      },
    },
  }
}

/** `/alerts/groups`: the alerts in the groups in which they are told. */
export function groupsEndpoint(deps: AlertsApiDeps): Endpoint {
  const { pipeline } = deps
  return {
    path: '/alerts/groups',
    methods: {
      GET({ query }) {
        const read = readAlertFilter(query)
        if (!read.ok) return read.response
        const groups = [...pipeline.groups()]
          .filter(({ route }) => read.filter.receiver(route.receiver))
          .sort((a, b) => LabelSet.compare(a.labels, b.labels) || compareUtf8(a.route.receiver, b.route.receiver))
        const shown = groups.map(({ alerts, labels, route }) => ({
          alerts: [...alerts].sort(compareAlerts).flatMap((alert) => {
            // Upstream names those only that were asked for.
            const receivers = receiversOf(alert, pipeline).filter(read.filter.receiver)
            return show(alert, receivers, read.filter, deps)
          }),
          labels,
          receiver: { name: route.receiver },
          routeLabels: {},
        }))
        return json(shown.filter(({ alerts }) => alerts.length > 0))
      },
    },
  }
}

function receiversOf(alert: Alert, { root }: Pipeline): readonly string[] {
  return matchRoutes(root, alert.labels).map(({ receiver }) => receiver)
}

/** The alert as the API shows it, or nothing if it has ended or was not asked for. */
function show(
  alert: Alert,
  receivers: readonly string[],
  filter: AlertFilter,
  { pipeline, clock }: AlertsApiDeps,
): Json[] {
  if (isResolved(alert, clock.nowMs()) || !matchesAll(filter.matchers, alert.labels)) return []
  const status = muteStatus(pipeline.muters, alert.labels)
  const wanted = receivers.some(filter.receiver) && wantsState(filter, status)
  return wanted ? [gettableAlert(alert, receivers, status)] : []
}
