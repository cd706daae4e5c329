import type { Finding } from '#lib/finding.ts'
import { get } from '../query/server.ts'

/** What a collector says of its Elasticsearch. */
interface Seen {
  readonly nodes: { readonly alive: number; readonly dead: number }
  readonly blocked: readonly {
    readonly index: string
    readonly message: string
    readonly cure: string
    readonly since: string
  }[]
  readonly findings: readonly Finding[]
}

/** Asks a collector what it finds when it looks at its Elasticsearch; throws as {@link get} does. */
export async function* collectorFindings(server: URL): AsyncGenerator<Finding> {
  const signal = new AbortController().signal
  const response = await get(server, 'api/v1/elasticsearch', new URLSearchParams(), { signal })
  const { nodes, blocked, findings } = (await response.json()) as Seen
  yield { check: 'collector', status: 'ok', message: `${server.href} answers` }
  yield* findings
  if (nodes.dead > 0 && nodes.alive > 0) {
    const message = `${nodes.dead} of ${nodes.dead + nodes.alive} nodes of Elasticsearch do not answer`
    yield {
      check: 'nodes',
      status: 'warn',
      message,
      cure: 'They are tried again by themselves; the log of the collector names them.',
    }
  }
  for (const { index, message, cure, since } of blocked) {
    const where = index === '' ? '' : ` (${index})`
    yield { check: 'blocked', status: 'fail', message: `${message}${where}, since ${since}`, cure }
  }
}
