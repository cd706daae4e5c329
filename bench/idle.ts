import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAgent } from './agent.ts'
import { containerPath, corpusLines, criLine } from './corpus.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import type { BenchResult } from './report.ts'
import { stopProcess } from './service.ts'

const COUNTS = [100, 1_000, 10_000]
const LINES_EACH = 5
const CONTAINERS_A_POD = 4
/** What was read is acknowledged, written down, and no more looked at as if more would come. */
const CALM_MS = 30_000
const MEASURED_MS = 30_000
const TIMEOUT_MS = 300_000
const MIB = 1024 ** 2

interface Run {
  readonly containers: number
  readonly readSeconds: number
  readonly readCpuSeconds: number
  /** Of one core. */
  readonly cpuPercent: number
  readonly residentBytes: number
  readonly descriptors: number
  readonly watches: number
}

/**
 * What an agent costs on a node where nothing happens: four containers in each pod, each of which has a short log, all of
 * which was read and acknowledged.
 */
export async function benchIdle(): Promise<BenchResult> {
  const runs: Run[] = []
  for (const containers of COUNTS) runs.push(await measure(containers))
  return resultOf(runs)
}

async function measure(containers: number): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-idle-'))
  const podsDir = join(directory, 'pods')
  writeTree(podsDir, containers)
  const sink = fork(join(import.meta.dirname, 'sink.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  const startedAt = performance.now()
  const agent = startAgent(podsDir, join(directory, 'state'), port)
  try {
    await untilCounted(agent, port, containers * LINES_EACH)
    const readSeconds = (performance.now() - startedAt) / 1000
    const readCpuSeconds = cpuSecondsOf(agent.pid!)
    await sleep(CALM_MS)
    const before = cpuSecondsOf(agent.pid!)
    await sleep(MEASURED_MS)
    const cpuPercent = ((cpuSecondsOf(agent.pid!) - before) / (MEASURED_MS / 1000)) * 100
    await untilCounted(agent, port, containers * LINES_EACH)
    const residentBytes = residentBytesOf(agent.pid!).now
    return { containers, readSeconds, readCpuSeconds, cpuPercent, residentBytes, ...descriptorsOf(agent.pid!) }
  } finally {
    await stopProcess(agent)
    sink.disconnect()
    rmSync(directory, { recursive: true, force: true })
  }
}

function writeTree(podsDir: string, containers: number): void {
  const texts = Array.from({ length: containers }, () => '')
  const lines = containers * LINES_EACH
  for (const line of corpusLines({ seed: 7, containers, lines, startMs: Date.UTC(2026, 10, 21) })) {
    texts[line.container] += criLine(line)
  }
  for (const [index, text] of texts.entries()) {
    const pod = containerPath(Math.floor(index / CONTAINERS_A_POD))
    const path = join(podsDir, pod.replace('/app/', `/app-${index % CONTAINERS_A_POD}/`))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

/** Waits until exactly so many records came. */
async function untilCounted(agent: ChildProcess, port: number, wanted: number): Promise<void> {
  const startedAt = performance.now()
  for (let records = 0; records !== wanted; ) {
    if (agent.exitCode !== null) throw new Error(`the agent ended with exit code ${agent.exitCode}`)
    if (performance.now() - startedAt > TIMEOUT_MS || records > wanted) {
      throw new Error(`${records} records came, not ${wanted}`)
    }
    await sleep(50)
    records = ((await (await fetch(`http://127.0.0.1:${port}/count`)).json()) as { records: number }).records
  }
}

/** Open descriptors of a process, and what it watches by inotify. */
function descriptorsOf(pid: number): Pick<Run, 'descriptors' | 'watches'> {
  const descriptors = readdirSync(`/proc/${pid}/fd`)
  let watches = 0
  for (const descriptor of descriptors) {
    try {
      const info = readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'latin1')
      watches += info.match(/^inotify /gm)?.length ?? 0
    } catch {
      // Closed in between.
    }
  }
  return { descriptors: descriptors.length, watches }
}

function resultOf(runs: readonly Run[]): BenchResult {
  const most = runs.at(-1)!
  const cpu = most.cpuPercent
  const resident = most.residentBytes / MIB
  return {
    name: 'idle',
    title: 'Agent: idle containers',
    command: 'npm run bench -- idle',
    method:
      `Each container, one of ${CONTAINERS_A_POD} of its pod, has a log of ${LINES_EACH} lines, all of which were read and acknowledged, and writes no more. ` +
      `CPU time is that of the whole process over ${MEASURED_MS / 1000} s, in per cent of one core. ` +
      `Watches are limited by fs.inotify.max_user_watches, here ${limitOfWatches()}, descriptors by \`ulimit -n\`.`,
    columns: ['containers', 'seconds to read all', 'CPU-seconds for it', 'CPU %', 'RSS MiB', 'descriptors', 'watches'],
    rows: runs.map((run) => [
      run.containers,
      run.readSeconds.toFixed(1),
      run.readCpuSeconds.toFixed(1),
      run.cpuPercent.toFixed(2),
      Math.round(run.residentBytes / MIB),
      run.descriptors,
      run.watches,
    ]),
    targets: [
      { what: `CPU, ${most.containers} containers`, goal: '< 2 %', measured: `${cpu.toFixed(2)} %`, isMet: cpu < 2 },
      {
        what: `RSS, ${most.containers} containers`,
        goal: '< 150 MiB',
        measured: `${Math.round(resident)} MiB`,
        isMet: resident < 150,
      },
    ],
  }
}

function limitOfWatches(): string {
  return readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8').trim()
}
