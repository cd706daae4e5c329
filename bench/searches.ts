const DAY_MS = 86_400_000
const PAGE = 100
const NEWEST_FIRST = [{ '@timestamp': 'desc' }]

export interface TimedSearch {
  readonly name: string
  /** Of `_search`. */
  readonly body: object
}

/** What people begin with, as our page and Grafana ask for it. */
export async function searchesOf(url: string, endMs: number): Promise<TimedSearch[]> {
  const lastDay = { range: { '@timestamp': { gte: endMs - DAY_MS, lte: endMs, format: 'epoch_millis' } } }
  const page = (query: string, ...filter: object[]) => ({
    size: PAGE,
    sort: NEWEST_FIRST,
    query: { bool: { filter: [...filter, { query_string: { query, analyze_wildcard: true } }] } },
  })
  const traceId = await oldTraceId(url, endMs - 1.75 * DAY_MS)
  return [
    { name: 'first page of a common word', body: page('request') },
    { name: 'first page of a rare word', body: page(traceId) },
    { name: 'first page of a phrase', body: page('"connection pool exhausted"') },
    {
      name: 'field filter over 24 h',
      body: page('kubernetes.container.name:app AND kubernetes.pod.name:web-10-* AND log.level:ERROR', lastDay),
    },
    {
      name: 'histogram by level over 24 h',
      body: {
        size: 0,
        query: { bool: { filter: [lastDay] } },
        aggs: {
          2: {
            terms: { field: 'log.level', size: 500, order: { _count: 'desc' }, min_doc_count: 0, missing: 'unknown' },
            aggs: {
              3: {
                date_histogram: {
                  ...{ field: '@timestamp', fixed_interval: '1800s', min_doc_count: 0, format: 'epoch_millis' },
                  extended_bounds: { min: endMs - DAY_MS, max: endMs },
                },
              },
            },
          },
        },
      },
    },
  ]
}

/** A word that is in one line only, far from the newest. */
async function oldTraceId(url: string, atMs: number): Promise<string> {
  const answer = await fetch(`${url}/logs-*/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      size: 1,
      query: {
        bool: {
          filter: [
            { range: { '@timestamp': { gte: atMs, format: 'epoch_millis' } } },
            { query_string: { query: 'body.text:trace_id' } },
          ],
        },
      },
      sort: [{ '@timestamp': 'asc' }],
    }),
  })
  const { hits } = (await answer.json()) as { hits: { hits: { _source: { body: { text: string } } }[] } }
  const id = /"trace_id":"([0-9a-f]{32})"/.exec(hits.hits[0]?._source.body.text ?? '')?.[1]
  if (id === undefined) throw new Error('the store has no line with a trace id')
  return id
}
