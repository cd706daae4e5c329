import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff } from '#lib/backoff.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { LogRecord, TailRecords, TailSkipped } from '#lib/query/log-record.ts'
import { readEvents, type ServerEvent } from './event-stream.ts'
import { type LineOptions, printRecord } from './line.ts'
import { note, write } from './output.ts'
import { get, ServerError } from './server.ts'

export interface TailClientOptions {
  readonly server: URL
  readonly parameters: URLSearchParams
  readonly form: LineOptions
  readonly signal: AbortSignal
}

/** After an interruption the collector sends the last half minute again; these ids tell what was printed. */
const MAX_PRINTED_IDS = 50_000
/** The collector sends something every 15 s, so a silence of this length is a dead connection. */
const SILENCE_MS = 45_000

/** Follows a tail through lost connections: nothing is left out or printed twice. */
export class TailClient {
  readonly #options: TailClientOptions
  readonly #printed = new Set<string>()
  readonly #backoff = new Backoff({ initialMs: 500, maxMs: 15_000 })
  #position: string | undefined

  constructor(options: TailClientOptions) {
    this.#options = options
  }

  /**
   * Prints until the signal aborts.
   *
   * @throws what went wrong if the tail never began, or can't go on
   */
  async run(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      const problem = await this.#followOnce()
      if (signal.aborted) return
      if (this.#backoff.attempt === 0) note(`-- ${problem}; trying again`)
      await sleep(this.#backoff.next(200), undefined, { signal }).catch(() => {})
    }
  }

  /** Follows one connection to its end, and returns why it ended. */
  async #followOnce(): Promise<string> {
    const { server, parameters, signal } = this.#options
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), SILENCE_MS)
    const resume = this.#position === undefined ? {} : { 'last-event-id': this.#position }
    try {
      const response = await get(server, 'api/v1/logs/tail', parameters, {
        signal: AbortSignal.any([signal, silence.signal]),
        headers: { accept: 'text/event-stream', ...resume },
      })
      if (response.body === null || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
        throw new CodedError('SERVER_ANSWER', [server.href, 'no event stream'])
      }
      if (this.#backoff.attempt > 0) note('-- connected again')
      this.#backoff.reset()
      for await (const event of readEvents(response.body)) {
        clearTimeout(timer)
        await this.#take(event)
        timer = setTimeout(() => silence.abort(), SILENCE_MS)
      }
      return 'the collector closed the connection'
    } catch (error) {
      const isRetryable =
        error instanceof ServerError ? error.isRetryable : !(error instanceof CodedError) || error.retryable
      if (this.#position === undefined || !isRetryable) throw error
      return silence.signal.aborted ? 'the collector went silent' : `the connection was lost (${messageOf(error)})`
    } finally {
      clearTimeout(timer)
    }
  }

  async #take({ event, data, lastId }: ServerEvent): Promise<void> {
    if (event === 'records') await this.#print((JSON.parse(data) as TailRecords).records)
    else if (event === 'skipped') {
      const { count, from, to } = JSON.parse(data) as TailSkipped
      const command = `vedette query --limit 0 --since ${from} --until ${to}`
      note(`-- ${count} lines left out, too many to follow; with the same filters, \`${command}\` prints them`)
    } else if (event === 'failing') {
      note(`-- ${(JSON.parse(data) as { error: { message: string } }).error.message}; trying again`)
    } else if (event === 'recovered') note('-- goes on, nothing was missed')
    if (lastId !== undefined) this.#position = lastId
  }

  async #print(records: readonly LogRecord[]): Promise<void> {
    let text = ''
    for (const record of records) {
      if (this.#printed.has(record.id)) continue
      this.#printed.add(record.id)
      text += printRecord(record, this.#options.form)
    }
    for (const id of this.#printed) {
      if (this.#printed.size <= MAX_PRINTED_IDS) break
      this.#printed.delete(id)
    }
    await write(text)
  }
}
