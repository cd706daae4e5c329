import { counterOf, gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'
import type { Cluster } from './cluster.ts'
import type { Mesh } from './mesh.ts'
import { MESSAGE_TYPES, type Traffic } from './traffic.ts'

/** Measures how long members take to answer, and forgets those that are gone. */
export interface PingMetrics {
  observe(member: string, seconds: number): void
}

export function createPingMetrics(registry: Registry): PingMetrics {
  const pings = new Histogram({
    name: 'alertmanager_cluster_pings_seconds',
    help: 'Histogram of latencies of the answers of members to probes.',
    labelNames: ['peer'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
    registers: [registry],
  })
  const answers = new Map<string, number>()
  counterOf(
    registry,
    {
      name: 'alertmanager_cluster_alive_messages_total',
      help: 'Total number of signs of life of members.',
      labelNames: ['peer'],
    },
    () => Array.from(answers, ([peer, value]) => ({ labels: { peer }, value })),
  )
  return {
    observe(peer, seconds) {
      pings.observe({ peer }, seconds)
      answers.set(peer, (answers.get(peer) ?? 0) + 1)
      // Made-up names change with each start; the one that was seen first is the one that is gone.
      const [oldest] = answers.keys()
      if (answers.size <= MAX_PEERS || oldest === undefined) return
      answers.delete(oldest)
      pings.remove({ peer: oldest })
    },
  }
}

/** Most members that have series of their own. */
const MAX_PEERS = 64

/** The state of the cluster as this member sees it, under upstream's names. */
export function registerClusterMetrics(registry: Registry, cluster: Cluster, mesh: Mesh, failed: () => number): void {
  const gauge = (name: string, help: string, read: () => number) => {
    gaugeOf(registry, { name: `alertmanager_${name}`, help }, read)
  }
  gauge('cluster_members', 'Number indicating current number of members in cluster.', () => cluster.peers.length)
  gauge('cluster_failed_peers', 'Number indicating the current number of failed peers in the cluster.', failed)
  gauge('cluster_health_score', 'Health score of the cluster. Lower values are better and zero means healthy.', () => {
    return mesh.prober.overdue
  })
  gauge('cluster_messages_queued', 'Number of members for which something waits to be sent.', () => {
    return mesh.members.alive.filter(({ queuedBytes }) => queuedBytes > 0).length
  })
  gauge('peer_position', 'Position the member believes it is in the cluster; it tells after all before it.', () => {
    return cluster.position
  })
  const help = 'A metric with a constant 1 value labeled by peer name.'
  gaugeOf(registry, { name: 'alertmanager_cluster_peer_info', help, labelNames: ['peer'] }, () => [
    { labels: { peer: cluster.name }, value: 1 },
  ])
  counterOf(
    registry,
    {
      name: 'alertmanager_cluster_messages_pruned_total',
      help: 'Total number of messages that were dropped: none are.',
    },
    () => 0,
  )
  registerTraffic(registry, 'sent', mesh.traffic.sent)
  registerTraffic(registry, 'received', mesh.traffic.received)
}

function registerTraffic(registry: Registry, way: 'sent' | 'received', counts: Traffic['sent']): void {
  const counter = (name: string, help: string, unit: 'messages' | 'bytes') => {
    counterOf(registry, { name: `alertmanager_cluster_messages_${name}`, help, labelNames: ['msg_type'] }, () => {
      return MESSAGE_TYPES.map((type) => ({ labels: { msg_type: type }, value: counts[type][unit] }))
    })
  }
  counter(`${way}_total`, `Total number of cluster messages ${way}.`, 'messages')
  counter(`${way}_size_total`, `Total size of cluster messages ${way}, in bytes.`, 'bytes')
}
