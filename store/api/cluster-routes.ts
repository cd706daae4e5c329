import { illegalArgument } from '../elasticsearch-error.ts'
import type { Indices } from '../index/indices.ts'
import { answer, type Route } from './route.ts'
import { parseTimeValue } from './time-value.ts'

/** The version of Elasticsearch whose API this is a part of. */
const API_VERSION = '9.2.0'
const CLUSTER_NAME = 'vedette'

/** What a client may wait for; there is nothing to wait for. */
const WAITS = [
  'wait_for_active_shards',
  'wait_for_no_initializing_shards',
  'wait_for_no_relocating_shards',
  'wait_for_nodes',
  'wait_for_events',
]

export interface ClusterRoutesOptions {
  readonly clusterUuid: string
  readonly nodeName: string
  readonly indices: Indices
}

export function clusterRoutes({ clusterUuid, nodeName, indices }: ClusterRoutesOptions): Route[] {
  const info = answer({
    name: nodeName,
    cluster_name: CLUSTER_NAME,
    cluster_uuid: clusterUuid,
    version: {
      number: API_VERSION,
      build_flavor: 'default',
      build_type: 'vedette',
      build_hash: 'unknown',
      build_date: '2026-11-21T00:00:00.000Z',
      build_snapshot: false,
      lucene_version: '10.3.0',
      minimum_wire_compatibility_version: '8.19.0',
      minimum_index_compatibility_version: '8.0.0',
    },
    tagline: 'You Know, for Search',
  })
  return [
    { methods: ['GET', 'HEAD'], path: '/', parameters: [], handle: () => info },
    ...['/_cluster/health', '/_cluster/health/{index}'].map(
      (path): Route => ({
        methods: ['GET', 'HEAD'],
        path,
        parameters: ['wait_for_status', 'timeout', 'master_timeout', 'local', 'level', ...WAITS],
        handle: ({ parameters, path }) => {
          const status = parameters.get('wait_for_status')
          if (status !== undefined && !['green', 'yellow', 'red'].includes(status)) {
            throw illegalArgument(`unknown cluster health status [${status}]`)
          }
          const level = parameters.get('level')
          if (level !== undefined && level !== 'cluster')
            throw illegalArgument(`this store has [level] of [cluster] only, not [${level}]`)
          for (const name of ['timeout', 'master_timeout']) parseTimeValue(parameters.get(name), name)
          return answer(health(indices.resolve(path.index ?? '').length))
        },
      }),
    ),
  ]
}

/** A store that answers is green: there is one copy of everything and no place for another. */
function health(indices: number): Record<string, unknown> {
  return {
    cluster_name: CLUSTER_NAME,
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: indices,
    active_shards: indices,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    unassigned_primary_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  }
}
