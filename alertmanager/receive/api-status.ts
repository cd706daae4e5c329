import type { Cluster } from '../cluster/cluster.ts'
import { formatMilli, momentOf } from '../moment.ts'
import type { Pipeline } from '../pipeline.ts'
import type { BuildInfo } from '../version.ts'
import type { Endpoint } from './api.ts'
import { readReceiverFilter } from './query.ts'
import { json, refuse } from './response.ts'

export interface StatusDeps {
  readonly pipeline: Pipeline
  readonly cluster: Cluster
  /** When the process started, epoch milliseconds. */
  readonly startedAtMs: number
  readonly build: BuildInfo
}

/** `/status`. Where the router runs alone it has no name and no peers, as upstream's. */
export function statusEndpoint({ pipeline, cluster, startedAtMs, build }: StatusDeps): Endpoint {
  return {
    path: '/status',
    methods: {
      GET: () =>
        json({
          cluster: {
            ...(cluster.isEnabled ? { name: cluster.name } : {}),
            peers: cluster.peers.map(({ name, address }) => ({ address, name })),
            status: cluster.status,
          },
          config: { original: pipeline.config.original },
          uptime: formatMilli(momentOf(startedAtMs)),
          versionInfo: {
            branch: build.branch,
            buildDate: build.buildDate,
            buildUser: build.buildUser,
            goVersion: build.goVersion,
            revision: build.revision,
            version: build.version,
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
        const filter = readReceiverFilter({ receiver_matchers: query.receiver_matchers }, pipeline.config)
        if (!filter.ok) return refuse(400, filter.problem)
        const shown = pipeline.config.receivers.filter(({ name }) => filter.matches(name))
        // The name is a label of each; it is shown as one beside others only.
        return json(shown.map(({ name, labels }) => ({ name, labels: labels.size > 1 ? labels : undefined })))
      },
    },
  }
}
