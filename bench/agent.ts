import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchOf } from '../cli/launch.ts'
import type { Content } from './corpus.ts'
import { installedPeers } from './peers/peers.ts'
import { type PodsTree, writePodsTree } from './pods-tree.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import { type BenchResult, median } from './report.ts'
import { stopProcess } from './service.ts'

const LINES = 4_000_000
const CONTAINERS = 10
const ROUNDS = 2
const MIB = 1024 ** 2
const TIMEOUT_MS = 300_000

interface Run {
  readonly tree: PodsTree
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakRss: number
  readonly idleRss: number
  readonly wireBytes: number
}

interface Contestant {
  readonly name: string
  readonly tree: PodsTree
  readonly start: (stateDir: string, port: number) => ChildProcess
}

/** The agent with settings other than the defaults, or with other lines: what a feature costs. */
interface Variant {
  readonly name: string
  readonly content: Content
  /** As `--set` takes them. */
  readonly settings: readonly string[]
}

const OWN = 'vedette agent'
/** What people begin with: four presets, and a number of their own. */
const REDACTION = [
  'logs.redact.presets=["api_key","bearer_token","credit_card","email"]',
  `logs.redact.patterns=[{"name":"customer","pattern":"customer[-_ ]?[0-9]{6}"}]`,
]
const VARIANTS: readonly Variant[] = [
  { name: OWN, content: 'mixed', settings: [] },
  { name: `${OWN}, gzip`, content: 'mixed', settings: ['ship.compression=gzip'] },
  { name: `${OWN}, lines of JSON`, content: 'json', settings: [] },
  { name: `${OWN}, redacting by 5 patterns`, content: 'mixed', settings: REDACTION },
]

/**
 * Everything the agent does (tail, decode, join, uid, OTLP, zstd, acknowledgements, checkpoints) into a sink that
 * counts, beside rsyslog and syslog-ng into the same sink and `wc -l` on the same files.
 */
export async function benchAgent(lines = LINES): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  try {
    const write = (content: Content, count: number) =>
      writePodsTree({ directory: join(directory, content, 'pods'), content, lines: count, containers: CONTAINERS })
    const trees = { mixed: write('mixed', lines), json: write('json', Math.ceil(lines / 2)) }
    const runs = new Map<string, Run[]>()
    // Once for the cache of compiled code, as installing does: after a change of the code it is cold, and 20 MiB larger.
    await measureIdle(directory)
    const idle = await measureIdle(directory)
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants(trees, directory)) {
        const stateDir = mkdtempSync(join(directory, 'state-'))
        const run = await measure(contestant, stateDir)
        runs.set(contestant.name, [...(runs.get(contestant.name) ?? []), run])
      }
      runs.set('wc -l', [...(runs.get('wc -l') ?? []), countLines(trees.mixed)])
    }
    return resultOf(runs, trees.mixed, idle)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function contestants(trees: Readonly<Record<Content, PodsTree>>, directory: string): Contestant[] {
  const own = VARIANTS.map(
    ({ name, content, settings }): Contestant => ({
      ...{ name, tree: trees[content] },
      start: (stateDir, port) => startAgent(trees[content].directory, stateDir, port, settings),
    }),
  )
  const tree = trees.mixed
  const podsDir = tree.directory
  const peers = installedPeers({ podsDir, stateDir: directory, port: 0 }).map(
    ({ name }): Contestant => ({
      ...{ name, tree },
      start: (stateDir, port) => {
        const { command, args, env } = installedPeers({ podsDir, stateDir, port }).find((peer) => peer.name === name)!
        return spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } })
      },
    }),
  )
  return [...own, ...peers]
}

/** Starts it as `vedette agent` does, with a collector on a port of this machine. */
export function startAgent(
  podsDir: string,
  stateDir: string,
  port: number,
  settings: readonly string[] = [],
): ChildProcess {
  const { args, env } = launchOf('agent', [
    ...[`--logs.pods-dir=${podsDir}`, `--storage.path=${stateDir}`, '--web.listen-address=127.0.0.1:0'],
    `--set=ship.endpoints=["http://127.0.0.1:${port}"]`,
    ...settings.map((setting) => `--set=${setting}`),
  ])
  return spawn(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env } })
}

async function measure({ name, start, tree }: Contestant, stateDir: string): Promise<Run> {
  const records = tree.lines
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
    return { tree, cpuSeconds, wallSeconds, peakRss: peak, idleRss: now, wireBytes: count.bytes }
  } finally {
    await stopProcess(child)
    sink.disconnect()
  }
}

/** Resident memory of an agent that has nothing to read. */
async function measureIdle(directory: string): Promise<number> {
  const podsDir = join(directory, 'no-pods')
  mkdirSync(podsDir, { recursive: true })
  const child = startAgent(podsDir, join(directory, 'idle-state'), 9)
  await sleep(5_000)
  const { now } = residentBytesOf(child.pid!)
  await stopProcess(child)
  return now
}

function countLines(tree: PodsTree): Run {
  const files = readdirSync(tree.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const script = 'TIMEFORMAT=\'%R %U %S\'; time wc -l "$@" >/dev/null'
  const output = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', ...files], { encoding: 'utf8' })
  const [wallSeconds, user, system] = output.trim().split(' ').map(Number) as [number, number, number]
  return { tree, cpuSeconds: Math.max(user + system, 0.01), wallSeconds, peakRss: 0, idleRss: 0, wireBytes: 0 }
}

function resultOf(runs: ReadonlyMap<string, readonly Run[]>, mixed: PodsTree, idleBytes: number): BenchResult {
  const middle = (name: string, pick: (run: Run) => number) => median(runs.get(name)!.map(pick))
  const speed = (name: string) => middle(name, ({ tree, cpuSeconds }) => tree.bytes / MIB / cpuSeconds)
  const rows = [...runs.keys()].map((name) => [
    name,
    Math.round(speed(name)),
    Math.round(middle(name, ({ tree, cpuSeconds }) => tree.lines / cpuSeconds) / 1000),
    middle(name, (run) => run.wallSeconds).toFixed(1),
    name === 'wc -l' ? '' : Math.round(middle(name, (run) => run.peakRss) / MIB),
    name === 'wc -l' ? '' : Math.round(middle(name, (run) => run.wireBytes) / MIB),
  ])
  const own = speed(OWN)
  const peers = [...runs.keys()].filter((name) => !name.startsWith(OWN) && name !== 'wc -l')
  const best = Math.max(0, ...peers.map(speed))
  const peak = middle(OWN, (run) => run.peakRss) / MIB
  const idle = idleBytes / MIB
  return {
    name: 'agent',
    title: 'Agent: from log files to acknowledged requests',
    command: 'npm run bench -- agent',
    method:
      `${mixed.lines} CRI lines of ${CONTAINERS} containers, ${Math.round(mixed.bytes / MIB)} MiB, in the page cache; a sink on the same machine takes ` +
      'every request at once and counts the records, which must be exactly as many. CPU time is that of the whole process ' +
      'from its start. The agent acknowledges, keeps checkpoints, makes record ids and compresses with zstd; the peers send ' +
      'bulk requests without any of it and join no partial lines. A quarter of the lines is JSON, but where all are.',
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
