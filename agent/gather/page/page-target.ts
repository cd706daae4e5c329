import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { ExpositionError } from '#lib/exposition/exposition-error.ts'
import { type ExpositionFormat, expositionFormatOf } from '#lib/exposition/format.ts'
import type { ExpositionLimits } from '#lib/exposition/limits.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import { describeDistrust, describeFailure } from '../../credentials/distrust.ts'
import { Deadline } from '../../metadata/deadline.ts'
import type { SendMetrics } from '../gatherer.ts'
import { TargetMetrics } from '../target-metrics.ts'
import type { ScrapeEvents } from './events.ts'
import { PageSeries, type PageSeriesOptions } from './page-series.ts'
import { ScrapeError } from './scrape-error.ts'

/** Takes a page as it comes; it may throw. */
export interface PageReader {
  write(chunk: Buffer): void
  end(): void
}

export interface PageTargetOptions extends Omit<PageSeriesOptions, 'metrics'> {
  readonly job: string
  readonly instance: string
  /** Name of the node. */
  readonly node: string
  /** What is asked, without secrets, for people. */
  readonly displayUrl: string
  /** Of the agent. */
  readonly version: string
  readonly timeoutMs: number
  readonly limits: ExpositionLimits
  /** What a page is taken for whose Content-Type does not say. */
  readonly fallbackFormat: ExpositionFormat | 'none'
  /** Asks for the page; rejects with errors of any kind. */
  readonly fetch: (open: (contentType: string | undefined) => PageReader, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly events: ScrapeEvents
  readonly send: SendMetrics
}

/** How a target is. */
export interface PageTargetState {
  readonly health: 'unknown' | 'up' | 'down'
  /** Begin of the last scrape, epoch milliseconds; undefined before the first. */
  readonly lastScrapeMs: number | undefined
  readonly lastDurationMs: number
  /** Empty if there was none. */
  readonly lastError: string
  /** Of the last scrape: samples on the page, series that were taken. */
  readonly samples: number
  readonly series: number
}

/** Before the first scrape. */
export const INITIAL_STATE: PageTargetState = {
  ...{ health: 'unknown', lastScrapeMs: undefined, lastDurationMs: 0, lastError: '', samples: 0, series: 0 },
}

/** A target that was down for so many scrapes is looked at anew. */
const REMEMBERED_FAILURES = 3

/** A page that is read again and again: all of it or nothing, as in Prometheus, and `up` says which. */
export class PageTarget {
  readonly #options: PageTargetOptions
  readonly #metrics: TargetMetrics
  #series: PageSeries
  #failures = 0
  state: PageTargetState = INITIAL_STATE

  constructor(options: PageTargetOptions) {
    const { job, instance, node, labels, version } = options
    this.#options = options
    this.#metrics = new TargetMetrics(
      { job, instance, node, labels: [...labels].filter(([, value]) => value !== '') },
      version,
    )
    this.#series = this.#createSeries()
  }

  /**
   * Reads the page and hands its series on; never rejects.
   *
   * @param atMs the time that its values have, epoch milliseconds
   */
  async scrape(owner: AbortSignal, atMs = this.#options.clock.nowMs()): Promise<void> {
    try {
      await this.#scrape(owner, atMs)
    } catch (error) {
      // Nobody foresaw this. The next scrape begins anew.
      const { events, displayUrl: path } = this.#options
      events.scrapeFailed({ reason: 'internal' }, { path, err: messageOf(error) })
      this.#series = this.#createSeries()
    }
  }

  async #scrape(owner: AbortSignal, lastScrapeMs: number): Promise<void> {
    const { clock, send } = this.#options
    const startedAtMs = clock.monotonicMs()
    this.#series.begin()
    let samples = 0
    let error: ScrapeError | undefined
    try {
      samples = await this.#read(owner)
    } catch (failure) {
      error = failure as ScrapeError
    }
    if (owner.aborted) return this.#series.discard()
    const lastDurationMs = clock.monotonicMs() - startedAtMs
    this.#metrics.begin(lastScrapeMs)
    if (error === undefined) this.#commit()
    else this.#fail(error)
    const isUp = error === undefined
    const lastError = error?.message ?? ''
    send(this.#metrics.end({ isUp, durationMs: lastDurationMs, error: lastError }))
    this.state = {
      health: isUp ? 'up' : 'down',
      ...{ lastScrapeMs, lastDurationMs, samples, lastError },
      series: this.#metrics.series,
    }
  }

  /** It is asked no more: its series end. */
  close(): void {
    const { clock, send } = this.#options
    if (this.state.health !== 'unknown') send(this.#metrics.close(clock.nowMs()))
  }

  /** @throws ScrapeError */
  async #read(owner: AbortSignal): Promise<number> {
    const { clock, timeoutMs, fetch, limits, fallbackFormat } = this.#options
    const deadline = new Deadline(clock, owner)
    let parser: ExpositionParser | undefined
    try {
      deadline.set(timeoutMs)
      await fetch((contentType) => {
        const format = expositionFormatOf(contentType, fallbackFormat)
        if (format === undefined) {
          throw new ScrapeError(
            'content_type',
            `its Content-Type ${JSON.stringify(contentType ?? '')} is none of metrics`,
          )
        }
        parser = new ExpositionParser({ format, limits, sink: this.#series })
        return parser
      }, deadline.signal)
      return parser?.samples ?? 0
    } catch (error) {
      throw explain(error, deadline)
    } finally {
      deadline.end()
    }
  }

  #commit(): void {
    const { events, displayUrl: path } = this.#options
    const { duplicates, conflicts } = this.#series.commit()
    this.#failures = 0
    if (duplicates > 0) events.samplesRefused({ reason: 'duplicate' }, { count: duplicates, path })
    if (conflicts > 0) events.samplesRefused({ reason: 'conflict' }, { count: conflicts, path })
  }

  #fail({ reason, message }: ScrapeError): void {
    const { events, displayUrl: path } = this.#options
    events.scrapeFailed({ reason }, { path, err: message })
    this.#failures += 1
    if (this.#failures === REMEMBERED_FAILURES) this.#series = this.#createSeries()
    else this.#series.discard()
  }

  #createSeries(): PageSeries {
    const { labels, honorLabels, honorTimestamps, takes, relabel } = this.#options
    return new PageSeries({ metrics: this.#metrics, labels, honorLabels, honorTimestamps, takes, relabel })
  }
}

/** What a failure means. Texts are ours, the system's or OpenSSL's; of the page there are short quotes. */
function explain(error: unknown, { lateAfterMs }: Deadline): ScrapeError {
  if (error instanceof ScrapeError) return error
  if (error instanceof ExpositionError) return new ScrapeError(error.fault, error.message)
  if (lateAfterMs !== undefined) return new ScrapeError('timeout', `the page was not complete within ${lateAfterMs} ms`)
  const distrust = describeDistrust(error)
  if (distrust !== undefined) return new ScrapeError('certificate', `its certificate is not trusted: ${distrust}`)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('Z_')) return new ScrapeError('encoding', `the body is no gzip: ${messageOf(error)}`)
  return new ScrapeError('unreachable', describeFailure(error))
}
