import { addExponential, type Buckets, coarsen } from './accumulate.ts'
import type { ExponentialHistogram } from './distribution.ts'
import type { GroupValues } from './group-values.ts'

/** Classic buckets that an exponential histogram is given, on either side of zero. */
const MAX_CLASSIC = 40

interface Range {
  low: number
  high: number
}

/** What is kept of an exponential histogram: its sum, if it comes in deltas, and which buckets it was given. */
export class ExponentialState {
  readonly labelSet: number
  #total: ExponentialHistogram | undefined
  #scale = Number.POSITIVE_INFINITY
  readonly #positive: Range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }
  readonly #negative: Range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }

  constructor(labelSet: number) {
    this.labelSet = labelSet
  }

  /** What it takes, estimated. */
  get bytes(): number {
    const { positive, negative } = this.#total ?? { positive: undefined, negative: undefined }
    return 600 + 8 * ((positive?.bucketCounts.length ?? 0) + (negative?.bucketCounts.length ?? 0))
  }

  /** Takes what came, and returns what there is altogether. */
  take(histogram: ExponentialHistogram, isDelta: boolean): ExponentialHistogram {
    if (!isDelta) return histogram
    this.#total = this.#total === undefined ? histogram : addExponential(this.#total, histogram)
    return this.#total
  }

  /**
   * Writes it as classic buckets. Their bounds are powers of a base, of which a coarser one's are some of a finer one's;
   * those that were there stay, so that a series is not given up because a value went out of range.
   */
  write(histogram: ExponentialHistogram, into: GroupValues): void {
    let scale = Math.min(this.#scale, histogram.scale)
    let positive = coarsen(histogram.positive, histogram.scale - scale)
    let negative = coarsen(histogram.negative, histogram.scale - scale)
    for (;;) {
      this.#toScale(scale)
      widen(this.#positive, positive)
      widen(this.#negative, negative)
      if (sizeOf(this.#positive) <= MAX_CLASSIC && sizeOf(this.#negative) <= MAX_CLASSIC) break
      scale -= 1
      positive = coarsen(positive, 1)
      negative = coarsen(negative, 1)
    }
    into.size = 0
    const power = (index: number) => 2 ** (index * 2 ** -scale)
    let count = 0
    for (let index = this.#negative.high; index >= this.#negative.low; index--) {
      count += negative.bucketCounts[index - negative.offset] ?? 0
      into.bound(-power(index), count)
    }
    count += histogram.zeroCount
    into.bound(histogram.zeroThreshold, count)
    for (let index = this.#positive.low; index <= this.#positive.high; index++) {
      count += positive.bucketCounts[index - positive.offset] ?? 0
      into.bound(power(index + 1), count)
    }
    into.end(histogram)
  }

  #toScale(scale: number): void {
    const by = this.#scale === Number.POSITIVE_INFINITY ? 0 : this.#scale - scale
    for (const range of [this.#positive, this.#negative]) {
      range.low = Math.floor(range.low / 2 ** by)
      range.high = Math.floor(range.high / 2 ** by)
    }
    this.#scale = scale
  }
}

function widen(range: Range, { offset, bucketCounts }: Buckets): void {
  if (bucketCounts.length === 0) return
  range.low = Math.min(range.low, offset)
  range.high = Math.max(range.high, offset + bucketCounts.length - 1)
}

function sizeOf({ low, high }: Range): number {
  return high >= low ? high - low + 1 : 0
}
