import { parseArgs } from 'node:util'
import { benchAgent } from './agent.ts'
import { benchAlertmanager } from './alertmanager.ts'
import { benchAlertmanagerRestart } from './alertmanager-restart.ts'
import { benchAlertmanagerStart } from './alertmanager-start.ts'
import { benchExpose } from './expose.ts'
import { benchFairness } from './fairness.ts'
import { benchGather } from './gather.ts'
import { benchIdle } from './idle.ts'
import { benchRedact } from './redact.ts'
import { benchRemoteWrite } from './remote-write.ts'
import { type BenchResult, printTable, publish } from './report.ts'
import { benchSearch } from './search.ts'
import { collectorResult, storeResult } from './service-results.ts'
import { benchUp } from './up.ts'

/**
 * `npm run bench -- agent`: one of the benchmarks, or all of them. With `--lines=100000` the agent's has other inputs and
 * nothing is written: to see that it works.
 */
const BENCHMARKS: Readonly<Record<string, (lines?: number) => Promise<BenchResult>>> = {
  agent: benchAgent,
  alertmanager: async () => benchAlertmanager(),
  'alertmanager-restart': async () => benchAlertmanagerRestart(),
  'alertmanager-start': async () => benchAlertmanagerStart(),
  expose: benchExpose,
  fairness: benchFairness,
  gather: benchGather,
  idle: async () => benchIdle(),
  collector: collectorResult,
  redact: async () => benchRedact(),
  'remote-write': async () => benchRemoteWrite(),
  search: (lines) => benchSearch(lines === undefined ? {} : { lines }),
  store: storeResult,
  up: benchUp,
}

const { values, positionals: names } = parseArgs({ options: { lines: { type: 'string' } }, allowPositionals: true })
const lines = values.lines === undefined ? undefined : Number(values.lines)
const unknown = names.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}\n`)
  process.exit(2)
}
for (const name of names.length === 0 ? Object.keys(BENCHMARKS) : names) {
  const result = await BENCHMARKS[name]!(lines)
  if (lines === undefined) publish(result)
  process.stdout.write(`${printTable(result)}\n${JSON.stringify(result)}\n`)
}
