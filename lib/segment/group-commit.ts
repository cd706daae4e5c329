interface Waiter<T, R> {
  readonly item: T
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Has all that arrives while one commit runs share the next one: latency is that of one commit, and throughput is not
 * bound by it.
 */
export class GroupCommit<T, R> {
  readonly #commit: (batch: readonly T[]) => Promise<readonly R[]>
  #waiting: Waiter<T, R>[] = []
  #committing: Promise<void> | undefined

  /** @param commit returns a result for each of a batch; if it throws, all of them failed */
  constructor(commit: (batch: readonly T[]) => Promise<readonly R[]>) {
    this.#commit = commit
  }

  /** Resolves or rejects as the commit does that the item is part of. */
  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#committing ??= this.#commitAll()
    })
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.#committing
  }

  async #commitAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting
        this.#waiting = []
        try {
          const results = await this.#commit(batch.map(({ item }) => item))
          for (const [index, waiter] of batch.entries()) waiter.resolve(results[index]!)
        } catch (error) {
          for (const waiter of batch) waiter.reject(error)
        }
      }
    } finally {
      this.#committing = undefined
    }
  }
}
