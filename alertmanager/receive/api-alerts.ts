import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { matchesAll } from '#lib/matchers.ts'
import { quoteJson } from '#lib/quote-json.ts'
import { type Alert, isResolved, sortAlerts } from '../alert.ts'
import { muteStatus } from '../mute/mute.ts'
import type { Pipeline } from '../pipeline.ts'
import { inSpan, type Span } from '../tracing/span.ts'
import type { Endpoint } from './api.ts'
import type { Decoded } from './body.ts'
import { AlertWriter } from './gettable-alert.ts'
import { jsonList } from './json-list.ts'
import { KnownAlerts } from './known-alerts.ts'
import { checkedCount, decodePostableAlerts, type PostableAlert } from './postable-alerts.ts'
import { type AlertFilter, readAlertFilter, wantsState } from './query.ts'
import { receiveInSlices } from './receive-in-slices.ts'
import { type ApiResponse, NO_BODY, refuse } from './response.ts'

/** Enough for all alerts of a large installation. */
const REMEMBERED_ALERTS = 100_000
/** Most mistakes of one request that are told. */
const MAX_PROBLEMS = 1_000

export interface AlertsApiDeps {
  readonly pipeline: Pipeline
  readonly clock: Clock
}

/** `/alerts`: valid alerts of a request are stored even if others are not valid. */
export function alertsEndpoint(deps: AlertsApiDeps): Endpoint {
  const { pipeline } = deps
  const known = new KnownAlerts(REMEMBERED_ALERTS)
  const decodeAlerts = (body: Buffer): Decoded<readonly PostableAlert[]> => {
    const value = known.decode(body)
    return value === undefined ? decodePostableAlerts(body) : checkedCount(value)
  }
  const post = async (body: Buffer, span: Span): Promise<ApiResponse> => {
    const decoded = decodeAlerts(body)
    if (!decoded.ok) return decoded.response
    const { problems, limited, oversized, safe } = await receiveInSlices(decoded.value, pipeline, span)
    try {
      await safe
    } catch (error) {
      return refuse(500, `the alerts are in force, but not yet safe on disk: ${messageOf(error)}`)
    }
    if (limited > 0) {
      return refuse(503, `${limited} new alerts were not taken: there are too many already, see alerts.limit`)
    }
    if (oversized > 0) {
      const what = `${oversized} alerts were not taken, or without what they say anew`
      return refuse(503, `${what}: all together are too large already, see alerts.limit_bytes`)
    }
    return problems.length === 0 ? NO_BODY : refuse(400, printProblems(problems))
  }
  return {
    path: '/alerts',
    methods: {
      POST: ({ body, span }) => inSpan(span.child('api.postAlertsHandler'), (handling) => post(body, handling)),
      GET({ query }) {
        const read = readAlertFilter(query, pipeline.config)
        if (!read.ok) return read.response
        const show = alertsShown(read.filter, deps)
        return jsonList(pipeline.state.alerts.ordered(), (alert) => show(alert, pipeline.receiversOf(alert.labels)))
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
        const read = readAlertFilter(query, pipeline.config)
        if (!read.ok) return read.response
        const groups = pipeline.orderedGroups().filter(({ route }) => read.filter.receiver(route.receiver))
        const show = alertsShown(read.filter, deps)
        const namedOf = remember((receivers: readonly string[]) => receivers.filter(read.filter.receiver))
        return jsonList(groups, ({ alerts, labels, route, routeLabels }) => {
          // Asked now rather than at the last flush, which may be a group_interval ago.
          const mutedBy = pipeline.timeMuteOf(route)?.mutedBy
          if (mutedBy !== undefined && !read.filter.muted) return ''
          const shown = sortAlerts(alerts, (alert) => alert).map((alert) => {
            // Upstream names those only that were asked for.
            return show(alert, namedOf(pipeline.receiversOf(alert.labels)), mutedBy)
          })
          const list = shown.filter((text) => text !== '').join(',')
          if (list === '') return ''
          const receiver = `{"name":${quoteJson(route.receiver)}}`
          return `{"alerts":[${list}],"labels":${labels.json},"receiver":${receiver},"routeLabels":${routeLabels.json}}`
        })
      },
    },
  }
}

/** Upstream names them all, however many. */
function printProblems(problems: readonly string[]): string {
  const more = problems.length - MAX_PROBLEMS
  return [...problems.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

/** Answers alike for the same list, and with the same list. */
function remember(answer: (list: readonly string[]) => readonly string[]): typeof answer {
  const answers = new Map<readonly string[], readonly string[]>()
  return (list) => {
    const known = answers.get(list)
    if (known !== undefined) return known
    const found = answer(list)
    answers.set(list, found)
    return found
  }
}

/** Writes an alert as the API shows it, or nothing if it has ended or was not asked for. */
function alertsShown(filter: AlertFilter, { pipeline, clock }: AlertsApiDeps) {
  const writer = new AlertWriter()
  const nowMs = clock.nowMs()
  return (alert: Alert, receivers: readonly string[], mutedBy: readonly string[] = []): string => {
    if (isResolved(alert, nowMs) || !matchesAll(filter.matchers, alert.labels)) return ''
    const status = muteStatus(pipeline.muters, alert.labels, mutedBy)
    const wanted = receivers.some(filter.receiver) && wantsState(filter, status)
    return wanted ? writer.write(alert, receivers, status) : ''
  }
}
