import { execFileSync } from 'node:child_process'
import { Hook, measureDelays } from './alertmanager/delay.ts'
import { alertBodies, post, postAll } from './alertmanager/load.ts'
import { type Router, type StartRouter, startDebian, startVedette } from './alertmanager/routers.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import type { BenchResult } from './report.ts'

type Row = readonly [who: string, what: string, figure: number, unit: string]

const CONNECTIONS = 4
const SENT_AGAIN = 200_000
const SILENCES = 1_000
const READS = 30
/** Before those that count: code that runs for the first time is compiled. */
const FIRST_READS = 10

/** `npm run bench -- alertmanager`: the router beside Debian's Alertmanager, one after the other. */
export async function benchAlertmanager(): Promise<BenchResult> {
  const hook = new Hook()
  const url = await hook.start()
  const rows: Row[] = []
  try {
    for (const start of hasDebian() ? [startVedette, startDebian] : [startVedette]) {
      rows.push(...(await measure(start, url, hook)))
    }
  } finally {
    hook.stop()
  }
  return {
    name: 'alertmanager',
    title: 'Alerts: taken, kept, shown and told',
    command: 'npm run bench -- alertmanager',
    method:
      'Alerts of ten labels and three annotations, ten to a group, over four connections; each is sent again and again, ' +
      'with another end each time, as Prometheus does. CPU time is that of the router. Delays are from the sending of a ' +
      'new group to its notification, less group_wait (1 s), with 5 000 others sent again each second. The first ten GETs ' +
      'of each kind do not count.',
    columns: ['who', 'what', 'figure', 'unit'],
    rows: rows.map(([who, what, figure, unit]) => [who, what, figure.toFixed(1), unit]),
    targets: targetsOf(rows),
  }
}

async function measure(start: StartRouter, hookUrl: string, hook: Hook): Promise<Row[]> {
  const router = await start(hookUrl)
  const rows: Row[] = []
  const add = (what: string, figure: number, unit: string) => rows.push([router.who, what, figure, unit])
  try {
    add('resident, idle', residentMiB(router), 'MiB')
    for (const active of [10_000, 100_000]) {
      const fill = alertBodies({ total: active, batch: 1_000, endsAtMs: Date.now() + 3_600_000 })
      add(`first ${active}`, await cpuPerMillion(router, active, () => postAll(router.url, fill, CONNECTIONS)), CPU)
      for (const batch of [64, 1_000]) {
        const startedMs = performance.now()
        const cpu = await sendAgain(router, active, batch)
        const perSecond = (SENT_AGAIN / (performance.now() - startedMs)) * 1_000
        add(`again, ${active} active, batches of ${batch}`, cpu, CPU)
        add(`again, ${active} active, batches of ${batch}`, perSecond, 'alerts/s, the sender included')
      }
      add(`resident, ${active} active`, residentMiB(router), 'MiB')
      if (active === 10_000) await addReads(router, add)
    }
    const delays = await measureDelays(router, hook, 50_000)
    add('delay after group_wait, median', delays[Math.floor(delays.length / 2)]!, 'ms')
    add('delay after group_wait, p99', delays[Math.floor(delays.length * 0.99)]!, 'ms')
  } finally {
    await router.stop()
  }
  return rows
}

const CPU = 'CPU seconds a million'

/** Sends the active alerts again, each time with a later end; CPU seconds a million. */
async function sendAgain(router: Router, active: number, batch: number): Promise<number> {
  let cpu = 0
  for (let round = 0; round < SENT_AGAIN / active; round++) {
    const bodies = alertBodies({ total: active, batch, endsAtMs: Date.now() + 3_600_000 + round })
    const before = cpuSecondsOf(router.pid)
    await postAll(router.url, bodies, CONNECTIONS)
    cpu += cpuSecondsOf(router.pid) - before
  }
  return (cpu / SENT_AGAIN) * 1e6
}

async function addReads(router: Router, add: (what: string, figure: number, unit: string) => void): Promise<void> {
  const read = async (path: string) => {
    const get = async () => (await fetch(`${router.url}/api/v2${path}`)).arrayBuffer()
    for (let round = 0; round < FIRST_READS; round++) await get()
    const before = cpuSecondsOf(router.pid)
    for (let round = 0; round < READS; round++) await get()
    return ((cpuSecondsOf(router.pid) - before) * 1_000) / READS
  }
  for (const silences of [0, SILENCES]) {
    for (let n = 0; n < silences; n++) await post(router.url, '/silences', silence(n))
    const beside = silences === 0 ? '' : `, ${silences} silences`
    for (const path of ['/alerts', '/alerts/groups'])
      add(`GET ${path}, 10000 active${beside}`, await read(path), 'CPU ms')
  }
}

function silence(n: number): Buffer {
  const [startsAt, endsAt] = [new Date().toISOString(), new Date(Date.now() + 3_600_000).toISOString()]
  const matchers = [
    { name: 'alertname', value: `Silenced${n}`, isRegex: n % 10 === 0, isEqual: true },
    { name: 'namespace', value: `team-${n % 50}`, isRegex: false, isEqual: true },
  ]
  return Buffer.from(JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'bench', comment: 'bench' }))
}

async function cpuPerMillion({ pid }: Router, alerts: number, run: () => Promise<void>): Promise<number> {
  const before = cpuSecondsOf(pid)
  await run()
  return ((cpuSecondsOf(pid) - before) / alerts) * 1e6
}

function residentMiB({ pid }: Router): number {
  return residentBytesOf(pid).now / 2 ** 20
}

function targetsOf(rows: readonly Row[]) {
  const most = (what: RegExp, unit: string) => {
    const figures = rows.filter(([who, name, , of]) => who === 'vedette' && what.test(name) && of === unit)
    return Math.max(...figures.map(([, , figure]) => figure))
  }
  const target = (what: string, limit: number, figure: number) => {
    return { what, goal: `<= ${limit}`, measured: figure.toFixed(1), isMet: figure <= limit }
  }
  return [
    target('CPU seconds a million alerts sent again', 12, most(/^again/, CPU)),
    target('MiB resident, 100 000 active', 300, most(/^resident, 100000/, 'MiB')),
    target('CPU milliseconds of a GET of 10 000 alerts', 40, most(/^GET \/alerts, 10000 active$/, 'CPU ms')),
    target('delay after group_wait, p99, milliseconds', 10, most(/p99/, 'ms')),
  ]
}

function hasDebian(): boolean {
  try {
    execFileSync('prometheus-alertmanager', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
