/** What one remote write counts; plain fields, read when scraped. */
export class RemoteWriteStats {
  /** Samples that the other side took. */
  samples = 0
  /** Samples of requests that were sent again. */
  retriedSamples = 0
  /** Samples that the other side refused for good. */
  failedSamples = 0
  /** Bytes of requests, compressed. */
  bytes = 0
  metadata = 0
  /** Newest time of samples that came, epoch milliseconds. */
  highestMs = 0
  /** Newest time of samples that were sent. */
  highestSentMs = 0
  /** Samples that were appended to the queue, and time that requests took: what the number of shards follows from. */
  appended = 0
  sendMs = 0
  readonly requests = new Map<string, number>()
  /** Samples that were given up, by reason. */
  readonly dropped = new Map<DropReason, number>()

  countRequest(code: string): void {
    this.requests.set(code, (this.requests.get(code) ?? 0) + 1)
  }

  drop(reason: DropReason, samples: number): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + samples)
  }
}

/**
 * `queue_full`, `too_old`: the queue is limited. `disk_error`,
 * `buffer_full`: they could not be written. `damaged`: they could not be read again. `refused`: the other side refused
 * them for good. `not_written`: it took the request and said that it left them out.
 */
export type DropReason = 'queue_full' | 'too_old' | 'disk_error' | 'buffer_full' | 'damaged' | 'refused' | 'not_written'
