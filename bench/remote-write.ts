import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { checkValue } from '#lib/config/check.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { COLLECTOR_EVENTS } from '../collector/events.ts'
import { unpackSnappyBlock } from '../collector/receive/snappy.ts'
import { ReceiveStats } from '../collector/receive/stats.ts'
import { type RemoteWriteConfig, remoteWriteSection } from '../collector/remote-write/out/config.ts'
import { RemoteWrite } from '../collector/remote-write/out/remote-write.ts'
import { PROTOCOLS, type Protocol } from '../collector/remote-write/protocol.ts'
import { WriteIntake } from '../collector/remote-write/receive/write-intake.ts'
import type { SeriesDirectory, SeriesSource } from '../collector/series/series-sink.ts'
import { SeriesTable } from '../collector/series/series-table.ts'
import type { BenchResult } from './report.ts'

const SERIES = 100_000
const ROUNDS = 20
const SOURCE: SeriesSource = { transport: 'otlp', job: 'node', instance: 'node-1', node: '', isKept: false }
const NAMES = ['cpu_usage_seconds_total', 'memory_working_set_bytes', 'fs_reads_total', 'network_receive_bytes_total']
const MIB = 1024 ** 2

/** Series as containers have them: 9 labels, some 300 bytes. */
function createDirectory(): SeriesDirectory {
  const rows = Array.from({ length: SERIES }, (_, row) => {
    const container = Math.floor(row / NAMES.length)
    // As they come: those of a node together.
    const node = `node-${Math.floor((row * 200) / SERIES)}`
    const name = `container_${NAMES[row % NAMES.length]}`
    const pod = `checkout-${(container * 2_654_435_761).toString(36).slice(0, 9)}-${container.toString(36)}`
    const labels = [
      ...['__name__', name, 'container', `server-${container % 7}`],
      ...['id', `/kubepods/burstable/pod${container.toString(16).padStart(8, '0')}-6a2d-4f0e-9d5f-0c9b3f1a2d3e`],
      ...['image', `registry.example.com/shop/checkout:v1.${container % 30}.0`, 'instance', node],
      ...['job', 'kubelet', 'namespace', `team-${container % 40}`, 'node', node, 'pod', pod],
    ]
    const type = name.endsWith('_total') ? ('counter' as const) : ('gauge' as const)
    return { labels, family: { name, type, help: `Help of ${name}.`, unit: '' } }
  })
  return {
    labelsOf: (row) => rows[row]!.labels,
    familyOf: (row) => rows[row]!.family,
    sourceOf: () => SOURCE,
    startMsOf: () => 0,
  }
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

interface Sent {
  readonly perCpuSecond: number
  readonly nsPerObserved: number
  readonly queueBytesPerSample: number
  readonly bytesPerSample: number
}

async function measureOut(protocol: Protocol, directory: SeriesDirectory, url: string): Promise<Sent> {
  const data = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const given = { url, protocol, batch_deadline: '100ms', send_metadata: false }
  const [config] = checkValue(remoteWriteSection(), [given], [], () => {}) as RemoteWriteConfig[]
  const events = createBenchEvents()
  const remote = new RemoteWrite({
    ...{ config: config!, directory: data, series: directory, events, clock: systemClock },
    ...{ files: systemFiles, processId: 'bench' },
  })
  await remote.start()
  const before = process.cpuUsage()
  let observedNs = Number.POSITIVE_INFINITY
  let queueBytes = 0
  const nowMs = Date.now()
  for (let round = 0; round < ROUNDS; round++) {
    const startNs = process.hrtime.bigint()
    for (let row = 0; row < SERIES; row++) remote.sample(row, row * 1.5 + round, nowMs + round)
    observedNs = Math.min(observedNs, Number(process.hrtime.bigint() - startNs))
    const bytesBefore = remote.queueBytes
    while (remote.stats.appended < (round + 1) * SERIES) await sleep(5)
    if (round === ROUNDS - 1) queueBytes = remote.queueBytes - bytesBefore
  }
  while (remote.pending > 0) await sleep(5)
  const seconds = cpuSeconds(before)
  const { bytes, samples } = remote.stats
  await remote.stop(AbortSignal.timeout(5_000))
  rmSync(data, { recursive: true })
  return {
    perCpuSecond: samples / seconds,
    nsPerObserved: observedNs / SERIES,
    queueBytesPerSample: queueBytes / SERIES,
    bytesPerSample: bytes / samples,
  }
}

/** What of the requests that were sent our own receiver takes, into the table. */
async function measureIn(protocol: Protocol, bodies: readonly Buffer[]): Promise<number> {
  const limits = { maxSeries: 2 * SERIES, maxBytes: 1024 * MIB, maxSeriesPerNode: SERIES, maxSeriesPerTenant: SERIES }
  const table = new SeriesTable({
    limits: { ...limits, tenantLabel: '' },
    ...{ minStalenessMs: 3_600_000, maxAgeMs: 3_600_000, clock: systemClock },
  })
  const events = createBenchEvents()
  const stats = new ReceiveStats()
  const intake = new WriteIntake({ sink: table, events, stats, nowMs: () => Date.now() })
  const before = process.cpuUsage()
  for (const body of bodies) {
    const plain = unpackSnappyBlock(body, 64 * MIB)
    if (typeof plain === 'string' || 'problem' in plain) throw new Error('a body that cannot be unpacked')
    await intake.take(plain, protocol)
  }
  if (table.store.series !== SERIES) throw new Error(`${table.store.series} series came in`)
  return stats.points / cpuSeconds(before)
}

function createBenchEvents() {
  const logger = createLogger({ service: 'bench', level: 'warn', format: 'logfmt' })
  return createEvents('bench', COLLECTOR_EVENTS, { registry: createRegistry('bench', '0'), logger, clock: systemClock })
}

/** What remote write costs, out through the queue on disk and in to the table. */
export async function benchRemoteWrite(): Promise<BenchResult> {
  const sink: ChildProcess = fork(join(import.meta.dirname, 'remote-write-sink.ts'))
  const port = await new Promise<number>((resolve) => {
    sink.once('message', (message: { port: number }) => resolve(message.port))
  })
  const url = `http://127.0.0.1:${port}/api/v1/write`
  const directory = createDirectory()
  const rows: (string | number)[][] = []
  const out: number[] = []
  try {
    for (const protocol of PROTOCOLS) {
      const sent = await measureOut(protocol, directory, url)
      out.push(sent.perCpuSecond)
      const bodies = await takeBodies(url)
      rows.push([
        protocol,
        Math.round(sent.perCpuSecond),
        Math.round(sent.nsPerObserved),
        Number(sent.queueBytesPerSample.toFixed(1)),
        Number(sent.bytesPerSample.toFixed(1)),
        Math.round(await measureIn(protocol, bodies)),
      ])
    }
  } finally {
    sink.disconnect()
  }
  return {
    name: 'remote-write',
    title: 'Remote write: out through the queue on disk, and in to the table',
    command: 'npm run bench -- remote-write',
    method:
      `${SERIES} series with 9 labels, ${ROUNDS} rounds of samples. Out: CPU time of the process from the first sample to the last answer, with ` +
      'definitions, queue, snappy and HTTP; the receiver is a process that keeps what it gets. In: the same requests of that, unpacked and put into an empty table.',
    columns: [
      'protocol',
      'samples out per CPU-second',
      'ns per observed sample',
      'bytes a sample in the queue',
      'bytes a sample sent',
      'samples in per CPU-second',
    ],
    rows,
    targets: [
      {
        what: 'a million series every 10 s, out by 1.0',
        goal: '< 50 % of a core',
        measured: `${Math.round(1e7 / out[0]!)} %`,
        isMet: 1e7 / out[0]! < 50,
      },
    ],
  }
}

async function takeBodies(url: string): Promise<Buffer[]> {
  const all = Buffer.from(await (await fetch(url, { method: 'DELETE' })).arrayBuffer())
  const bodies: Buffer[] = []
  for (let at = 0; at < all.length; ) {
    const length = all.readUInt32LE(at)
    bodies.push(all.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return bodies
}
