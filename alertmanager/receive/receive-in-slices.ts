import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Pipeline } from '../pipeline.ts'
import { NO_SPAN, type Span } from '../tracing/span.ts'
import type { PostableAlert } from './postable-alerts.ts'
import type { Received } from './receive.ts'

/** Alerts that are taken at once: some tens of milliseconds if all of them are new. */
const SLICE = 2_000

/**
 * Takes the alerts of a request. Between the parts of an uncommonly large one the router goes on with its work; what
 * senders such as Prometheus send is taken at once.
 */
export async function receiveInSlices(
  alerts: readonly PostableAlert[],
  pipeline: Pick<Pipeline, 'receive'>,
  span: Span = NO_SPAN,
): Promise<Received> {
  if (alerts.length <= SLICE) return pipeline.receive(alerts, span)
  const problems: string[] = []
  const safe: Promise<void>[] = []
  let limited = 0
  let oversized = 0
  for (let from = 0; from < alerts.length; from += SLICE) {
    if (from > 0) await nextTurn()
    const received = pipeline.receive(alerts.slice(from, from + SLICE), span)
    problems.push(...received.problems)
    limited += received.limited
    oversized += received.oversized
    // A failure is told below, after the last of them.
    received.safe.catch(() => {})
    safe.push(received.safe)
  }
  return { problems, limited, oversized, safe: Promise.all(safe).then(() => {}) }
}
