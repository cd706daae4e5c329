import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchOf } from '../cli/launch.ts'
import { containerPath, corpusLines, criLine } from './corpus.ts'
import { installedPeers } from './peers/peers.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import { type BenchResult, median } from './report.ts'
import { stopProcess } from './service.ts'

const LINES = 4_000_000
const CONTAINERS = 10
const ROUNDS = 3
const MIB = 1024 ** 2
const TIMEOUT_MS = 300_000

interface Run {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakRss: number
  readonly idleRss: number
  readonly wireBytes: number
}

interface Contestant {
  readonly name: string
  readonly start: (stateDir: string, port: number) => ChildProcess
  readonly records: number
}

/**
 * Everything the agent does (tail, decode, join, uid, OTLP, zstd, acknowledgements, checkpoints) into a sink that
 * counts, beside rsyslog and syslog-ng into the same sink and `wc -l` on the same files.
 */
export async function benchAgent(): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  try {
    const podsDir = join(directory, 'pods')
    const inputMib = writeTree(podsDir) / MIB
    const runs = new Map<string, Run[]>()
    // Once for the cache of compiled code, as installing does: after a change of the code it is cold, and 20 MiB larger.
    await measureIdle(directory)
    const idle = await measureIdle(directory)
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants(podsDir, directory)) {
        const stateDir = mkdtempSync(join(directory, 'state-'))
        const run = await measure(contestant, stateDir)
        runs.set(contestant.name, [...(runs.get(contestant.name) ?? []), run])
      }
      runs.set('wc -l', [...(runs.get('wc -l') ?? []), countLines(podsDir)])
    }
    return resultOf(runs, inputMib, idle)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Bytes of the tree. */
function writeTree(podsDir: string): number {
  const paths = Array.from({ length: CONTAINERS }, (_, index) => join(podsDir, containerPath(index)))
  const files = paths.map((path) => {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'w')
  })
  const pending = paths.map(() => '')
  const flush = (container: number) => {
    writeSync(files[container]!, pending[container]!)
    pending[container] = ''
  }
  for (const line of corpusLines({ seed: 7, containers: CONTAINERS, lines: LINES, startMs: Date.UTC(2026, 10, 21) })) {
    pending[line.container] += criLine(line)
    if (pending[line.container]!.length > 256 * 1024) flush(line.container)
  }
  for (const [container, file] of files.entries()) {
    flush(container)
    closeSync(file)
  }
  return paths.reduce((sum, path) => sum + statSync(path).size, 0)
}

function contestants(podsDir: string, directory: string): Contestant[] {
  const vedette: Contestant = {
    name: 'vedette agent',
    records: LINES,
    start: (stateDir, port) => startAgent(podsDir, stateDir, port),
  }
  const peers = installedPeers({ podsDir, stateDir: directory, port: 0 }).map(({ name }) => ({
    name,
    records: LINES,
    start: (stateDir: string, port: number) => {
      const { command, args, env } = installedPeers({ podsDir, stateDir, port }).find((peer) => peer.name === name)!
      return spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } })
    },
  }))
  return [vedette, ...peers]
}

function startAgent(podsDir: string, stateDir: string, port: number): ChildProcess {
  const { args, env } = launchOf('agent', [
    ...[`--logs.pods-dir=${podsDir}`, `--storage.path=${stateDir}`, '--web.listen-address=127.0.0.1:0'],
    `--set=ship.endpoints=["http://127.0.0.1:${port}"]`,
  ])
  return spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } })
}

async function measure({ name, start, records }: Contestant, stateDir: string): Promise<Run> {
  const sink = fork(join(import.meta.dirname, 'sink.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
  const startedAt = performance.now()
  const child = start(stateDir, port)
  try {
    let count = { records: 0, bytes: 0 }
    while (count.records < records) {
      await sleep(50)
      if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`)
      if (performance.now() - startedAt > TIMEOUT_MS) throw new Error(`${name}: only ${count.records} records came`)
      count = (await (await fetch(`http://127.0.0.1:${port}/count`)).json()) as typeof count
    }
    const wallSeconds = (performance.now() - startedAt) / 1000
    // What comes after the last record (acknowledgement, checkpoint) belongs to it.
    await sleep(1_000)
    const cpuSeconds = cpuSecondsOf(child.pid!)
    count = (await (await fetch(`http://127.0.0.1:${port}/count`)).json()) as typeof count
    if (count.records !== records) throw new Error(`${name}: ${count.records} records came, not ${records}`)
    const { now, peak } = residentBytesOf(child.pid!)
    return { cpuSeconds, wallSeconds, peakRss: peak, idleRss: now, wireBytes: count.bytes }
  } finally {
    await stopProcess(child)
    sink.disconnect()
  }
}

/** Resident memory of an agent that has nothing to read. */
async function measureIdle(directory: string): Promise<number> {
  const podsDir = join(directory, 'no-pods')
  mkdirSync(podsDir)
  const child = startAgent(podsDir, join(directory, 'idle-state'), 9)
  await sleep(5_000)
  const { now } = residentBytesOf(child.pid!)
  await stopProcess(child)
  return now
}

function countLines(podsDir: string): Run {
  const files = readdirSync(podsDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const script = 'TIMEFORMAT=\'%R %U %S\'; time wc -l "$@" >/dev/null'
  const output = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', ...files], { encoding: 'utf8' })
  const [wallSeconds, user, system] = output.trim().split(' ').map(Number) as [number, number, number]
  return { cpuSeconds: Math.max(user + system, 0.01), wallSeconds, peakRss: 0, idleRss: 0, wireBytes: 0 }
}

function resultOf(runs: ReadonlyMap<string, readonly Run[]>, inputMib: number, idleBytes: number): BenchResult {
  const middle = (name: string, pick: (run: Run) => number) => median(runs.get(name)!.map(pick))
  const speed = (name: string) => inputMib / middle(name, (run) => run.cpuSeconds)
  const rows = [...runs.keys()].map((name) => [
    name,
    Math.round(speed(name)),
    Math.round(LINES / middle(name, (run) => run.cpuSeconds) / 1000),
    middle(name, (run) => run.wallSeconds).toFixed(1),
    name === 'wc -l' ? '' : Math.round(middle(name, (run) => run.peakRss) / MIB),
    name === 'wc -l' ? '' : Math.round(middle(name, (run) => run.wireBytes) / MIB),
  ])
  const own = speed('vedette agent')
  const peers = [...runs.keys()].filter((name) => name !== 'vedette agent' && name !== 'wc -l')
  const best = Math.max(0, ...peers.map(speed))
  const peak = middle('vedette agent', (run) => run.peakRss) / MIB
  const idle = idleBytes / MIB
  return {
    name: 'agent',
    title: 'Agent: from log files to acknowledged requests',
    command: 'npm run bench -- agent',
    method:
      `${LINES} CRI lines of ${CONTAINERS} containers, ${Math.round(inputMib)} MiB, in the page cache; a sink on the same machine takes ` +
      'every request at once and counts the records, which must be exactly as many. CPU time is that of the whole process ' +
      'from its start. The agent acknowledges, keeps checkpoints, makes record ids and compresses with zstd; the peers send ' +
      'bulk requests without any of it and join no partial lines.',
    columns: [
      'program',
      'MiB per CPU-second',
      'thousand lines per CPU-second',
      'wall seconds',
      'peak RSS MiB',
      'MiB sent',
    ],
    rows,
    targets: [
      { what: 'input per CPU-second', goal: '>= 150 MiB', measured: `${Math.round(own)} MiB`, isMet: own >= 150 },
      peers.length === 0
        ? { what: 'times the better peer', goal: '>= 4', measured: 'no peer unpacked', isMet: false }
        : { what: 'times the better peer', goal: '>= 4', measured: (own / best).toFixed(1), isMet: own >= 4 * best },
      { what: 'RSS at full speed', goal: '<= 130 MiB', measured: `${Math.round(peak)} MiB`, isMet: peak <= 130 },
      { what: 'RSS idle', goal: '<= 85 MiB', measured: `${Math.round(idle)} MiB`, isMet: idle <= 85 },
    ],
  }
}
