import type { Clock } from '#lib/clock.ts'
import { matchesAll } from '#lib/matchers.ts'
import { isResolved, sortAlerts } from '../alert.ts'
import { isLabelName } from '../config/label-names.ts'
import type { Pipeline } from '../pipeline.ts'
import { compileMatchers } from '../silence/rules.ts'
import type { Endpoint } from './api.ts'
import { decodePostedMatchers } from './postable-silence.ts'
import { json, refuse } from './response.ts'

/** Alerts that are shown; all are counted. */
const MAX_SHOWN = 100

/**
 * `/silences/preview`: which of the alerts that fire now a silence with these matchers would keep from being told. It
 * takes the body of POST /silences, of which it reads the matchers only, and changes nothing.
 */
export function silencePreviewEndpoint({
  pipeline,
  clock,
}: {
  readonly pipeline: Pipeline
  readonly clock: Clock
}): Endpoint {
  return {
    path: '/silences/preview',
    methods: {
      POST({ body }) {
        const decoded = decodePostedMatchers(body)
        if (!decoded.ok) return decoded.response
        const { matcherMode } = pipeline.config
        const compiled = compileMatchers(decoded.value, (name) => isLabelName(name, matcherMode))
        if (!compiled.ok) return refuse(400, `invalid silence: ${compiled.problem}`)
        const nowMs = clock.nowMs()
        const hit = [...pipeline.alerts()].filter((alert) => {
          return !isResolved(alert, nowMs) && matchesAll(compiled.matchers, alert.labels)
        })
        const shown = sortAlerts(hit, (alert) => alert).slice(0, MAX_SHOWN)
        return json({
          total: hit.length,
          alerts: shown.map(({ labels, annotations }) => ({ fingerprint: labels.fingerprint, labels, annotations })),
        })
      },
    },
  }
}
