/** What the number of shards follows from, as of one look. */
export interface ShardingInput {
  /** Samples that were appended to the queue since the look before. */
  readonly appended: number
  /** Samples that were sent since then. */
  readonly sent: number
  /** Time that their requests took, all together, milliseconds. */
  readonly sendMs: number
  readonly pending: number
  readonly periodMs: number
}

/** The share of what waits that is to be caught up each second. */
const CATCH_UP = 0.05
/** Of a new rate against those before. */
const WEIGHT = 0.2
/** A change that is smaller is none. */
const TOLERANCE = 0.3

/** Finds the number of shards with which sending keeps up, from moving averages, as Prometheus does. */
export class DesiredShards {
  readonly #max: number
  #appendedPerSecond: number | undefined
  #msPerSample: number | undefined
  #desired = 1

  constructor(max: number) {
    this.#max = max
  }

  get current(): number {
    return this.#desired
  }

  /** Takes a look into account and returns how many shards there should be. */
  update({ appended, sent, sendMs, pending, periodMs }: ShardingInput): number {
    this.#appendedPerSecond = average(this.#appendedPerSecond, (appended * 1_000) / periodMs)
    // While nothing goes out nobody knows what more shards would do; they would only press harder.
    if (sent === 0) return this.#desired
    this.#msPerSample = average(this.#msPerSample, sendMs / sent)
    const wanted = (this.#msPerSample / 1_000) * (this.#appendedPerSecond + CATCH_UP * pending)
    const isNear = Math.abs(wanted - this.#desired) <= TOLERANCE * this.#desired
    if (!isNear) this.#desired = Math.min(this.#max, Math.max(1, Math.ceil(wanted)))
    return this.#desired
  }
}

function average(before: number | undefined, now: number): number {
  return before === undefined ? now : before + WEIGHT * (now - before)
}
