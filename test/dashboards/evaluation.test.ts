import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { evaluateQueries, unexplained } from '../../dashboards/evaluation.ts'
import { EXPECTED_EMPTY } from '../../dashboards/expected-empty.ts'
import { allQueries } from '../../dashboards/queries.ts'
import { PEERS, skipWithout } from '../support/peer-program.ts'
import { PrometheusServer } from '../support/prometheus-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const skip = skipWithout(PEERS.prometheus)

const PAGE = `node_load1 0.5
kubelet_running_pods 3
node_boot_time_seconds 1000
`

test('a real Prometheus takes every query, and what is missing is told from what is not', { skip }, async (t) => {
  const page = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(PAGE)
  })
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
  t.after(() => page.close())
  const prometheus = await PrometheusServer.start(t, temporaryDirectory(t), {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(import.meta.dirname, '../../dashboards/generated/rules/*.yaml')],
    scrape_configs: [
      {
        job_name: 'node-exporter',
        static_configs: [{ targets: [`127.0.0.1:${(page.address() as AddressInfo).port}`] }],
      },
    ],
  })
  await until('the page was scraped', async () => (await prometheus.query('node_load1')).length === 1)

  const all = await evaluateQueries({ prometheus: prometheus.url })
  assert.equal(all.length, allQueries().length)
  assert.deepEqual(
    all.filter(({ error }) => error !== undefined),
    [],
  )
  const load = all.find(({ where, expr }) => where.endsWith('Node: Load') && expr.startsWith('node_load1'))!
  assert.deepEqual([load.series, load.missing, load.reason], [1, [], undefined])
  const memory = all.find(({ where }) => where.endsWith('Node: Memory utilisation'))!
  assert.deepEqual(memory.missing, ['node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes'])
  assert.ok(unexplained(all).includes(memory))
  const limits = all.find(({ where }) => where.startsWith('rule cluster:namespace:pod_cpu'))!
  assert.equal(limits.series, 0)
  assert.ok(limits.reason !== undefined && !unexplained(all).includes(limits))

  const command = await run(`--prometheus=${prometheus.url}/`)
  assert.equal(command.code, 1)
  assert.match(command.output, /^Vedette \/ Kubernetes \/ Node: Memory utilisation\n/m)
  assert.match(
    command.output,
    new RegExp(`^${all.length} queries: \\d+ find something, \\d+ nothing for a reason`, 'm'),
  )

  const [filtered, mixed, wrong, named] = await evaluateQueries({
    prometheus: prometheus.url,
    queries: [
      { where: 'filtered', expr: 'node_load1 > 100' },
      { where: 'mixed', expr: 'kube_pod_info * on () group_left () no_such_metric' },
      { where: 'wrong', expr: 'sum(node_load1, 2)' },
      { where: 'named', expr: 'node_load1 > 100' },
    ],
    expected: [...EXPECTED_EMPTY, { where: /^named$/, reason: 'Nobody is that busy.' }],
  })
  assert.deepEqual([filtered!.series, filtered!.missing, filtered!.reason], [0, [], undefined])
  assert.deepEqual([mixed!.missing, mixed!.reason], [['kube_pod_info', 'no_such_metric'], undefined])
  assert.match(wrong!.error!, /parse error/)
  assert.equal(named!.reason, 'Nobody is that busy.')
  assert.deepEqual(
    unexplained([filtered!, mixed!, wrong!, named!]).map(({ where }) => where),
    ['filtered', 'mixed', 'wrong'],
  )
})

test('a Prometheus that is not there is said to be so', async () => {
  const { code, output } = await run('--prometheus=http://127.0.0.1:1')
  assert.equal(code, 2)
  assert.match(output, /^cannot ask http:\/\/127\.0\.0\.1:1: /)
})

/** `npm run dashboards:evaluate`, with what it printed. */
async function run(flag: string): Promise<{ code: number | null; output: string }> {
  const path = join(import.meta.dirname, '../../dashboards/evaluate.ts')
  const child = spawn(process.execPath, [path, flag], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

test('what may be empty has a reason that somebody can understand', () => {
  for (const { reason } of EXPECTED_EMPTY) assert.match(reason, /^[A-Z].{20,}\.$/)
})
