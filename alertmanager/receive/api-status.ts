import { formatMilli, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import { COMPATIBLE_VERSION } from '../version.ts'
import type { Endpoint } from './api.ts'
import { readReceiverFilter } from './query.ts'
import { json, refuse } from './response.ts'

export interface StatusDeps {
  readonly pipeline: Pipeline
  /** When the process started, epoch milliseconds. */
  readonly startedAtMs: number
  /** The version of this checkout. */
  readonly version: string
}

/** `/status`. The cluster is off: this router runs alone. */
export function statusEndpoint({ pipeline, startedAtMs, version }: StatusDeps): Endpoint {
  return {
    path: '/status',
    methods: {
      GET: () =>
        json({
          cluster: { peers: [], status: 'disabled' },
          config: { original: pipeline.config.original },
          uptime: formatMilli(momentOf(startedAtMs)),
          versionInfo: {
            branch: '',
            buildDate: '',
            buildUser: 'vedette',
            goVersion: '',
            revision: `vedette-${version}`,
            version: COMPATIBLE_VERSION,
          },
        }),
    },
  }
}

/** `/receivers`, in the order of the configuration. */
export function receiversEndpoint({ pipeline }: Pick<StatusDeps, 'pipeline'>): Endpoint {
  return {
    path: '/receivers',
    methods: {
      GET({ query }) {
        const filter = readReceiverFilter({ receiver_matchers: query.receiver_matchers })
        if (!filter.ok) return refuse(400, filter.problem)
        const names = pipeline.config.receivers.map(({ name }) => name).filter(filter.matches)
        return json(names.map((name) => ({ name })))
      },
    },
  }
}
