import type { SeriesRefusal } from '../../series/series-sink.ts'

/** Why a sample is refused for good. */
export type SampleRefusal = SeriesRefusal | 'too_far_in_future' | 'native_histogram'

const WORDS: Readonly<Record<SampleRefusal, string>> = {
  series_limit: 'of new series, of which there is no room for more',
  node_limit: 'of new series of nodes that have too many',
  tenant_limit: 'of new series of tenants that have too many',
  bytes_limit: 'of new series, for which there is no memory',
  invalid_labels: 'with invalid labels',
  duplicate: 'of series that come from elsewhere too',
  type_conflict: 'of metrics that have another type here',
  too_far_in_future: 'from too far in the future',
  native_histogram: 'that are native histograms with exponential buckets',
}

/** What became of the samples of one request. */
export class WriteTally {
  samples = 0
  histograms = 0
  readonly refused = new Map<SampleRefusal, number>()

  refuse(reason: SampleRefusal, count = 1): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + count)
  }

  /** For the sender; undefined if all was taken. */
  get problem(): string | undefined {
    if (this.refused.size === 0) return undefined
    const parts = Array.from(this.refused, ([reason, count]) => `${count} ${WORDS[reason]}`)
    return `samples were refused: ${parts.join(', ')}; the others were taken`
  }
}
