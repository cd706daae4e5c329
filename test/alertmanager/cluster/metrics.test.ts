import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'
import { seen, startMember } from './cluster-process.ts'

/** What upstream shows of a cluster, but for the transport over TLS. */
const UPSTREAM = [
  ...['cluster_members', 'cluster_failed_peers', 'cluster_health_score', 'cluster_messages_queued', 'peer_position'],
  ...['cluster_peer_info{peer="a"}', 'cluster_reconnections_total', 'cluster_reconnections_failed_total'],
  ...['cluster_refresh_join_total', 'cluster_refresh_join_failed_total', 'cluster_peers_joined_total'],
  ...['cluster_peers_left_total', 'cluster_peers_update_total', 'cluster_peer_name_conflicts_total'],
  ...['cluster_messages_pruned_total', 'cluster_alive_messages_total{peer="b"}'],
  ...['cluster_pings_seconds_count{peer="b"}', 'cluster_pings_seconds_bucket{le="0.5",peer="b"}'],
  ...['sent', 'received'].flatMap((way) =>
    ['full_state', 'update'].flatMap((type) => [
      `cluster_messages_${way}_total{msg_type="${type}"}`,
      `cluster_messages_${way}_size_total{msg_type="${type}"}`,
    ]),
  ),
]

async function metricsOf(router: RouterClient): Promise<ReadonlyMap<string, number>> {
  const text = await (await router.get('/metrics')).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]))
}

test("a member shows upstream's metrics of the cluster; a router that runs alone shows none", async (t) => {
  const directory = temporaryDirectory(t)
  const a = await startMember(t, { directory, name: 'a' })
  const b = await startMember(t, { directory, name: 'b', peers: [a.address] })
  await seen([a, b], 'a b')
  let shown = await metricsOf(a.router)
  await until('b was probed, and has said what it knows', async () => {
    shown = await metricsOf(a.router)
    const said = shown.get('alertmanager_cluster_messages_received_total{msg_type="full_state"}') ?? 0
    return said > 0 && shown.has('alertmanager_cluster_alive_messages_total{peer="b"}')
  })
  for (const name of UPSTREAM) assert.ok(shown.has(`alertmanager_${name}`), name)
  assert.equal(shown.get('alertmanager_cluster_enabled'), 1)
  assert.ok(shown.get('alertmanager_cluster_messages_received_size_total{msg_type="full_state"}')! > 0)

  const alone = await metricsOf(await startRouter(t, directory, undefined))
  assert.equal(alone.get('alertmanager_cluster_enabled'), 0)
  const without = new Set(Array.from(alone.keys(), (name) => name.replace(/\{.*/, '')))
  for (const name of UPSTREAM) assert.ok(!without.has(`alertmanager_${name.replace(/\{.*/, '')}`), name)
})
