import { setImmediate as nextTurn } from 'node:timers/promises'
import { quoteGo } from '#lib/go-quote.ts'
import { LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { isLabelName } from '../config/label-names.ts'
import { type ExplainDeps, explainAlert } from '../explain/explain.ts'
import { labelsOf } from '../journal/alert-digest.ts'
import { searchHistory } from '../journal/search.ts'
import type { Json } from '../json.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Endpoint } from './api.ts'
import { BodyReader, type Decoded, decodeBody } from './body.ts'
import { explanationJson } from './explanation-json.ts'
import { FINGERPRINT, readCount } from './notification-query.ts'
import { type Query, readMatchers, valuesOf } from './query.ts'
import { type ApiResponse, json, refuse } from './response.ts'

const DEFAULT_COUNT = 10
const MAX_COUNT = 100

/**
 * `/explain`: why alerts were told, or not. GET for alerts that are known, or of which the history knows; POST with
 * `{"labels": …}` for any, also for those that there are not.
 */
export function explainEndpoint(deps: ExplainDeps): Endpoint {
  return {
    path: '/explain',
    methods: {
      GET: ({ query }) => explainKnown(query, deps),
      async POST({ body }) {
        const decoded = decodeLabels(body)
        if (!decoded.ok) return decoded.response
        const problem = problemOf(decoded.value, deps.pipeline)
        return problem === undefined
          ? json(explanationJson(await explainAlert(decoded.value, deps)))
          : refuse(400, problem)
      },
    },
  }
}

async function explainKnown(query: Query, deps: ExplainDeps): Promise<ApiResponse> {
  const { pipeline } = deps
  const matchers = readMatchers(query, 'filter', pipeline.config)
  if (!matchers.ok) return refuse(400, matchers.problem)
  const fingerprint = valuesOf(query, 'fingerprint').at(-1)
  const limit = valuesOf(query, 'limit').at(-1)
  const count = readCount(limit, DEFAULT_COUNT, MAX_COUNT)
  if (count === undefined)
    return refuse(400, `bad limit ${JSON.stringify(limit)}: write a number from 1 to ${MAX_COUNT}`)
  if (fingerprint !== undefined) {
    if (!FINGERPRINT.test(fingerprint))
      return refuse(400, `bad fingerprint ${JSON.stringify(fingerprint.slice(0, 100))}`)
    const labels = await labelsOfFingerprint(fingerprint, pipeline)
    if (labels === undefined) return refuse(404, 'no alert with this fingerprint is known, nor remembered')
    return json(await explainAll([labels], 1, deps))
  }
  if (matchers.matchers.length === 0) return refuse(400, 'say which alerts: with filter or fingerprint')
  const found = [...pipeline.state.alerts.ordered()].filter(({ labels }) => matchesAll(matchers.matchers, labels))
  const shown = found.slice(0, count).map(({ labels }) => labels)
  return json(await explainAll(shown, found.length, deps))
}

async function explainAll(shown: readonly LabelSet[], total: number, deps: ExplainDeps): Promise<Json> {
  const explanations: Json[] = []
  for (const labels of shown) {
    explanations.push(explanationJson(await explainAlert(labels, deps)))
    await nextTurn()
  }
  return { total, explanations }
}

/** Of a known alert, or of one that notifications had. */
async function labelsOfFingerprint(fingerprint: string, { state }: Pipeline): Promise<LabelSet | undefined> {
  const known = state.alerts.get(fingerprint)
  if (known !== undefined) return known.labels
  const { entries } = await searchHistory(state.history, { fingerprint, matchers: [], count: 1 })
  const labels = entries[0] && labelsOf(entries[0].details.alerts, fingerprint)
  // Those that were too long are not remembered as they were.
  return labels?.fingerprint === fingerprint ? labels : undefined
}

const reader = new BodyReader('alert')

function decodeLabels(body: Buffer): Decoded<LabelSet> {
  return decodeBody(() => {
    const labels = reader.texts(reader.object(reader.parse(body) ?? {}, 'an alert').labels, 'labels')
    if (labels === undefined) throw reader.missing('labels')
    return LabelSet.from(labels).filter((_name, value) => value !== '')
  })
}

function problemOf(labels: LabelSet, { config }: Pipeline): string | undefined {
  if (labels.size === 0) return 'at least one label pair required'
  for (const [name] of labels) {
    if (!isLabelName(name, config.matcherMode)) return `invalid label set: invalid name ${quoteGo(name)}`
  }
  return undefined
}
