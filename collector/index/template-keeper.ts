import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { CollectorEvents } from '../events.ts'
import type { Elasticsearch } from './elasticsearch.ts'
import { indexTemplate, type TemplateOptions } from './template.ts'

export interface TemplateKeeperOptions {
  readonly elasticsearch: Elasticsearch
  readonly template: TemplateOptions
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly backoff: BackoffOptions
}

/** How a part that delivers is stopped. */
export interface Stopping {
  /** Ends everything that would have to wait: what is not settled stays in the queue. */
  readonly draining: AbortSignal
  /** Ends requests under way as well. */
  readonly giveUp: AbortSignal
}

/** Keeps the index template in Elasticsearch: at the start, and again when a data stream turns out to be missing. */
export class TemplateKeeper {
  readonly #options: TemplateKeeperOptions

  constructor(options: TemplateKeeperOptions) {
    this.#options = options
  }

  /** Puts the template, for as long as it takes. Returns false if stopping ended it. */
  async put({ draining, giveUp }: Stopping): Promise<boolean> {
    const { elasticsearch, template, clock, events } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    const path = `/_index_template/vedette-logs-${template.dataset}`
    while (!draining.aborted) {
      const answer = await elasticsearch.request({ method: 'PUT', path, body: indexTemplate(template), signal: giveUp })
      if (answer.kind === 'ok') return true
      if (giveUp.aborted) break
      const problem = answer.kind === 'error' ? `status ${answer.status}: ${answer.message}` : answer.message
      events.templateFailed({}, { err: problem, attempt: backoff.attempt + 1 })
      await clock.sleep(backoff.next(answer.kind === 'error' ? answer.retryAfterMs : 0), draining)
    }
    return false
  }
}
