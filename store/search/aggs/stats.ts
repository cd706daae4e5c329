/** Count, sum, extremes and squares of numbers; the sums are compensated (Kahan), as Elasticsearch's are. */
export class Stats {
  count = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  sum = 0
  sumOfSquares = 0
  #lost = 0
  #lostSquares = 0

  add(value: number): void {
    this.count += 1
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    const corrected = value - this.#lost
    const sum = this.sum + corrected
    this.#lost = sum - this.sum - corrected
    this.sum = sum
    const square = value * value - this.#lostSquares
    const squares = this.sumOfSquares + square
    this.#lostSquares = squares - this.sumOfSquares - square
    this.sumOfSquares = squares
  }
}

/** As `extended_stats` answers; without values most of it is null. */
export function printStats({ count, min, max, sum, sumOfSquares }: Stats, sigma: number): Record<string, unknown> {
  if (count === 0)
    return { count, min: null, max: null, avg: null, sum: 0, sum_of_squares: null, variance: null, std_deviation: null }
  const average = sum / count
  const squares = Math.max(0, sumOfSquares - average * sum)
  const variance = squares / count
  const sampling = count > 1 ? squares / (count - 1) : null
  const deviation = Math.sqrt(variance)
  const samplingDeviation = sampling === null ? null : Math.sqrt(sampling)
  const around = (by: number | null, sign: number) => (by === null ? null : average + sign * sigma * by)
  return {
    count,
    min,
    max,
    avg: average,
    sum,
    sum_of_squares: sumOfSquares,
    variance,
    variance_population: variance,
    variance_sampling: sampling,
    std_deviation: deviation,
    std_deviation_population: deviation,
    std_deviation_sampling: samplingDeviation,
    std_deviation_bounds: {
      upper: around(deviation, 1),
      lower: around(deviation, -1),
      upper_population: around(deviation, 1),
      lower_population: around(deviation, -1),
      upper_sampling: around(samplingDeviation, 1),
      lower_sampling: around(samplingDeviation, -1),
    },
  }
}
