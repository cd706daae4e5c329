import type { Answer } from '../../../collector/index/answer.ts'
import type { Elasticsearch, ElasticsearchRequest } from '../../../collector/index/elasticsearch.ts'
import { parseInstant } from '../../../collector/query/instant.ts'

export interface FakeDocument {
  readonly id: string
  readonly time: string
  readonly namespace?: string
  readonly pod?: string
  readonly container?: string
  readonly stream?: string
  readonly severity?: string
  readonly text: string
}

type Json = Record<string, unknown>

const FIELDS: Record<string, keyof FakeDocument> = {
  _id: 'id',
  '@timestamp': 'time',
  severity_text: 'severity',
  'body.text': 'text',
  'resource.attributes.k8s.namespace.name': 'namespace',
  'resource.attributes.k8s.pod.name': 'pod',
  'resource.attributes.k8s.container.name': 'container',
  'attributes.log.iostream': 'stream',
}

/**
 * As much of `_search` as the query API asks for, over documents in memory. Documents of the same time come in random
 * order, as a real cluster may return them; what it does not know is a 400.
 */
export class FakeSearch implements Elasticsearch {
  readonly documents: FakeDocument[] = []
  readonly requests: ElasticsearchRequest[] = []
  /** Answers in place of the search, if it returns something. */
  fault: (request: ElasticsearchRequest) => Answer | undefined = () => undefined

  add(...documents: readonly FakeDocument[]): void {
    this.documents.push(...documents)
  }

  async request(request: ElasticsearchRequest): Promise<Answer> {
    this.requests.push(request)
    await new Promise((resolve) => setImmediate(resolve))
    const fault = this.fault(request)
    if (fault !== undefined) return fault
    if (request.method !== 'POST' || !request.path.endsWith('/_search')) return refusal(404, 'no handler found')
    try {
      return { kind: 'ok', status: 200, body: this.search(request.body as Json) }
    } catch (error) {
      return refusal(400, String(error))
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  search(body: Json): Json {
    const { size, query, sort, aggs, ...others } = body
    for (const key of Object.keys(others)) {
      if (!['_source', 'fields'].includes(key)) throw new Error(`unknown key [${key}]`)
    }
    const found = this.documents.filter((document) => matches(query as Json, document))
    return {
      timed_out: false,
      _shards: { total: 1, failed: 0 },
      hits: {
        total: { value: Math.min(found.length, 10_000), relation: found.length > 10_000 ? 'gte' : 'eq' },
        hits: sorted(found, sort as Json[] | undefined)
          .slice(0, size as number)
          .map((document) => hitOf(document, body._source !== false)),
      },
      ...(aggs === undefined ? {} : { aggregations: aggregate(aggs as Json, found) }),
    }
  }
}

function refusal(status: number, message: string): Answer {
  return { kind: 'error', status, type: 'fake', message, retryAfterMs: 0 } as Answer
}

function sorted(documents: readonly FakeDocument[], sort: readonly Json[] | undefined): FakeDocument[] {
  const order = (sort?.[0]?.['@timestamp'] as { order?: string } | undefined)?.order
  const direction = order === 'desc' ? -1 : 1
  return documents
    .map((document) => ({ document, random: Math.random() }))
    .sort((a, b) =>
      a.document.time === b.document.time
        ? a.random - b.random
        : a.document.time < b.document.time
          ? -direction
          : direction,
    )
    .map(({ document }) => document)
}

function hitOf(
  { id, time, namespace, pod, container, stream, severity, text }: FakeDocument,
  withSource: boolean,
): Json {
  const attributes = {
    'k8s.namespace.name': namespace,
    'k8s.pod.name': pod,
    'k8s.container.name': container,
    'k8s.pod.uid': 'uid-1',
  }
  const source = {
    '@timestamp': time,
    severity_text: severity,
    body: { text },
    attributes: { 'log.iostream': stream },
    resource: { attributes },
  }
  return { _id: id, fields: { '@timestamp': [time] }, ...(withSource ? { _source: source } : {}) }
}

function single(body: unknown): [string, unknown] {
  const entries = Object.entries(body as Json)
  if (entries.length !== 1) throw new Error(`expected one key in ${JSON.stringify(body)}`)
  return entries[0]!
}

function fieldIn(document: FakeDocument, field: string): string | undefined {
  const key = FIELDS[field]
  return key === undefined ? undefined : document[key]
}

function matches(query: Json, document: FakeDocument): boolean {
  const [kind, body] = single(query)
  if (kind === 'match_all') return true
  if (kind === 'bool') return matchesBool(body as Json, document)
  if (kind === 'ids') return (body as { values: string[] }).values.includes(document.id)
  if (kind === 'exists') return fieldIn(document, (body as { field: string }).field) !== undefined
  const [field, said] = single(body)
  const value = fieldIn(document, field)
  const options = said as { value: string; case_insensitive?: boolean }
  const fold = (text: string) => (options.case_insensitive ? text.toLowerCase() : text)
  switch (kind) {
    case 'term':
      return value !== undefined && fold(value) === fold(options.value)
    case 'prefix':
      return value?.startsWith(options.value) ?? false
    case 'wildcard': {
      const pattern = new RegExp(`^${patternOf(options.value)}$`, options.case_insensitive ? 'i' : '')
      return (field === 'body.text' ? wordsOf(value ?? '') : [value ?? '']).some((word) => pattern.test(word))
    }
    case 'match_phrase':
      return ` ${wordsOf(value ?? '').join(' ')} `.includes(` ${wordsOf(String(said)).join(' ')} `)
    case 'range':
      return inRange(value, said as Record<string, string>)
    default:
      throw new Error(`unknown query [${kind}]`)
  }
}

function matchesBool(body: Json, document: FakeDocument): boolean {
  const { filter = [], should = [], must_not: mustNot = [] } = body as Record<string, Json[]>
  return (
    filter.every((clause) => matches(clause, document)) &&
    (should.length === 0 || should.some((clause) => matches(clause, document))) &&
    !mustNot.some((clause) => matches(clause, document))
  )
}

function inRange(value: string | undefined, bounds: Readonly<Record<string, string>>): boolean {
  if (value === undefined) return false
  return Object.entries(bounds).every(([bound, limit]) => {
    const instant = parseInstant(limit) ?? limit
    if (bound === 'gt') return value > instant
    if (bound === 'gte') return value >= instant
    if (bound === 'lt') return value < instant
    if (bound === 'lte') return value <= instant
    throw new Error(`unknown bound [${bound}]`)
  })
}

function patternOf(wildcard: string): string {
  return wildcard
    .replace(/[.+^${}()|[\]]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
}

function aggregate(aggs: Json, documents: readonly FakeDocument[]): Json {
  const [name, agg] = single(aggs)
  const [kind, options] = single(agg)
  const { field, size = 10 } = options as { field: string; size?: number }
  const counts = new Map<string | number, number>()
  for (const document of documents) {
    const value = fieldIn(document, field)
    if (value === undefined) continue
    const key = kind === 'terms' ? value : Math.floor(Date.parse(`${value.slice(0, 23)}Z`) / 1_000) * 1_000
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const buckets = [...counts].map(([key, count]) => ({ key, doc_count: count }))
  if (kind === 'terms') return { [name]: { buckets: buckets.sort((a, b) => b.doc_count - a.doc_count).slice(0, size) } }
  if (kind !== 'date_histogram') throw new Error(`unknown aggregation [${kind}]`)
  return { [name]: { buckets } }
}
