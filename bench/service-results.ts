import { whyNoFixture } from '../test/elasticsearch/fixture.ts'
import { benchCollector } from './collector.ts'
import { benchNode, type NodeFigures } from './elasticsearch.ts'
import { type BenchResult, median, type Target } from './report.ts'
import { benchStore, type StoreFigures } from './store.ts'

const ROUNDS = 3
const MIB = 1024 ** 2

export async function collectorResult(): Promise<BenchResult> {
  const runs = await rounds(benchCollector)
  const middle = (pick: (run: (typeof runs)[number]) => number) => median(runs.map(pick))
  const speed = middle((run) => run.recordsPerCpuSecond)
  const first = runs[0]!
  return {
    name: 'collector',
    title: 'Collector: from OTLP requests to acknowledged bulk requests',
    command: 'npm run bench -- collector',
    method:
      `${first.records} records in ${first.requests} requests as the agent makes them (protobuf, zstd) come over loopback, are ` +
      'queued on disk with fdatasync before each answer, and leave as bulk requests for a sink that counts distinct ids, which ' +
      `must be exactly as many. CPU time is that of the collector's process; medians of ${ROUNDS} runs.`,
    columns: ['records per CPU-second', 'MiB of bulk per CPU-second', 'wall seconds', 'peak RSS MiB', 'idle RSS MiB'],
    rows: [
      [
        Math.round(speed),
        Math.round(middle((run) => run.bulkBytes / MIB / run.cpuSeconds)),
        middle((run) => run.wallSeconds).toFixed(1),
        Math.round(middle((run) => run.peakRssBytes) / MIB),
        Math.round(middle((run) => run.idleRssBytes) / MIB),
      ],
    ],
    targets: [
      {
        what: 'records per CPU-second',
        goal: '>= 300 000',
        measured: String(Math.round(speed)),
        isMet: speed >= 300_000,
      },
    ],
  }
}

export async function storeResult(lines?: number): Promise<BenchResult> {
  const runs = await rounds(() => benchStore(lines === undefined ? {} : { lines }))
  const middle = (pick: (run: StoreFigures) => number) => median(runs.map(pick))
  const speed = middle((run) => run.rowsPerCpuSecond)
  const ratio = middle((run) => run.diskBytesPerRawByte)
  const { rows, bulks } = runs[0]!
  const diskBytes = middle((run) => run.diskBytes)
  const wallSeconds = middle((run) => run.wallSeconds)
  const peakRssBytes = middle((run) => run.peakRssBytes)
  const slowestBulkMs = middle((run) => run.slowestBulkMs)
  const own = {
    rows,
    rowsPerCpuSecond: speed,
    diskBytesPerRawByte: ratio,
    diskBytes,
    wallSeconds,
    slowestBulkMs,
    peakRssBytes,
  }
  const missing = whyNoFixture()
  const nodes =
    missing === undefined ? [await benchNode({ lines: rows }), await benchNode({ lines: rows, isLogsDb: true })] : []
  const others = nodes.map((node, index) => rowOf(`Elasticsearch ${node.version}${['', ', LogsDB'][index]}`, node))
  return {
    name: 'store',
    title: 'Store: from bulk requests to committed, merged blocks',
    command: 'npm run bench -- store',
    method:
      `${rows} documents with ids in ${bulks} bulk requests as the collector makes them, two at a time, each ` +
      'committed before its answer; the rows that are stored must be exactly as many. CPU time is that of the ' +
      `process until all merging is over; medians of ${ROUNDS} runs. A raw byte is one of the CRI log files. ` +
      (missing === undefined
        ? 'Elasticsearch is sent the same once, with 512 MB of heap, and merged to one segment in the end.'
        : `Elasticsearch is not beside it: ${missing}.`),
    columns: [
      ...['', 'rows per CPU-second', 'rows per second', 'disk bytes per raw byte', 'disk bytes per row'],
      ...['wall seconds', 'slowest bulk ms', 'peak RSS MiB'],
    ],
    rows: [rowOf('store', own), ...others],
    targets: [
      { what: 'rows per CPU-second', goal: '>= 300 000', measured: String(Math.round(speed)), isMet: speed >= 300_000 },
      { what: 'disk bytes per raw byte', goal: '<= 0.35', measured: ratio.toFixed(3), isMet: ratio <= 0.35 },
      ...(nodes.length === 0 ? [] : targetsBeside(own, nodes[0]!, nodes[1]!)),
    ],
  }
}

type Row = Pick<
  StoreFigures,
  'rows' | 'rowsPerCpuSecond' | 'diskBytesPerRawByte' | 'diskBytes' | 'wallSeconds' | 'slowestBulkMs' | 'peakRssBytes'
>

function rowOf(name: string, row: Row): (string | number)[] {
  return [
    name,
    Math.round(row.rowsPerCpuSecond),
    Math.round(row.rows / row.wallSeconds),
    row.diskBytesPerRawByte.toFixed(3),
    (row.diskBytes / row.rows).toFixed(1),
    row.wallSeconds.toFixed(1),
    Math.round(row.slowestBulkMs),
    Math.round(row.peakRssBytes / MIB),
  ]
}

/** What the store promises beside a real Elasticsearch. */
function targetsBeside(own: Row, node: NodeFigures, logsDb: NodeFigures): Target[] {
  const rate = own.rows / own.wallSeconds / (node.rows / node.wallSeconds)
  const disk = own.diskBytes / logsDb.diskBytes
  const memory = own.peakRssBytes / node.peakRssBytes
  return [
    { what: "rate beside Elasticsearch's", goal: '>= 3', measured: rate.toFixed(1), isMet: rate >= 3 },
    { what: "disk beside LogsDB's", goal: '<= 1', measured: disk.toFixed(2), isMet: disk <= 1 },
    { what: "peak RSS beside Elasticsearch's", goal: '<= 0.33', measured: memory.toFixed(2), isMet: memory <= 1 / 3 },
  ]
}

async function rounds<T>(bench: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let round = 0; round < ROUNDS; round++) results.push(await bench())
  return results
}
