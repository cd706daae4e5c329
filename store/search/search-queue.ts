import { ElasticsearchError } from '../elasticsearch-error.ts'

export interface SearchQueueOptions {
  /** Searches at once. */
  readonly running: number
  /** Searches that may wait for those. */
  readonly waiting: number
}

/** Lets so many searches run at once and so many wait; all others are to be sent again. */
export class SearchQueue {
  readonly #options: SearchQueueOptions
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: SearchQueueOptions) {
    this.#options = options
  }

  /** @throws ElasticsearchError 429 if too many wait already */
  async run<T>(search: () => Promise<T>): Promise<T> {
    const { running, waiting } = this.#options
    if (this.#running >= running) {
      if (this.#waiting.length >= waiting) {
        throw new ElasticsearchError(
          429,
          'es_rejected_execution_exception',
          `rejected execution of the search: ${running} run and ${waiting} wait; send it again later`,
        )
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running += 1
    }
    try {
      return await search()
    } finally {
      const next = this.#waiting.shift()
      // The place goes to the next one, so it never stops being counted.
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}
