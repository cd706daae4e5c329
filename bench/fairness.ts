import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { containerPath, formatNanoseconds } from './corpus.ts'
import type { BenchResult } from './report.ts'
import { startService, stopProcess } from './service.ts'

const QUIET = 50
/** Each quiet container writes a line this often. */
const LINE_EVERY_MS = 200
const RUN_MS = 20_000
const MIB = 1024 ** 2
/** More than the agent could read on the core that is left for it. */
const FLOOD_BYTES_PER_SECOND = 400 * MIB
const GOAL_MS = 1_000

interface Taker {
  readonly name: string
  readonly bytesPerSecond: number
}

const TAKERS: readonly Taker[] = [
  { name: 'as much as comes', bytesPerSecond: 1e12 },
  { name: '50 MiB/s', bytesPerSecond: 50 * MIB },
  { name: '10 MiB/s', bytesPerSecond: 10 * MIB },
]

interface Run {
  readonly taker: Taker
  /** Ascending. */
  readonly delaysMs: readonly number[]
  readonly floodedBytesPerSecond: number
  readonly takenBytesPerSecond: number
}

/** How long lines of quiet containers take beside one that writes more than can be read or sent. */
export async function benchFairness(): Promise<BenchResult> {
  const runs: Run[] = []
  for (const taker of TAKERS) {
    const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
    try {
      runs.push(await measure(directory, taker))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  return resultOf(runs)
}

async function measure(directory: string, taker: Taker): Promise<Run> {
  const podsDir = join(directory, 'pods')
  const paths = Array.from({ length: QUIET + 1 }, (_, index) => join(podsDir, containerPath(index)))
  for (const path of paths) mkdirSync(dirname(path), { recursive: true })
  const sink = forkBeside('delay-sink.ts', String(taker.bytesPerSecond))
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  const agent = await startService('agent', [
    ...[`--logs.pods-dir=${podsDir}`, `--storage.path=${join(directory, 'state')}`, '--web.listen-address=127.0.0.1:0'],
    `--set=ship.endpoints=["http://127.0.0.1:${port}"]`,
  ])
  const [flooded, ...quiet] = paths as [string, ...string[]]
  const flood = forkBeside('flood.ts', flooded, String(FLOOD_BYTES_PER_SECOND))
  try {
    await sleep(1_000)
    const startedAtMs = performance.now()
    const expected = await writeQuietly(quiet)
    const seconds = (performance.now() - startedAtMs + 1_000) / 1_000
    const floodedBytesPerSecond = statSync(flooded).size / seconds
    const { delaysMs, bytes } = await untilTaken(port, expected)
    delaysMs.sort((a, b) => a - b)
    return { taker, delaysMs, floodedBytesPerSecond, takenBytesPerSecond: bytes / seconds }
  } finally {
    flood.disconnect()
    await stopProcess(agent.process)
    sink.disconnect()
  }
}

/** Returns how many lines were written. */
async function writeQuietly(paths: readonly string[]): Promise<number> {
  const files = paths.map((path) => openSync(path, 'a'))
  const everyMs = LINE_EVERY_MS / files.length
  const startedAtMs = performance.now()
  let lines = 0
  for (; lines * everyMs < RUN_MS; lines++) {
    await sleep(Math.max(0, startedAtMs + lines * everyMs - performance.now()))
    const nowMs = performance.timeOrigin + performance.now()
    const time = formatNanoseconds(BigInt(Math.floor(nowMs * 1_000)) * 1_000n)
    writeSync(files[lines % files.length]!, `${time} stdout F quiet ${nowMs.toFixed(3)}\n`)
  }
  for (const file of files) closeSync(file)
  return lines
}

async function untilTaken(port: number, lines: number): Promise<{ delaysMs: number[]; bytes: number }> {
  for (;;) {
    const taken = (await (await fetch(`http://127.0.0.1:${port}/delays`)).json()) as Awaited<
      ReturnType<typeof untilTaken>
    >
    if (taken.delaysMs.length >= lines) return taken
    await sleep(100)
  }
}

function forkBeside(name: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

function resultOf(runs: readonly Run[]): BenchResult {
  const quantile = ({ delaysMs }: Run, share: number) =>
    Math.round(delaysMs[Math.floor(share * (delaysMs.length - 1))]!)
  return {
    name: 'fairness',
    title: 'Fairness: quiet containers beside one at full speed',
    command: 'npm run bench -- fairness',
    method:
      `One container writes up to ${FLOOD_BYTES_PER_SECOND / MIB} MiB/s, ${QUIET} others a line every ${LINE_EVERY_MS} ms each, for ` +
      `${RUN_MS / 1_000} s. Delay is from the write of a quiet line to the arrival of its request, in milliseconds; a request ` +
      'waits up to 200 ms for more records by default. Writers, agent and a sink of limited speed share the machine.',
    columns: ['the collector takes', 'flood MiB/s', 'taken MiB/s', 'quiet lines', 'p50 ms', 'p99 ms', 'longest ms'],
    rows: runs.map((run) => [
      run.taker.name,
      Math.round(run.floodedBytesPerSecond / MIB),
      Math.round(run.takenBytesPerSecond / MIB),
      run.delaysMs.length,
      quantile(run, 0.5),
      quantile(run, 0.99),
      quantile(run, 1),
    ]),
    targets: runs.map((run) => ({
      what: `p99 delay of quiet containers, the collector takes ${run.taker.name}`,
      goal: `< ${GOAL_MS} ms`,
      measured: `${quantile(run, 0.99)} ms`,
      isMet: quantile(run, 0.99) < GOAL_MS,
    })),
  }
}
