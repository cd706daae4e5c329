import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, OURS, spawnExecutable } from './alertmanager/executable.ts'
import { alertBodies, postAll } from './alertmanager/load.ts'
import { cpuSecondsOf } from './process-usage.ts'
import type { BenchResult } from './report.ts'
import { startService, stopProcess } from './service.ts'

const ACTIVE = 100_000
const ROUNDS = 5
/** Ends are saved every ten seconds. */
const WATCHED_MS = 25_000
const CONFIG = `
route: {receiver: a, group_by: [alertname], group_wait: 1s, group_interval: 5s}
receivers: [{name: a}]
`

interface Restart {
  readonly answeredMs: number
  readonly readyMs: number
  readonly cpuMs: number
}

/** A router with 100 000 alerts: what blocks its event loop, and how long it takes to be back after kill -9. */
export async function benchAlertmanagerRestart(): Promise<BenchResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-restart-'))
  const file = join(directory, 'alertmanager.yml')
  writeFileSync(file, CONFIG)
  const flags = [`--config.file=${file}`, `--storage.path=${join(directory, 'data')}`, '--log.level=info']
  try {
    const blocks = await fillAndWatch(flags)
    const restarts: Restart[] = []
    for (let round = 0; round < ROUNDS; round++) restarts.push(await restart(flags))
    return resultOf(blocks, restarts)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Blocks {
  readonly filling: number
  readonly working: number
}

/** Fills a router, and lets it take, show, collect and save for a while. Killed with -9 in the end. */
async function fillAndWatch(flags: readonly string[]): Promise<Blocks> {
  const watch = ['--import', join(import.meta.dirname, 'loop-watch.ts')]
  const own = ['--web.listen-address=127.0.0.1:0', '--cluster.listen-address=', '--alerts.gc-interval=3s']
  const { process: child, addresses } = await startService('alertmanager', [...flags, ...own], watch)
  const url = addresses.web!
  try {
    await longestBlock(child)
    const bodies = () => alertBodies({ total: ACTIVE, batch: 500, endsAtMs: Date.now() + 3_600_000 })
    await postAll(url, bodies(), 4)
    await (await fetch(`${url}/api/v2/status`)).text()
    const filling = await longestBlock(child)
    const untilMs = performance.now() + WATCHED_MS
    const again = async (act: () => Promise<unknown>) => {
      while (performance.now() < untilMs) await act()
    }
    const read = (path: string) => async () => {
      await (await fetch(`${url}${path}`)).arrayBuffer()
      await sleep(500)
    }
    await Promise.all([
      ...[0, 1].map((half) => {
        let next = half
        const mine = bodies()
        return again(async () => {
          await postAll(url, [mine[next % mine.length]!], 1)
          next += 2
        })
      }),
      ...['/api/v2/alerts', '/api/v2/alerts/groups', '/metrics'].map((path) => again(read(path))),
    ])
    return { filling, working: await longestBlock(child) }
  } finally {
    child.kill('SIGKILL')
    await stopProcess(child)
  }
}

/** Since the last time that it was asked, in milliseconds. */
async function longestBlock(child: ChildProcess): Promise<number> {
  const told = once(child, 'message') as Promise<[{ longestMs: number }]>
  child.kill('SIGUSR2')
  const [{ longestMs }] = await told
  return longestMs
}

async function restart(flags: readonly string[]): Promise<Restart> {
  const startedAt = performance.now()
  const child = spawnExecutable(OURS, flags)
  const exited = once(child, 'exit')
  try {
    const address = await addressOf(child)
    await (await fetch(`http://${address}/api/v2/status`)).text()
    const answeredMs = performance.now() - startedAt
    while (!(await fetch(`http://${address}/-/ready`)).ok) await sleep(5)
    const readyMs = performance.now() - startedAt
    const cpuMs = cpuSecondsOf(child.pid!) * 1_000
    const alerts = (await (await fetch(`http://${address}/api/v2/alerts`)).json()) as unknown[]
    if (alerts.length !== ACTIVE) throw new Error(`${alerts.length} alerts are there after the restart`)
    return { answeredMs, readyMs, cpuMs }
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

function resultOf(blocks: Blocks, restarts: readonly Restart[]): BenchResult {
  const median = (key: keyof Restart) =>
    restarts.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(restarts.length / 2)]!
  const rows: [string, number][] = [
    ['first answer of /status after kill -9', median('answeredMs')],
    ['ready after kill -9', median('readyMs')],
    ['CPU until then', median('cpuMs')],
    ['longest block of the event loop while they first come, 500 at once', blocks.filling],
    ['longest block while they are sent again, shown, collected and saved', blocks.working],
  ]
  const target = (what: string, measuredMs: number, mostMs: number) => ({
    ...{ what, goal: `${mostMs} ms`, measured: `${Math.round(measuredMs)} ms`, isMet: measuredMs <= mostMs },
  })
  return {
    name: 'alertmanager-restart',
    title: 'The alert router with 100 000 alerts: restart, and turns of the event loop',
    command: 'npm run bench -- alertmanager-restart',
    method: `${ACTIVE} active alerts, ten to a group. The router is killed with -9 and started anew, the compile cache warm; medians of ${ROUNDS}. Before, for ${WATCHED_MS / 1_000} s, all of them are sent again and again over two connections, three readers ask for alerts, groups and metrics twice a second, resolved ones are collected every 3 s and ends are saved every 10 s.`,
    columns: ['what', 'ms'],
    rows: rows.map(([what, ms]) => [what, Math.round(ms)]),
    targets: [
      target('ready after kill -9 with 100 000 alerts', median('readyMs'), 2_000),
      target('longest block of the event loop with 100 000 alerts', blocks.working, 50),
    ],
  }
}
