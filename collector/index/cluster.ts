import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { Answer } from './answer.ts'
import { readBlock } from './block.ts'
import type { Blocks } from './blocks.ts'
import type { Elasticsearch } from './elasticsearch.ts'
import type { IndexEvents } from './events.ts'
import { type Flavour, flavourName, headersOf, readFlavour } from './flavour.ts'
import { indexTemplate, type TemplateOptions, templateName } from './template.ts'

export interface ClusterOptions {
  readonly elasticsearch: Elasticsearch
  readonly template: TemplateOptions
  readonly blocks: Blocks
  readonly clock: Clock
  readonly events: Pick<IndexEvents, 'detectFailed' | 'detected' | 'templateFailed'>
  readonly backoff: BackoffOptions
}

/** How a part that delivers is stopped. */
export interface Stopping {
  /** Ends everything that would have to wait: what is not settled stays in the queue. */
  readonly draining: AbortSignal
  /** Ends requests under way as well. */
  readonly giveUp: AbortSignal
}

/**
 * What is known of the server: its kind and version, and that it has our index template. Both are looked at before the
 * first request, and again after connections broke: a node may come back as another version, or be another cluster.
 */
export class Cluster {
  readonly #options: ClusterOptions
  #flavour: Flavour | undefined
  #isCertain = false
  /** What the template was put for. */
  #templateFor: string | undefined
  #preparing: Promise<boolean> | undefined
  #onFirstReady: () => void = () => {}
  /** Resolves when everything was known for the first time. */
  readonly firstReady = new Promise<void>((resolve) => {
    this.#onFirstReady = resolve
  })

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** As it was seen last; undefined before the first time. */
  get flavour(): Flavour | undefined {
    return this.#flavour
  }

  /** Finds out what is not known, for as long as it takes. Returns false if stopping ended it. */
  ready(stopping: Stopping): Promise<boolean> {
    if (this.#isCertain) return KNOWN
    this.#preparing ??= this.#prepare(stopping).finally(() => {
      this.#preparing = undefined
    })
    return this.#preparing
  }

  /** The connection broke, or an answer did not fit: it may be another server next time. */
  forget(): void {
    this.#isCertain = false
  }

  /** A data stream turned out to be missing: somebody deleted the template. */
  forgetTemplate(): void {
    this.#isCertain = false
    this.#templateFor = undefined
  }

  async #prepare(stopping: Stopping): Promise<boolean> {
    const flavour = await this.#detect(stopping)
    if (flavour === undefined) return false
    const { events } = this.#options
    const name = flavourName(flavour)
    const key = `${name} ${flavour.clusterUuid}`
    if (this.#flavour === undefined || flavourName(this.#flavour) !== name) events.detected({}, { server: name })
    this.#flavour = flavour
    if (this.#templateFor !== key && !(await this.#putTemplate(flavour, stopping))) return false
    this.#templateFor = key
    this.#isCertain = true
    this.#onFirstReady()
    return true
  }

  #detect(stopping: Stopping): Promise<Flavour | undefined> {
    const { elasticsearch, events } = this.#options
    return this.#persist(stopping, async (attempt) => {
      const answer = await elasticsearch.request({ method: 'GET', path: '/', signal: stopping.giveUp })
      const flavour = readFlavour(answer)
      if (flavour !== undefined) return { done: flavour }
      if (!stopping.giveUp.aborted) {
        const reason = answer.kind === 'unreachable' ? answer.reason : `http_${answer.status}`
        events.detectFailed({ reason }, { err: problemOf(answer), attempt })
      }
      return { answer }
    })
  }

  async #putTemplate(flavour: Flavour, stopping: Stopping): Promise<boolean> {
    const { elasticsearch, template, events } = this.#options
    const path = `/_index_template/${templateName(template)}`
    const body = indexTemplate(template, flavour)
    const headers = headersOf(flavour)
    const isPut = await this.#persist(stopping, async (attempt) => {
      const answer = await elasticsearch.request({ method: 'PUT', path, body, headers, signal: stopping.giveUp })
      if (answer.kind === 'ok') return { done: true }
      if (!stopping.giveUp.aborted) events.templateFailed({}, { err: problemOf(answer), attempt })
      return { answer }
    })
    return isPut ?? false
  }

  /** Tries until it is done; undefined if stopping ended that. */
  async #persist<T>(
    { draining, giveUp }: Stopping,
    attempt: (attempt: number) => Promise<{ done: T } | { answer: Answer }>,
  ): Promise<T | undefined> {
    const { clock, blocks } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    while (!draining.aborted) {
      const result = await attempt(backoff.attempt + 1)
      if ('done' in result) {
        blocks.clear('')
        return result.done
      }
      if (giveUp.aborted) break
      const { answer } = result
      const block = answer.kind === 'error' ? readBlock({ ...answer, reason: answer.message }) : undefined
      if (block !== undefined) blocks.set('', block)
      await clock.sleep(backoff.next(answer.kind === 'error' ? answer.retryAfterMs : 0), draining)
    }
    return undefined
  }
}

const KNOWN = Promise.resolve(true)

function problemOf(answer: Answer): string {
  if (answer.kind === 'ok') return 'an answer that is not of Elasticsearch'
  return answer.kind === 'error' ? `status ${answer.status}: ${answer.message}` : answer.message
}
