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
    // What has become infinite stays so; correcting it would make it no number at all.
    if (!Number.isFinite(this.sum)) return
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
  const average = sum / count
  const squares = Math.max(0, sumOfSquares - average * sum)
  const variance = squares / count
  const sampling = squares / (count - 1)
  const [deviation, samplingDeviation] = [Math.sqrt(variance), Math.sqrt(sampling)]
  const known = (number: number) => (count === 0 ? null : number)
  return {
    count,
    min: known(min),
    max: known(max),
    avg: known(average),
    sum,
    sum_of_squares: known(sumOfSquares),
    variance: known(variance),
    variance_population: known(variance),
    variance_sampling: known(sampling),
    std_deviation: known(deviation),
    std_deviation_population: known(deviation),
    std_deviation_sampling: known(samplingDeviation),
    std_deviation_bounds: {
      upper: known(average + sigma * deviation),
      lower: known(average - sigma * deviation),
      upper_population: known(average + sigma * deviation),
      lower_population: known(average - sigma * deviation),
      upper_sampling: known(average + sigma * samplingDeviation),
      lower_sampling: known(average - sigma * samplingDeviation),
    },
  }
}
