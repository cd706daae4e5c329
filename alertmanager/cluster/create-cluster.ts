import type { Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'
import type { ProcessConfig } from '../config.ts'
import { ALONE, type Cluster } from './cluster.ts'
import type { ClusterTls } from './cluster-tls.ts'
import { type NewsCounts, NO_NEWS, registerGossipMetrics, registerOversizedMetrics } from './gossip-metrics.ts'
import type { ClusterOptions } from './joined-cluster.ts'
import type { ReplicationOptions } from './replication/replication.ts'

interface CreatedCluster {
  readonly cluster: Cluster
  /** What is to be started before the API, and stopped after it. */
  readonly parts: readonly Service[]
  /** Shares the state with the other members; to be started before the parts. */
  replicate(deps: ReplicationDeps): readonly Service[]
}

type ReplicationDeps = Pick<ReplicationOptions, 'pipeline' | 'turns' | 'events'>

/**
 * The cluster that the configuration asks for. Its code is loaded where there is one only.
 *
 * @throws CodedError if the key or the certificates of the members cannot be used
 */
export async function createCluster(
  config: ProcessConfig['cluster'],
  deps: Omit<ClusterOptions, 'config' | 'key' | 'tls'>,
): Promise<CreatedCluster> {
  const { clock, registry } = deps
  const count = (news: NewsCounts) => registerGossipMetrics(registry, news)
  if (config.listen_address === '') {
    count(NO_NEWS)
    return { cluster: ALONE, parts: [], replicate: () => [] }
  }
  const { JoinedCluster } = await import('./joined-cluster.ts')
  const { Replication } = await import('./replication/replication.ts')
  const key = config.key_file === '' ? undefined : (await import('./key-file.ts')).readSharedKey(config.key_file)
  const tls = config.tls_config === '' ? undefined : await openTls(config.tls_config, deps.logger)
  const cluster = new JoinedCluster({ config, ...deps, key, tls })
  registerOversizedMetrics(registry)
  return {
    cluster,
    parts: [cluster.part],
    replicate(replicated) {
      const replication = new Replication({
        ...{ channel: cluster.channel, cluster, clock, ...replicated },
        gossipIntervalMs: config.gossip_interval,
        pushpullIntervalMs: config.pushpull_interval,
      })
      count(replication.news)
      return [replication]
    },
  }
}

async function openTls(file: string, logger: Logger): Promise<ClusterTls> {
  const { openClusterTls } = await import('./cluster-tls.ts')
  return openClusterTls(file, logger)
}
