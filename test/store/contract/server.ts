import { indexTemplate } from '../../../collector/index/template.ts'
import { isObject } from '../../../store/mapping/json-object.ts'
import type { Reply } from './compare.ts'
import type { Answer, ContractCase } from './contract-case.ts'
import { bulkBodies, STREAM, TYPES, TYPES_MAPPINGS } from './documents.ts'

const BULK_DOCUMENTS = 5000

/** A server that cases are sent to. */
export class ContractServer {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** Puts the collector's template and one for every type, and all documents. */
  async fill(): Promise<void> {
    await this.#require(
      'PUT',
      '/_index_template/vedette-logs',
      indexTemplate({ dataset: 'kubernetes.otel', retention: '30d' }),
    )
    await this.#require('PUT', '/_index_template/contract-types', {
      index_patterns: [TYPES],
      template: { mappings: TYPES_MAPPINGS, settings: { 'index.number_of_shards': 1 } },
    })
    for (const body of bulkBodies(BULK_DOCUMENTS)) {
      const reply = await this.#require('POST', '/_bulk', body)
      const failed = reply.body.items.find((item: Answer) => item.create.status !== 201)
      if (failed !== undefined) throw new Error(`a document was refused: ${JSON.stringify(failed)}`)
    }
    await this.#require('POST', `/${STREAM},${TYPES}/_refresh`)
  }

  async #require(method: string, path: string, body?: object | string): Promise<Reply> {
    const reply = await this.#send(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply
  }

  /** Asks what a case asks, and what follows from the answer. */
  async ask({
    method = 'POST',
    path = `/${STREAM}/_search`,
    body,
    follow,
  }: Omit<ContractCase, 'name'>): Promise<Reply> {
    const reply = await this.#send(method, path, body)
    return follow === undefined || reply.status !== 200 ? reply : this.ask(follow(reply.body))
  }

  async #send(method: string, path: string, body?: ContractCase['body']): Promise<Reply> {
    const isLines = Array.isArray(body) || path.startsWith('/_bulk')
    const text = isObject(body)
      ? // What was read as a text because JavaScript has no such number is sent as a number again.
        JSON.stringify(body).replaceAll(/"(-?\d{16,})"/g, '$1')
      : Array.isArray(body)
        ? body.map((line) => `${JSON.stringify(line)}\n`).join('')
        : body
    const response = await fetch(this.#url + path, {
      method,
      ...(text === undefined
        ? {}
        : { body: text as string, headers: { 'content-type': isLines ? 'application/x-ndjson' : 'application/json' } }),
    })
    const answer = await response.text()
    const isJson = answer.startsWith('{') || answer.startsWith('[')
    return { status: response.status, body: isJson ? parseExactly(answer) : answer }
  }
}

/** Whole numbers beyond 2^53 keep all their digits, as texts. */
function parseExactly(text: string): Answer {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    const source = context?.source ?? ''
    return /^-?\d+$/.test(source) ? source : value
  })
}
