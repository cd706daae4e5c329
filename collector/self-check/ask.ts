import type { Answer } from '../index/answer.ts'
import type { Elasticsearch, ElasticsearchRequest } from '../index/elasticsearch.ts'

/** Longer than this nobody waits for a look. */
const TIMEOUT_MS = 10_000

/** Asks the server something that changes nothing. */
export type Ask = (request: Pick<ElasticsearchRequest, 'method' | 'path' | 'querystring' | 'body'>) => Promise<Answer>

export function createAsk(
  elasticsearch: Elasticsearch,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Ask {
  return (request) => elasticsearch.request({ ...request, headers, signal, timeoutMs: TIMEOUT_MS })
}

/** Why something could not be looked at, in a few words. */
export function whyUnknown(answer: Answer): string {
  if (answer.kind === 'ok') return 'the answer is not understood'
  if (answer.kind === 'unreachable') return answer.message
  if (answer.status === 401 || answer.status === 403) return `not allowed to look (${answer.status})`
  return `the server does not tell (${answer.status})`
}
