import type { ElasticsearchNode } from './elasticsearch-node.ts'
import { FIRST_MS } from './otlp-sender.ts'

export interface Delivery {
  readonly found: number
  readonly lost: number
  readonly doubled: number
  readonly strange: number
}

/** Less than Elasticsearch makes buckets for one request. */
const PAGE = 50_000

interface Bucket {
  readonly key: { readonly time: number }
  readonly doc_count: number
}

/** Compares all documents of a data stream with the numbered records that were sent, of which each has its own time. */
export async function auditDelivery(node: ElasticsearchNode, stream: string, count: number): Promise<Delivery> {
  const times = new Uint32Array(count)
  await node.request('POST', `/${stream}/_refresh`)
  let found = 0
  let strange = 0
  let after: object | undefined
  do {
    const { status, body } = await node.request('POST', `/${stream}/_search`, {
      size: 0,
      aggs: {
        times: {
          composite: {
            size: PAGE,
            sources: [{ time: { date_histogram: { field: '@timestamp', fixed_interval: '1ms' } } }],
            ...(after === undefined ? {} : { after }),
          },
        },
      },
    })
    if (status !== 200) throw new Error(`_search answers ${status}: ${JSON.stringify(body)}`)
    const { buckets, after_key } = body.aggregations.times as { buckets: Bucket[]; after_key?: object }
    for (const { key, doc_count } of buckets) {
      found += doc_count
      const number = key.time - FIRST_MS
      if (number >= 0 && number < count) times[number]! += doc_count
      else strange += doc_count
    }
    after = after_key
  } while (after !== undefined)
  return {
    found,
    lost: times.filter((time) => time === 0).length,
    doubled: times.reduce((sum, time) => sum + Math.max(0, time - 1), 0),
    strange,
  }
}
