import { createHash } from 'node:crypto'
import type { HistogramValue } from '../agent/gather/family-points.ts'
import { type EncodedLabels, encodeLabels } from '../agent/gather/labels.ts'
import { TargetMetrics } from '../agent/gather/target-metrics.ts'

/** Of one container, or pod: which metrics it has with which further labels. */
const CONTAINER_METRICS: readonly (readonly [string, 'counter' | 'gauge', readonly string[]])[] = [
  ['container_cpu_usage_seconds_total', 'counter', ['cpu=total']],
  ...['memory_working_set_bytes', 'memory_rss', 'memory_cache', 'memory_swap', 'memory_usage_bytes'].map(
    (name) => [`container_${name}`, 'gauge', ['']] as const,
  ),
  ...[
    'cpu_cfs_periods_total',
    'cpu_cfs_throttled_periods_total',
    'cpu_cfs_throttled_seconds_total',
    'oom_events_total',
  ].map((name) => [`container_${name}`, 'counter', ['']] as const),
  ...['spec_memory_limit_bytes', 'spec_cpu_quota', 'spec_cpu_period', 'start_time_seconds', 'processes', 'threads'].map(
    (name) => [`container_${name}`, 'gauge', ['']] as const,
  ),
  ...['reads_total', 'writes_total', 'reads_bytes_total', 'writes_bytes_total'].map(
    (name) => [`container_fs_${name}`, 'counter', ['device=/dev/nvme0n1', 'device=/dev/nvme1n1']] as const,
  ),
  ...['cpu', 'memory', 'io'].flatMap((what) =>
    ['waiting', 'stalled'].map((how) => [`container_pressure_${what}_${how}_seconds_total`, 'counter', ['']] as const),
  ),
  [
    ...(['container_memory_failures_total', 'counter'] as const),
    ['failure_type=pgfault,scope=container', 'failure_type=pgmajfault,scope=container'],
  ],
]
const POD_METRICS = [
  'receive_bytes',
  'transmit_bytes',
  'receive_packets',
  'transmit_packets',
  'receive_packets_dropped',
  'transmit_packets_dropped',
]
const CONTAINERS = 116
const NODE_FAMILIES = 120
const HISTOGRAMS = 12
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Series of one node. */
export const SERIES_PER_NODE = 5_000

/** What an agent of ours sends of a node, round by round: containers, the node itself, and some histograms. */
export class GatheredNode {
  readonly #targets: readonly { readonly metrics: TargetMetrics; readonly write: (round: number) => void }[]

  constructor(index: number) {
    const node = `ip-10-0-${index >> 8}-${index & 255}.eu-central-1.compute.internal`
    const instance = (port: number) => `10.0.${index >> 8}.${index & 255}:${port}`
    const target = (job: string, port: number) => new TargetMetrics({ job, instance: instance(port), node }, '0')
    const containers = target('cadvisor', 10_250)
    const system = target('node-exporter', 9_100)
    const kubelet = target('kubelet', 10_255)
    const writers = [
      { metrics: containers, write: containerWriter(containers, node) },
      { metrics: kubelet, write: histogramWriter(kubelet) },
    ]
    let series = 9
    for (const { metrics, write } of writers) {
      metrics.begin(1)
      write(0)
      series += metrics.series
    }
    const histogramSeries = HISTOGRAMS * 2 * (BOUNDS.length + 2)
    this.#targets = [
      ...writers,
      { metrics: system, write: systemWriter(system, SERIES_PER_NODE - series - histogramSeries) },
    ]
  }

  /** The requests of a round. */
  *round(round: number, nowMs: number): Generator<{ readonly body: Buffer; readonly points: number }> {
    for (const { metrics, write } of this.#targets) {
      metrics.begin(nowMs)
      write(round)
      yield* metrics.end({ isUp: true, durationMs: 12 })
    }
  }
}

function containerWriter(metrics: TargetMetrics, node: string): (round: number) => void {
  const series: {
    family: ReturnType<TargetMetrics['family']>
    labels: EncodedLabels
    base: number
    isCounter: boolean
  }[] = []
  const hash = (text: string) => createHash('sha256').update(`${node} ${text}`).digest('hex')
  const add = (name: string, type: 'counter' | 'gauge', labels: readonly (readonly [string, string])[]) => {
    const family = metrics.family({ name, type, help: `What ${name} says of a container.` })
    series.push({
      family,
      labels: known(labels),
      base: parseInt(hash(name + series.length).slice(0, 8), 16),
      isCounter: type === 'counter',
    })
  }
  // One buffer for each set of labels, as the agent has it.
  const cache = new Map<string, EncodedLabels>()
  const known = (labels: readonly (readonly [string, string])[]) => {
    const key = labels.join('\0')
    const encoded = cache.get(key) ?? encodeLabels(labels)
    cache.set(key, encoded)
    return encoded
  }
  for (let index = 0; index < CONTAINERS; index++) {
    const id = hash(`container ${index}`)
    const uid = hash(`pod ${index}`)
    const pod = `deployment-${index % 40}-${uid.slice(0, 10)}-${uid.slice(10, 15)}`
    const namespace = `team-${index % 12}`
    const slice = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.slice(0, 8)}_${uid.slice(8, 12)}_${uid.slice(12, 16)}_${uid.slice(16, 20)}_${uid.slice(20, 32)}.slice`
    const labels = [
      ['container', `app-${index % 7}`],
      ['id', `${slice}/cri-containerd-${id}.scope`],
      ['image', `registry.example.org/team-${index % 12}/service-${index % 40}:v1.${index % 9}.${index % 5}`],
      ['name', id],
      ['namespace', namespace],
      ['pod', pod],
    ] as const
    for (const [name, type, variants] of CONTAINER_METRICS) {
      for (const variant of variants) {
        const more = variant === '' ? [] : variant.split(',').map((pair) => pair.split('=') as [string, string])
        add(name, type, [...more, ...labels])
      }
    }
    const podLabels = [
      ['id', slice],
      ['interface', 'eth0'],
      ['namespace', namespace],
      ['pod', pod],
    ] as const
    for (const name of POD_METRICS) add(`container_network_${name}_total`, 'counter', podLabels)
  }
  // Metric by metric, as they are sent.
  return (round) => {
    for (const { family, labels, base, isCounter } of series) {
      family.number(
        labels,
        isCounter ? (base % 1e7) / 100 + round * 1.25 : base + round * 4_096,
        isCounter ? 1_790_000_000_000 : 0,
      )
    }
  }
}

function systemWriter(metrics: TargetMetrics, count: number): (round: number) => void {
  const series = Array.from({ length: count }, (_, index) => {
    const type = index % 2 === 0 ? ('counter' as const) : ('gauge' as const)
    const name = `node_thing_${index % NODE_FAMILIES}_bytes${type === 'counter' ? '_total' : ''}`
    const labels = [
      ['cpu', String(index % 16)],
      ['device', `dev${Math.floor(index / NODE_FAMILIES)}`],
    ] as const
    return { family: metrics.family({ name, type, help: 'Something of a node.' }), labels: encodeLabels(labels), index }
  })
  return (round) => {
    for (const { family, labels, index } of series) family.number(labels, index * 1_000 + round * (index % 5))
  }
}

function histogramWriter(metrics: TargetMetrics): (round: number) => void {
  const series = Array.from({ length: HISTOGRAMS * 2 }, (_, index) => {
    const name = `kubelet_thing_${index % HISTOGRAMS}_duration_seconds`
    const labels = encodeLabels([['operation', index < HISTOGRAMS ? 'create' : 'remove']], 'histogram')
    return { family: metrics.family({ name, type: 'histogram', help: 'How long it took.' }), labels }
  })
  return (round) => {
    const bucketCounts = [...BOUNDS, 0].map((_, index) => index * 10 + round)
    const count = bucketCounts.reduce((sum, each) => sum + each, 0)
    const value: HistogramValue = { count, sum: count * 0.3, bounds: BOUNDS, bucketCounts }
    for (const { family, labels } of series) family.histogram(labels, value)
  }
}
