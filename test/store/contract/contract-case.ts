import { STREAM, TYPES } from './documents.ts'

/** One request that both servers answer, and how its answers are compared. */
export interface ContractCase {
  /** Unique; what a difference is listed under. */
  readonly name: string
  /** `POST` unless given. */
  readonly method?: string
  /** `/{stream}/_search` unless given. */
  readonly path?: string
  /** A list is sent as lines. */
  readonly body?: object | readonly object[] | string | undefined
  /** Follow-up requests get these parts of the answer before: by the name of a placeholder the path to the part. */
  readonly follow?: (answer: Answer) => Omit<ContractCase, 'name' | 'follow'>
  /** Only these parts of the answer are compared, by paths such as `hits.total`. */
  readonly parts?: readonly string[]
  /** How far numbers of aggregations may be apart, as a share of the larger one. */
  readonly tolerance?: number
  /** Nothing is meant to be found. */
  readonly isEmpty?: boolean
  /** Why only the store is asked: what the test's Elasticsearch lacks, though Elasticsearch as it is shipped has it. */
  readonly storeOnly?: string
}

// biome-ignore lint/suspicious/noExplicitAny: cases look into what they asked for
export type Answer = any

/** Records that match, in the order of their numbers. */
export function found(name: string, query: object, others: object = {}): ContractCase {
  const body = {
    query,
    sort: [{ 'attributes.seq': 'asc' }],
    size: 15,
    track_total_hits: true,
    _source: false,
    ...others,
  }
  return { name, path: `/${STREAM}/_search`, body }
}

/** Records that match a query string. */
export function foundByText(query: string, options: object = {}): ContractCase {
  const shown = Object.keys(options).length === 0 ? query : `${query} ${JSON.stringify(options)}`
  return found(`query_string ${shown}`, { query_string: { query, ...options } })
}

/** Documents of every type that match, in the order of their numbers. */
export function foundTyped(name: string, query: object, others: object = {}): ContractCase {
  const body = { query, sort: [{ n: 'asc' }], size: 15, track_total_hits: true, _source: false, ...others }
  return { name, path: `/${TYPES}/_search`, body }
}

/** Aggregations over records. */
export function aggregated(name: string, aggs: object, others: object = {}): ContractCase {
  return { name, path: `/${STREAM}/_search`, body: { size: 0, track_total_hits: true, aggs, ...others } }
}

/** Aggregations over documents of every type. */
export function aggregatedTyped(name: string, aggs: object, others: object = {}): ContractCase {
  return { name, path: `/${TYPES}/_search`, body: { size: 0, track_total_hits: true, aggs, ...others } }
}

/** A search that is wrong. */
export function refused(name: string, body: object | string, path = `/${STREAM}/_search`): ContractCase {
  return { name: `refused: ${name}`, path, body, isEmpty: true }
}
