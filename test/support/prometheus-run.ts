import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AgentProcess } from './agent-process.ts'
import { CollectorProcess } from './collector-process.ts'
import { PEERS } from './peer-program.ts'
import { PrometheusServer } from './prometheus-server.ts'
import { temporaryDirectory } from './temporary.ts'
import { until } from './until.ts'

export interface PrometheusRunOptions {
  /** For how long everything is scraped before an agent is killed. */
  readonly scrapeForMs: number
}

export interface PrometheusRun {
  /** Series that Prometheus has of each agent's node. */
  readonly series: Readonly<Record<string, number>>
  /** Scrapes that failed, by what Prometheus says of them. */
  readonly scrapeErrors: readonly string[]
  /** Samples that Prometheus took and did not like, by its own counter. */
  readonly strangeSamples: Readonly<Record<string, number>>
  /** What promtool has to say of the pages, line by line. */
  readonly lint: readonly string[]
  /** From an agent's death until its series had gone from the collector's page. */
  readonly goneAfterMs: number
  /** Series of the dead agent that Prometheus still showed a scrape later. */
  readonly ghosts: number
  /** Samples that a second Prometheus got of us by remote write, and whether the series of the dead ended there too. */
  readonly written: number
  readonly writtenGhosts: number
  /** Series that we got of the first Prometheus by remote write. */
  readonly received: number
}

const INTERVAL_MS = 1_000
const STRANGE = [
  'prometheus_target_scrapes_exceeded_sample_limit_total',
  'prometheus_target_scrapes_sample_duplicate_timestamp_total',
  'prometheus_target_scrapes_sample_out_of_bounds_total',
  'prometheus_target_scrapes_sample_out_of_order_total',
  'prometheus_target_scrape_pool_exceeded_label_limits_total',
  'prometheus_remote_storage_samples_failed_total',
]

/** Names of node_exporter and cAdvisor, at which promtool takes the same offence where they are theirs; and Prometheus says nothing of its own. */
const NAMED_BY_OTHERS =
  /^(?:node|container|cadvisor|machine)_\w+ (?:(?:metric|label) names should be written in 'snake_case'|use base unit|counter metrics should have|no help text|metric names should not contain abbreviated units|non-counter metrics should not have)|^scrape_\w+ no help text$/

/** Two agents, a collector, and Debian's Prometheus, which scrapes all there is and is written to and from. */
export async function runWithPrometheus(
  t: Pick<TestContext, 'after'>,
  { scrapeForMs }: PrometheusRunOptions,
): Promise<PrometheusRun> {
  const directory = temporaryDirectory(t)
  const inDirectory = (name: string) => {
    const path = join(directory, name)
    mkdirSync(path)
    return path
  }
  const remote = await PrometheusServer.start(t, inDirectory('remote'), {}, ['--web.enable-remote-write-receiver'])
  const collector = await CollectorProcess.start(t, {
    directory: inDirectory('collector'),
    elasticsearchUrl: 'http://127.0.0.1:1',
    settings: [
      'metrics.min_staleness=2s',
      `remote_write=${JSON.stringify([{ name: 'remote', url: `${remote.url}/api/v1/write` }])}`,
    ],
  })
  const base = new URL(collector.url).origin
  const agents = new Map<string, AgentProcess>()
  for (const node of ['node-a', 'node-b']) {
    const settings = ['gather.enabled=true', `gather.interval=${INTERVAL_MS}ms`, `node_name=${node}`]
    const agent = new AgentProcess({
      ...{ podsDir: inDirectory(`${node}-pods`), stateDir: inDirectory(node), collector: base, nodeFlags: [] },
      settings: [...settings, `gather.node_address=${node}`],
    })
    t.after(() => agent.end())
    await agent.start()
    agents.set(node, agent)
  }
  const page = (path: string) => fetch(`${collector.webUrl}${path}`).then((response) => response.text())
  await until('both nodes are on the page', async () => {
    const text = await page('/metrics/nodes')
    return [...agents.keys()].every((node) => text.includes(`node="${node}"`))
  })

  const target = new URL(collector.webUrl).host
  const job = (name: string, path: string, more: object = {}) => ({
    ...{ job_name: name, metrics_path: path, static_configs: [{ targets: [target] }] },
    ...more,
  })
  const prometheus = await PrometheusServer.start(t, inDirectory('prometheus'), {
    // A second would be enough, but for machines with other work to do.
    global: { scrape_interval: '2s', scrape_timeout: '2s', external_labels: { prometheus: 'first' } },
    scrape_configs: [
      job('collector', '/metrics'),
      job('nodes', '/metrics/nodes', {
        honor_labels: true,
        // What it wrote to us must not come back to it.
        metric_relabel_configs: [{ source_labels: ['prometheus'], regex: 'first', action: 'drop' }],
      }),
      // The same series once more: under labels of this job, or each would be there twice.
      job('federate', '/federate', { params: { 'match[]': ['{__name__=~".+"}'] } }),
      {
        job_name: 'shards',
        honor_labels: false,
        http_sd_configs: [{ url: `${collector.webUrl}/api/v1/sd/shards`, refresh_interval: '1s' }],
      },
    ],
    remote_write: [
      {
        url: `${collector.webUrl}/api/v1/write`,
        // Nor must what came from us come back to us: its own series of targets only.
        write_relabel_configs: [
          {
            source_labels: ['__name__', 'job', 'exported_job'],
            regex: '(?:up|scrape_.*);(?:collector|nodes|federate|shards);',
            action: 'keep',
          },
        ],
        queue_config: { batch_send_deadline: '500ms' },
      },
    ],
  })
  await sleep(scrapeForMs)

  const scrapeErrors = (await prometheus.targets())
    .filter(({ health, lastError }) => health !== 'up' || lastError !== '')
    .map(({ scrapePool, health, lastError }) => `${scrapePool}: ${health} ${lastError}`)
  for (const { metric } of await prometheus.query(
    'min_over_time(up{job=~"collector|nodes|federate|shards",exported_job=""}[1h]) < 1',
  )) {
    scrapeErrors.push(`${metric.job} ${metric.instance}: was down`)
  }
  const own = await (await fetch(`${prometheus.url}/metrics`)).text()
  const strangeSamples = Object.fromEntries(
    STRANGE.map((name) => [name, valuesOf(own, name)] as const).filter(([, value]) => value !== 0),
  )
  const series = Object.fromEntries(
    await Promise.all(
      [...agents.keys()].map(
        async (node) => [node, (await prometheus.query(`count({node="${node}"})`))[0]?.value ?? 0] as const,
      ),
    ),
  )
  const received = (await page('/metrics/nodes')).match(/^scrape_duration_seconds\{.*job="federate"/gm)?.length ?? 0
  const written = (await remote.query('count({node="node-b"})'))[0]?.value ?? 0
  const lint = (await Promise.all(['/metrics', '/metrics/nodes'].map(page)))
    .flatMap(lintOf)
    .filter((line) => !NAMED_BY_OTHERS.test(line))

  await agents.get('node-b')!.kill()
  const killedAtMs = performance.now()
  await until('the series of the dead are gone', async () => !(await page('/metrics/nodes')).includes('node="node-b"'))
  const goneAfterMs = Math.round(performance.now() - killedAtMs)
  await sleep(6 * INTERVAL_MS)
  const ghostsIn = async (server: PrometheusServer) => (await server.query('count({node="node-b"})'))[0]?.value ?? 0
  return {
    ...{ series, scrapeErrors, strangeSamples, lint, goneAfterMs, written, received },
    ghosts: await ghostsIn(prometheus),
    writtenGhosts: await ghostsIn(remote),
  }
}

/** What is wrong with a run, in words; empty if it is as it should be. */
export function faultsOf(run: PrometheusRun): string[] {
  const { scrapeErrors, strangeSamples, lint, series, written, received, ghosts, writtenGhosts } = run
  const few = Object.entries(series).filter(([, count]) => count < 100)
  return [
    ...scrapeErrors,
    ...Object.entries(strangeSamples).map(([name, count]) => `${name} is ${count}`),
    ...lint,
    ...few.map(([node, count]) => `Prometheus has ${count} series of ${node}`),
    ...(written < 100 ? [`${written} series were written`] : []),
    ...(received === 0 ? ['nothing was received'] : []),
    ...(ghosts + writtenGhosts > 0 ? [`${ghosts} and ${writtenGhosts} series of the dead agent are still there`] : []),
  ]
}

/** What `promtool check metrics` says. */
function lintOf(page: string): string[] {
  try {
    execFileSync(PEERS.promtool, ['check', 'metrics'], { input: page, stdio: 'pipe', maxBuffer: 2 ** 26 })
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    return `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => line !== '')
  }
}

/** The sum of a metric's series. */
function valuesOf(page: string, name: string): number {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
