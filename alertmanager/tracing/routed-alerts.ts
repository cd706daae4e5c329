import type { Alert } from '../alert.ts'
import type { Dispatcher, FlushDelays } from '../group/dispatcher.ts'
import type { Span } from './span.ts'

/** Most alerts at once that get spans of their own. Prometheus sends 64; more would fill the queue of spans. */
const MAX_TRACED = 100

/** Puts alerts into their groups; where it is traced, each within a span that names its routes and groups. */
export function dispatchAll(
  alerts: readonly Alert[],
  dispatcher: Dispatcher,
  span: Span,
  delaysOf?: (alert: Alert) => FlushDelays | undefined,
): void {
  let left = span.isRecording ? MAX_TRACED : 0
  for (const alert of alerts) {
    if (left === 0) {
      dispatcher.dispatch(alert, delaysOf?.(alert))
      continue
    }
    left -= 1
    const { labels } = alert
    const attributes = {
      'alerting.alert.name': labels.get('alertname') ?? '',
      'alerting.alert.fingerprint': labels.fingerprint,
    }
    const routing = span.child('dispatch.Dispatcher.routeAlert', { attributes })
    dispatcher.dispatch(alert, delaysOf?.(alert))
    for (const { route, key } of dispatcher.groupsOf(labels)) {
      routing.event('dispatching alert to route', {
        'alerting.route.receiver.name': route.receiver,
        'alerting.aggregation_group.key': key,
      })
    }
    routing.end()
  }
}
