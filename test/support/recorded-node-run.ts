import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { FakeKubelet } from './fake-kubelet.ts'
import { HttpPeer } from './http-peer.ts'
import { recordedFile, unpackRecording } from './pod-lists.ts'
import { PrometheusServer } from './prometheus-server.ts'
import { unpackRecordedNode } from './recorded-node.ts'
import { Stack } from './stack.ts'
import { temporaryDirectory } from './temporary.ts'

const RULES = join(import.meta.dirname, '../../dashboards/generated/rules/*.yaml')
const LIFE_MS = 1_000
const KUBELET_PAGES = {
  '/metrics': 'metrics',
  '/metrics/resource': 'metrics_resource',
  '/metrics/probes': 'metrics_probes',
}

/** The recorded node had no volumes. */
const VOLUME_PAGE = ['available_bytes', 'capacity_bytes', 'used_bytes', 'inodes', 'inodes_free', 'inodes_used']
  .map((name) => {
    const metric = `kubelet_volume_stats_${name}`
    return `# TYPE ${metric} gauge\n${metric}{namespace="default",persistentvolumeclaim="data"} 1000000\n`
  })
  .join('')

interface ListedPod {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly spec: { readonly hostNetwork?: boolean; readonly containers: readonly { readonly name: string }[] }
}

/**
 * The whole stack as `vedette up` starts it, on the recording of a node: its logs, control groups, /proc and kubelet; beside
 * them this machine's /sys. Debian's Prometheus scrapes all parts, has the rules and alerts the router.
 */
export async function runOnRecordedNode(t: Pick<TestContext, 'after'>): Promise<PrometheusServer> {
  let living: NodeJS.Timeout | undefined
  // First, because the directories go next.
  t.after(() => clearInterval(living))
  const directory = temporaryDirectory(t)
  const recorded = await unpackRecordedNode()
  t.after(() => rmSync(recorded.directory, { recursive: true, force: true }))
  writeDiskCounters(recorded.directory)
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  unpackRecording('var-log-pods', podsDir)

  const kubelet = await FakeKubelet.start(t)
  kubelet.pods = recordedFile('kubelet/pods').toString()
  for (const [path, file] of Object.entries(KUBELET_PAGES)) kubelet.pages.set(path, recordedFile(`kubelet/${file}`))
  kubelet.pages.set('/metrics', `${recordedFile('kubelet/metrics')}${VOLUME_PAGE}`)
  kubelet.pages.set('/stats/summary', recordedFile('kubelet/stats_summary'))
  const kubeState = await HttpPeer.start(t)
  const { items } = JSON.parse(kubelet.pods) as { items: readonly ListedPod[] }
  const lines = items.map(({ metadata, spec }) => {
    const labels = `namespace="${metadata.namespace}",pod="${metadata.name}"`
    const info = `kube_pod_info{${labels},node="node-1",host_network="${spec.hostNetwork === true}"} 1\n`
    return info + spec.containers.map(({ name }) => limitOf(labels, name)).join('')
  })
  kubeState.answer = (response) =>
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(sorted(lines.join('')))

  const configDir = join(directory, 'config')
  mkdirSync(configDir)
  const tokenFile = join(directory, 'token')
  writeFileSync(tokenFile, 'anyone')
  writeFileSync(
    join(configDir, 'agent.yaml'),
    JSON.stringify({
      node_name: 'node-1',
      metadata: { source: 'kubelet', kubelet: { url: kubelet.url, ca_file: kubelet.caFile, token_file: tokenFile } },
      gather: {
        interval: '1s',
        containers: { cgroup_root: join(recorded.directory, 'cgroup-v1'), proc_root: join(recorded.directory, 'proc') },
        scrape: { targets: [{ job: 'kube-state-metrics', urls: [kubeState.url], honor_labels: true }] },
      },
    }),
  )
  const receiver = await HttpPeer.start(t)
  writeFileSync(
    join(configDir, 'alertmanager.yml'),
    JSON.stringify({
      route: {
        receiver: 'hook',
        group_by: ['alertname'],
        group_wait: '1s',
        group_interval: '2s',
        repeat_interval: '4s',
      },
      receivers: [{ name: 'hook', webhook_configs: [{ url: receiver.url }] }],
    }),
  )
  const stack = await Stack.start({ podsDir, dataDir: join(directory, 'data'), configDir })
  t.after(() => stack.stop())
  living = setInterval(() => live(recorded.directory, podsDir), LIFE_MS)

  const own = (name: string, url: string) => ({
    job_name: `vedette-${name}`,
    static_configs: [{ targets: [new URL(url).host] }],
  })
  const collector = new URL(stack.url('ui')).host
  const prometheusDirectory = join(directory, 'prometheus')
  mkdirSync(prometheusDirectory)
  return PrometheusServer.start(t, prometheusDirectory, {
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    rule_files: [RULES],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(stack.url('alertmanager')).host] }] }] },
    scrape_configs: [
      own('agent', `http://127.0.0.1:${9465 + stack.portOffset}`),
      own('collector', stack.url('ui')),
      own('store', stack.url('elasticsearch')),
      own('alertmanager', stack.url('alertmanager')),
      {
        ...{ job_name: 'vedette', honor_labels: true },
        http_sd_configs: [{ url: `http://${collector}/api/v1/sd/shards`, refresh_interval: '5s' }],
      },
    ],
  })
}

let lives = 0

/** What goes on on a node that is not a recording: each container logs a line, and is throttled. */
function live(node: string, podsDir: string): void {
  lives += 1
  const line = `${new Date().toISOString().replace('Z', '000000Z')} stdout F {"level":"error","msg":"life ${lives}"}\n`
  for (const pod of readdirSync(podsDir)) {
    for (const container of readdirSync(join(podsDir, pod))) {
      const [file] = readdirSync(join(podsDir, pod, container)).filter((name) => /^\d+\.log$/.test(name))
      if (file !== undefined) appendFileSync(join(podsDir, pod, container, file), line)
    }
  }
  for (const group of readFileSync(join(node, 'cgroup-v1/containers.txt'), 'utf8').trim().split('\n')) {
    const path = join(node, 'cgroup-v1/cpu', group.split(' ')[2]!)
    if (!existsSync(path)) continue
    writeFileSync(join(path, 'cpu.cfs_quota_us'), '5000\n')
    const stat = `nr_periods ${100_000 + 20 * lives}\nnr_throttled ${90_000 + 10 * lives}\nthrottled_time ${9e12 + 1e8 * lives}\n`
    writeFileSync(join(path, 'cpu.stat'), stat)
  }
}

/** No container of the recording used a disk: gives each some use of the node's first one. */
function writeDiskCounters(node: string): void {
  const disk = /^ *(\d+) +(\d+) (?:sd|vd|xvd|nvme)\w+ /m.exec(readFileSync(join(node, 'proc/diskstats'), 'utf8'))!
  const device = `${disk[1]}:${disk[2]}`
  const groups = readFileSync(join(node, 'cgroup-v1/containers.txt'), 'utf8').trim().split('\n')
  for (const group of groups) {
    const path = join(node, 'cgroup-v1/blkio', group.split(' ')[2]!)
    if (!existsSync(path)) continue
    for (const [what, unit] of [
      ['io_service_bytes', 4096],
      ['io_serviced', 1],
    ] as const) {
      const text = `${device} Read ${3 * unit}\n${device} Write ${5 * unit}\n${device} Total ${8 * unit}\nTotal ${8 * unit}\n`
      for (const name of [what, `${what}_recursive`]) writeFileSync(join(path, `blkio.throttle.${name}`), text)
    }
  }
}

function limitOf(labels: string, container: string): string {
  const of = `kube_pod_container_resource_limits{${labels},container="${container}"`
  return `${of},resource="cpu",unit="core"} 1\n${of},resource="memory",unit="byte"} 134217728\n`
}

/** Lines of one metric together, as the format wants it. */
function sorted(page: string): string {
  return `${page.trimEnd().split('\n').sort().join('\n')}\n`
}
