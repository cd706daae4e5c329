import { benchCollector } from './collector.ts'
import { type BenchResult, median } from './report.ts'
import { benchStore } from './store.ts'

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
        goal: '>= 150 000',
        measured: String(Math.round(speed)),
        isMet: speed >= 150_000,
      },
    ],
  }
}

export async function storeResult(): Promise<BenchResult> {
  const runs = await rounds(benchStore)
  const middle = (pick: (run: (typeof runs)[number]) => number) => median(runs.map(pick))
  const speed = middle((run) => run.rowsPerCpuSecond)
  const ratio = middle((run) => run.diskBytesPerRawByte)
  const peak = middle((run) => run.peakRssBytes) / MIB
  const first = runs[0]!
  return {
    name: 'store',
    title: 'Store: from bulk requests to committed, merged blocks',
    command: 'npm run bench -- store',
    method:
      `${first.rows} documents with ids in ${first.bulks} bulk requests as the collector makes them, two at a time, each ` +
      'committed before its answer; the rows that are stored must be exactly as many. CPU time is that of the ' +
      `store's process until all background merging is over; medians of ${ROUNDS} runs. A raw byte is one of the CRI log files.`,
    columns: ['rows per CPU-second', 'disk bytes per raw byte', 'wall seconds', 'slowest bulk ms', 'peak RSS MiB'],
    rows: [
      [
        Math.round(speed),
        ratio.toFixed(3),
        middle((run) => run.wallSeconds).toFixed(1),
        Math.round(middle((run) => run.slowestBulkMs)),
        Math.round(peak),
      ],
    ],
    targets: [
      { what: 'rows per CPU-second', goal: '>= 200 000', measured: String(Math.round(speed)), isMet: speed >= 200_000 },
      { what: 'disk bytes per raw byte', goal: '<= 0.35', measured: ratio.toFixed(3), isMet: ratio <= 0.35 },
    ],
  }
}

async function rounds<T>(bench: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let round = 0; round < ROUNDS; round++) results.push(await bench())
  return results
}
