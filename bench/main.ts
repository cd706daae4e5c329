import { benchAgent } from './agent.ts'
import { benchFairness } from './fairness.ts'
import { type BenchResult, printTable, publish } from './report.ts'
import { collectorResult, storeResult } from './service-results.ts'
import { benchUp } from './up.ts'

/** `npm run bench -- agent`: one of the benchmarks, or all of them. */
const BENCHMARKS: Readonly<Record<string, () => Promise<BenchResult>>> = {
  agent: benchAgent,
  fairness: benchFairness,
  collector: collectorResult,
  store: storeResult,
  up: benchUp,
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}\n`)
  process.exit(2)
}
for (const name of names.length === 0 ? Object.keys(BENCHMARKS) : names) {
  const result = await BENCHMARKS[name]!()
  publish(result)
  process.stdout.write(`${printTable(result)}\n${JSON.stringify(result)}\n`)
}
