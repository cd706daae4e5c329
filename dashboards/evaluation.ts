import { EXPECTED_EMPTY, type ExpectedEmpty } from './expected-empty.ts'
import { selectorsOf } from './promql.ts'
import { allQueries, type NamedQuery } from './queries.ts'

/** What became of a query. */
export interface Evaluation extends NamedQuery {
  /** How many series it found. */
  readonly series: number
  /** What Prometheus has against it. */
  readonly error?: string
  /** If it found nothing: those of its metrics of which there is no series at all. */
  readonly missing: readonly string[]
  /** If it found nothing: why that is to be expected; nothing, if it is not. */
  readonly reason?: string
}

export interface EvaluationOptions {
  /** Address of Prometheus, or of what answers as it does. */
  readonly prometheus: string
  readonly queries?: readonly NamedQuery[]
  readonly expected?: readonly ExpectedEmpty[]
}

/** Asks a Prometheus everything that dashboards and rules ask, as instant queries. */
export async function evaluateQueries({
  prometheus,
  queries = allQueries(),
  expected = EXPECTED_EMPTY,
}: EvaluationOptions): Promise<Evaluation[]> {
  const known = new Map<string, number>()
  const isMissing = async (metric: string) => {
    if (!known.has(metric)) known.set(metric, (await ask(prometheus, metric)).series)
    return known.get(metric) === 0
  }
  const evaluations: Evaluation[] = []
  for (const query of queries) {
    const answer = await ask(prometheus, query.expr)
    const missing: string[] = []
    if (answer.series === 0 && answer.error === undefined) {
      const metrics = new Set(selectorsOf(query.expr).map(({ metric }) => metric))
      for (const metric of metrics) if (await isMissing(metric)) missing.push(metric)
    }
    const reason = answer.series === 0 && answer.error === undefined ? reasonOf(query, missing, expected) : undefined
    evaluations.push({ ...query, ...answer, missing, ...(reason === undefined ? {} : { reason }) })
  }
  return evaluations
}

/** Those that found nothing without a reason, or that Prometheus refused. */
export function unexplained(evaluations: readonly Evaluation[]): Evaluation[] {
  return evaluations.filter(
    ({ series, error, reason }) => error !== undefined || (series === 0 && reason === undefined),
  )
}

/** A reason for each metric that is missing; for the query itself, if none is. */
function reasonOf(
  { where }: NamedQuery,
  missing: readonly string[],
  expected: readonly ExpectedEmpty[],
): string | undefined {
  if (missing.length === 0) return expected.find((one) => 'where' in one && one.where.test(where))?.reason
  const reasons = missing.map((name) => expected.find((one) => 'metric' in one && one.metric.test(name))?.reason)
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join(' ')
}

interface Answer {
  readonly series: number
  readonly error?: string
}

interface Body {
  readonly status: string
  readonly error?: string
  readonly data?: { readonly resultType: string; readonly result: readonly unknown[] }
}

async function ask(prometheus: string, expr: string): Promise<Answer> {
  const response = await fetch(`${prometheus}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr }),
    signal: AbortSignal.timeout(30_000),
  })
  const body = (await response.json()) as Body
  if (body.status !== 'success') return { series: 0, error: body.error ?? `HTTP ${response.status}` }
  const { resultType, result } = body.data!
  return { series: resultType === 'scalar' ? 1 : result.length }
}
