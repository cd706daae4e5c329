import { parseArgs } from 'node:util'
import { type Evaluation, evaluateQueries, unexplained } from './evaluation.ts'

// `npm run dashboards:evaluate -- --prometheus=URL`: which panels and rules find nothing in that Prometheus, which should
// have loaded the rules. Fails if there is no reason for one of them in expected-empty.ts.
const { values } = parseArgs({
  options: {
    prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
    /** Names those that are expected to find nothing, too. */
    verbose: { type: 'boolean', default: false },
  },
})
const prometheus = values.prometheus.replace(/\/+$/, '')
const evaluations = await evaluateQueries({ prometheus }).catch((error: Error) => {
  process.stderr.write(`cannot ask ${prometheus}: ${(error.cause as Error | undefined)?.message ?? error.message}\n`)
  process.exit(2)
})
const empty = evaluations.filter(({ series }) => series === 0)
const wrong = unexplained(evaluations)
if (values.verbose) for (const one of empty) if (one.reason !== undefined) print(one, one.reason)
for (const one of wrong) print(one, one.error ?? 'no reason is known')
process.stdout.write(
  `${evaluations.length} queries: ${evaluations.length - empty.length} find something, ` +
    `${empty.length - wrong.length} nothing for a reason, ${wrong.length} nothing without one or not at all\n`,
)
process.exitCode = wrong.length === 0 ? 0 : 1

function print({ where, expr, missing }: Evaluation, why: string): void {
  const without = missing.length === 0 ? '' : `\n  there is no ${missing.join(', ')}`
  process.stdout.write(`${where}\n  ${expr.trim().replace(/\s+/g, ' ')}${without}\n  ${why}\n`)
}
