import { formatDuration } from '#lib/duration.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Endpoint } from './api.ts'
import { gettableMatcher } from './gettable-matcher.ts'
import { json } from './response.ts'

/** `/heartbeats`: the watches over alerts that must keep coming, in the order of the configuration. */
export function heartbeatsEndpoint({ pipeline }: { readonly pipeline: Pipeline }): Endpoint {
  return {
    path: '/heartbeats',
    methods: {
      GET: () =>
        json(
          pipeline.own.heartbeats.statuses().map(({ config, heardAtMs, isMissing }) => ({
            name: config.name,
            matchers: config.matchers.map(gettableMatcher),
            timeout: formatDuration(config.timeoutMs),
            lastReceivedAt: heardAtMs === 0 ? null : formatMilli(momentOf(heardAtMs)),
            missing: isMissing,
          })),
        ),
    },
  }
}
