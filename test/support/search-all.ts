import { parseMessage } from './numbered-logs.ts'

interface Hit {
  readonly _id: string
  readonly _source: { readonly body: { readonly text: string } }
  readonly sort: readonly unknown[]
}

const PAGE = 5_000

export async function countDocuments(elasticsearch: string): Promise<number> {
  const response = await fetch(`${elasticsearch}/logs-*/_count`)
  if (!response.ok) return 0
  return ((await response.json()) as { count: number }).count
}

/** Every document by `@timestamp`, page by page. */
async function* documentsInOrder(elasticsearch: string): AsyncGenerator<Hit> {
  let after: readonly unknown[] | undefined
  for (;;) {
    const body = {
      size: PAGE,
      _source: ['body.text'],
      sort: [{ '@timestamp': { order: 'asc', format: 'strict_date_optional_time_nanos' } }],
      ...(after === undefined ? {} : { search_after: after }),
    }
    const response = await fetch(`${elasticsearch}/logs-*/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { hits: { hits: Hit[] } }
    if (!response.ok) throw new Error(`search failed: ${JSON.stringify(answer)}`)
    yield* answer.hits.hits
    after = answer.hits.hits.at(-1)?.sort
    if (after === undefined) return
  }
}

export interface Audit {
  readonly found: number
  readonly lost: number
  readonly doubled: number
  /** Lines that a result sorted by time has before an earlier one of the same container. */
  readonly misplaced: number
}

/** Compares all that can be searched with what was written. */
export async function auditLines(elasticsearch: string, written: readonly number[]): Promise<Audit> {
  const seen = written.map((count) => new Uint8Array(count))
  const last = written.map(() => -1)
  let found = 0
  let doubled = 0
  let misplaced = 0
  for await (const hit of documentsInOrder(elasticsearch)) {
    const { container, number } = parseMessage(hit._source.body.text)
    found += 1
    if (seen[container]![number] === 1) doubled += 1
    else if (number < last[container]!) misplaced += 1
    seen[container]![number] = 1
    last[container] = number
  }
  const lost = seen.reduce((sum, numbers) => sum + numbers.filter((mark) => mark === 0).length, 0)
  return { found, lost, doubled, misplaced }
}
