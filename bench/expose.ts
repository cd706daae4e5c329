import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { MemoryFigures, PageFigures, RoundFigures } from './expose-table.ts'
import { GatheredNode, SERIES_PER_NODE } from './gathered-nodes.ts'
import { measurePushgateway } from './pushgateway.ts'
import { type BenchResult, median } from './report.ts'

const NODES = 200
const ROUNDS = 4
const MIB = 1024 ** 2
const PUSHGATEWAY_SERIES = 100_000

interface Figures {
  readonly rounds: readonly RoundFigures[]
  readonly memory: MemoryFigures
  readonly pages: readonly PageFigures[]
}

/** What it costs to take the metrics of many nodes, to keep them, and to show them to Prometheus. */
export async function benchExpose(): Promise<BenchResult> {
  const { rounds, memory, pages } = await run(NODES)
  const steady = rounds.slice(1)
  const ingest = median(steady.map(({ points, cpuSeconds }) => points / cpuSeconds))
  const first = rounds[0]!
  const perSeries = memory.bytes / memory.series
  const ours = (coding: string) => pages.filter((page) => page.who === 'vedette' && page.coding === coding)
  const counted = (coding: string) => ours(coding).filter(({ isWatched }) => !isWatched)
  const cpu = (coding: string) => median(counted(coding).map(({ cpuSeconds }) => cpuSeconds))
  const longestOf = (coding: string) => Math.max(...ours(coding).map(({ longestMs }) => longestMs))
  const ourRow = (coding: string) =>
    rowOf({ ...counted(coding)[0]!, cpuSeconds: cpu(coding), longestMs: longestOf(coding) })
  const longest = Math.max(...steady.map(({ longestMs }) => longestMs), longestOf('gzip'))
  const gateway = await measurePushgateway(PUSHGATEWAY_SERIES)
  const rowOf = ({ who, coding, series, bytes, sentBytes, cpuSeconds, longestMs }: PageFigures) => [
    ...[who, series, coding, cpuSeconds.toFixed(2), ((cpuSeconds / series) * 1e6).toFixed(2)],
    ...[Math.round(bytes / MIB), Math.round(sentBytes / MIB), Math.round(longestMs)],
  ]
  return {
    name: 'expose',
    title: 'Metrics: taken by OTLP, kept, and shown to Prometheus',
    command: 'npm run bench -- expose',
    method:
      `${NODES} nodes of ${SERIES_PER_NODE} series each (containers, the node, histograms), in requests as the agent makes them. ` +
      `The first round makes the series: ${Math.round(first.points / first.cpuSeconds)} points per CPU-second; the others, of which this is ` +
      'the median, change all of them. A point is one of OTLP: a histogram is one point and many series. CPU time of pages is that of the process, ' +
      'compression included; memory is what is resident over the empty process, after garbage collection. The longest turn is CPU time ' +
      'for which one request or piece of a page held the thread. prom-client has gauges with the same labels; Pushgateway is ' +
      "Debian's, with one push of the same text, asked by a client without and with gzip.",
    columns: ['who', 'series', 'coding', 'CPU s a page', 'CPU us a series', 'MiB', 'MiB sent', 'longest turn ms'],
    rows: [
      ...['identity', 'gzip'].map(ourRow),
      ...pages.filter(({ who }) => who === 'prom-client').map(rowOf),
      ...gateway,
    ],
    targets: [
      target('OTLP points per CPU-second', '>= 1 000 000', Math.round(ingest), ingest >= 1e6),
      target('bytes of memory a series', '<= 600', Math.round(perSeries), perSeries <= 600),
      target(
        'CPU seconds for a page of a million series, identity',
        '< 1',
        cpu('identity').toFixed(2),
        cpu('identity') < 1,
      ),
      target('CPU seconds for a page of a million series, gzip', '< 1', cpu('gzip').toFixed(2), cpu('gzip') < 1),
      target('longest turn, milliseconds of CPU', '<= 50', longest.toFixed(1), longest <= 50),
    ],
  }
}

function target(what: string, goal: string, measured: number | string, isMet: boolean) {
  return { what, goal, measured: String(measured), isMet }
}

async function run(nodeCount: number): Promise<Figures> {
  const args = ['--expose-gc', join(import.meta.dirname, 'expose-table.ts')]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const nodes = Array.from({ length: nodeCount }, (_, index) => new GatheredNode(index))
  const lines: (RoundFigures | MemoryFigures | PageFigures)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  const exited = once(child, 'close')
  const write = async (bytes: Buffer) => {
    if (!child.stdin.write(bytes)) await once(child.stdin, 'drain')
  }
  const length = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  for (let round = 1; round <= ROUNDS; round++) {
    const nowMs = Date.now()
    for (const node of nodes) {
      for (const { body } of node.round(round, nowMs)) await write(Buffer.concat([length(body.length), body]))
    }
    await write(length(0))
  }
  child.stdin.end(length(0xffff_ffff))
  const [code] = await exited
  const memory = lines.find((line) => line.kind === 'memory')
  if (code !== 0 || memory === undefined) throw new Error(`the table ended with exit code ${code}`)
  return {
    rounds: lines.filter((line) => line.kind === 'round'),
    memory,
    pages: lines.filter((line) => line.kind === 'page'),
  }
}
