/** Why a push is refused, in the status and the words of its answer. */
export class PushRefusal extends Error {
  readonly status: number
  /** One word, for the counter. */
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

/** Metrics that could be read but do not fit themselves or others: the group is told by `push_failure_time_seconds`. */
export class InconsistentPush extends PushRefusal {
  constructor(problem: string) {
    super(400, 'inconsistent', `pushed metrics are invalid or inconsistent with existing metrics: ${problem}`)
  }
}

const MOST_TOLD = 10

/** What is wrong with a push: the first few of it are told, the others counted. */
export class Problems {
  readonly #told: string[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  add(problem: string): void {
    this.#count += 1
    if (this.#told.length < MOST_TOLD) this.#told.push(problem)
  }

  /** As Prometheus' client library joins errors. */
  toString(): string {
    if (this.#count <= 1) return this.#told.join('')
    const rest = this.#count > this.#told.length ? [`${this.#count - this.#told.length} more`] : []
    return `${this.#count} error(s) occurred:\n* ${[...this.#told, ...rest].join('\n* ')}`
  }
}
