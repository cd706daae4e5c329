import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { checkConfig } from '#lib/config/load.ts'
import { section } from '#lib/config/schema.ts'
import { systemFiles } from '#lib/files.ts'
import { checkKubelet, type KubeletConfig, kubeletSection } from '../../../../agent/gather/kubelet/config.ts'
import { createKubeletGatherer } from '../../../../agent/gather/kubelet/create-kubelet-gatherer.ts'
import type { MetricsRequest } from '../../../../agent/gather/target-metrics.ts'
import { type MetadataConfig, metadataSection } from '../../../../agent/metadata/config.ts'
import type { PodMetadata } from '../../../../agent/metadata/pod-metadata.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import { FakeKubelet } from '../../../support/fake-kubelet.ts'
import { decodeSeries, valuesOf } from '../../../support/gathered-series.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { podsByName, RECORDING_MISSING, recordedFile } from '../../../support/pod-lists.ts'
import { scrapeEvents } from '../../../support/scrape-harness.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../../support/tls-peer.ts'

const schema = section('The whole.', { kubelet: kubeletSection(), metadata: metadataSection() })

interface Config {
  readonly kubelet: KubeletConfig
  readonly metadata: MetadataConfig
}

function configOf(...overrides: string[]): Config {
  const result = checkConfig<Config>({ schema }, { overrides, env: {} })
  assert.ok(result.ok, JSON.stringify(result))
  return result.config
}

async function create(t: TestContext, kubelet: FakeKubelet, pods: readonly PodMetadata[] = [], ...more: string[]) {
  const clock = new ManualClock()
  const sent: MetricsRequest[][] = []
  const { events, lines } = scrapeEvents(clock)
  const tokenFile = join(temporaryDirectory(t), 'token')
  writeFileSync(tokenFile, kubelet.token ?? 'anyone')
  const { kubelet: config, metadata } = configOf(
    `metadata.kubelet.url=${kubelet.url}`,
    `metadata.kubelet.ca_file=${kubelet.caFile}`,
    `metadata.kubelet.token_file=${tokenFile}`,
    ...more,
  )
  const gatherer = createKubeletGatherer(config, {
    ...{ clock, events, files: systemFiles, env: {}, exists: () => true, metadata, version: '0', intervalMs: 10_000 },
    pods: { findPodByUid: (uid) => pods.find((pod) => pod.uid === uid) },
    containers: { job: 'cadvisor', instance: '', labels: {} },
    node: { name: 'node-1', address: '10.0.0.5' },
    send: (requests) => sent.push([...requests]),
  })!
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  return {
    ...{ gatherer, lines, clock },
    /** Requests of a round. */
    async round(): Promise<MetricsRequest[]> {
      sent.length = 0
      await clock.advance(10_000)
      await gatherer.gather(stopping.signal)
      return sent.flat()
    },
  }
}

const SUMMARY = {
  node: { nodeName: 'node-1' },
  pods: [
    {
      podRef: { name: 'db-0', namespace: 'shop', uid: 'u-1' },
      containers: [
        { name: 'db', rootfs: { usedBytes: 8192, capacityBytes: 1e9, inodes: 100, inodesFree: 90, inodesUsed: 5 } },
        { name: 'late' },
        { rootfs: {} },
      ],
      volume: [
        { name: 'scratch', usedBytes: 1 },
        { name: 'data', pvcRef: { name: 'data-db-0', namespace: 'shop' }, usedBytes: 5, capacityBytes: 10, inodes: -1 },
      ],
    },
    'nonsense',
    { podRef: { name: 'nameless' } },
  ],
}

describe('KubeletGatherer', { skip: OPENSSL_MISSING }, () => {
  it('passes on what is allowed, and makes series of the summary', async (t) => {
    const kubelet = await FakeKubelet.start(t)
    kubelet.token = 'secret-token'
    kubelet.pages.set(
      '/metrics',
      '# TYPE kubelet_running_pods gauge\nkubelet_running_pods 12\nkubelet_node_name{node="node-1"} 1\nkubelet_odd 1\ngo_info 1\n',
    )
    kubelet.pages.set('/metrics/resource', 'node_cpu_usage_seconds_total 5 1795253480027\n')
    kubelet.pages.set('/metrics/probes', 'prober_probe_total{namespace="shop",pod="db-0"} 3\nprocess_x 1\n')
    kubelet.pages.set('/stats/summary', JSON.stringify(SUMMARY))
    const { round, gatherer } = await create(t, kubelet, [podOf('u-1', { db: ['abc'] })])
    const fs = '{container="db",device="",id="",image="db:1",name="abc",namespace="shop",pod="db-0"}'
    for (let rounds = 0; rounds < 2; rounds++) {
      const requests = await round()
      assert.deepEqual(valuesOf(requests), {
        'kubelet_running_pods{metrics_path="/metrics",node="node-1"}': 12,
        'kubelet_node_name{metrics_path="/metrics",node="node-1"}': 1,
        'node_cpu_usage_seconds_total{metrics_path="/metrics/resource",node="node-1"}': 5,
        'prober_probe_total{metrics_path="/metrics/probes",namespace="shop",node="node-1",pod="db-0"}': 3,
        [`container_fs_usage_bytes${fs}`]: 8192,
        [`container_fs_limit_bytes${fs}`]: 1e9,
        [`container_fs_inodes_free${fs}`]: 90,
        [`container_fs_inodes_total${fs}`]: 100,
      })
      const all = decodeSeries(requests)
      for (const path of ['/metrics', '/metrics/resource', '/metrics/probes', '/stats/summary']) {
        assert.equal(all.get(`up{metrics_path="${path}",node="node-1"}`)?.value, 1)
      }
      assert.equal(new Set([...all.values()].map(({ point }) => point.timeUnixNano)).size, 1)
    }
    assert.equal(kubelet.connections, 1)
    assert.deepEqual(
      gatherer.targets().map(({ job, instance, health, url }) => [job, instance, health, url.replace(kubelet.url, '')]),
      ['/metrics', '/metrics/resource', '/metrics/probes', '/stats/summary'].map((path) => [
        ...['kubelet', '10.0.0.5:10250', 'up'],
        path,
      ]),
    )
  })

  it('takes volumes from the summary where the page of metrics is not wanted', async (t) => {
    const kubelet = await FakeKubelet.start(t)
    kubelet.pages.set('/stats/summary', JSON.stringify(SUMMARY))
    const off = ['metrics', 'resource', 'probes'].map((page) => `kubelet.${page}.enabled=false`)
    const { round } = await create(t, kubelet, [], ...off)
    const found = valuesOf(await round())
    const volumes = Object.entries(found).filter(([series]) => series.startsWith('kubelet_volume'))
    const labels = '{metrics_path="/metrics",namespace="shop",node="node-1",persistentvolumeclaim="data-db-0"}'
    assert.deepEqual(Object.fromEntries(volumes), {
      [`kubelet_volume_stats_capacity_bytes${labels}`]: 10,
      [`kubelet_volume_stats_used_bytes${labels}`]: 5,
    })
  })

  it('says of each page for itself why it cannot be had', async (t) => {
    const kubelet = await FakeKubelet.start(t)
    kubelet.pages.set('/metrics', 'kubelet_running_pods 1\n')
    kubelet.pages.set('/metrics/resource', (response) =>
      response.writeHead(403).end('Forbidden (user=sa, verb=get, x)'),
    )
    kubelet.pages.set('/metrics/probes', 'prober_probe_total x\n')
    kubelet.pages.set('/stats/summary', '[]')
    const { round, gatherer, lines } = await create(t, kubelet)
    await round()
    assert.deepEqual(
      gatherer.targets().map(({ health, lastError }) => `${health} ${lastError.replace(/127\S+/, '*')}`),
      [
        'up ',
        'down the kubelet at * refuses /metrics/resource (403); the service account needs the RBAC rule nodes/metrics, verb get',
        'down line 1: the value is no number: "x"',
        'down the answer is no summary of pods',
      ],
    )
    assert.equal(lines.length, 3)
    kubelet.pages.set('/stats/summary', JSON.stringify(SUMMARY))
    const again = Object.keys(valuesOf(await round())).filter((series) => series.startsWith('container_fs'))
    assert.equal(again.length, 4)
    await kubelet.stop()
    const gone = valuesOf(await round())
    assert.ok(Object.values(gone).every((value) => value === 'ended'))
    assert.equal(Object.keys(gone).length, 5)
  })

  it('asks no more often than the kubelet bears, and keeps file systems known', async (t) => {
    const kubelet = await FakeKubelet.start(t)
    kubelet.pages.set('/stats/summary', JSON.stringify(SUMMARY))
    const { round } = await create(t, kubelet, [], 'kubelet.interval=20s')
    for (let rounds = 0; rounds < 4; rounds++) {
      const fs = Object.keys(valuesOf(await round())).filter((series) => series.startsWith('container_fs'))
      assert.equal(fs.length, 4)
    }
    assert.equal(kubelet.requests.length, 8)
    const problems: string[] = []
    checkKubelet(configOf('kubelet.interval=5s').kubelet, (_path, message) => problems.push(message))
    assert.deepEqual(problems, ['5s is too often; it must be 10s at the least'])
  })

  it('has on a recorded node what its pages have', { skip: RECORDING_MISSING }, async (t) => {
    const kubelet = await FakeKubelet.start(t)
    const files = {
      '/metrics': 'metrics',
      '/metrics/resource': 'metrics_resource',
      '/metrics/probes': 'metrics_probes',
    }
    for (const [path, file] of Object.entries(files)) kubelet.pages.set(path, recordedFile(`kubelet/${file}`))
    kubelet.pages.set('/stats/summary', recordedFile('kubelet/stats_summary'))
    const pods = [...(await podsByName(recordedFile('kubelet/pods'))).values()]
    const { round } = await create(t, kubelet, pods)
    const gathered = decodeSeries(await round())
    // Read as simply as can be: no label of the recording has a blank, a brace or an escape in it.
    let compared = 0
    for (const line of recordedFile('kubelet/metrics_resource').toString().split('\n')) {
      const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
      if (name === undefined) continue
      const all = [
        'metrics_path="/metrics/resource"',
        'node="node-1"',
        ...labels.split(',').filter((label) => label !== ''),
      ]
      assert.equal(gathered.get(`${name}{${all.sort().join(',')}}`)?.value, Number(value), line)
      compared += 1
    }
    assert.ok(compared > 40, String(compared))
    const pageOf = (series: string) => gathered.get(`${series.slice(0, -1)},metrics_path="/metrics",node="node-1"}`)
    assert.equal(gathered.get('kubelet_running_pods{metrics_path="/metrics",node="node-1"}')?.value, 11)
    assert.equal(pageOf('kubelet_running_containers{container_state="running"}')?.type, 'gauge')
    const operations = [...gathered].filter(([series]) =>
      series.startsWith('kubelet_runtime_operations_duration_seconds{'),
    )
    assert.ok(operations.length > 3 && operations.every(([, { type }]) => type === 'histogram'))
    assert.ok([...gathered.keys()].every((series) => !/^(?:go_gc|apiserver)_/.test(series)))
    const fs = [...gathered].filter(([series]) => series.startsWith('container_fs_usage_bytes{'))
    assert.equal(fs.length, 10)
    assert.ok(fs.every(([series]) => /name="[0-9a-f]{64}"/.test(series) && /image="[^"]+"/.test(series)))
  })
})
