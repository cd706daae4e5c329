import { type Alert, isResolved } from '../alert.ts'

interface Bucket {
  /** When each alert ends, epoch milliseconds, by fingerprint. */
  readonly ends: Map<string, number>
  /** No alert of it ends before this. */
  firstEndMs: number
}

/**
 * Keeps one alert name from filling the store: a new alert beyond the limit takes the place of one that has ended, or is
 * dropped. Those that are known may always change.
 */
export class AlertnameLimit {
  readonly #limit: number
  readonly #buckets = new Map<string, Bucket>()

  /** @param limit most alerts of one name; 0 for no limit */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Those of the alerts that there is room for.
   *
   * @param dropped takes the name of each of the others
   */
  admit(alerts: readonly Alert[], nowMs: number, dropped: (alertname: string) => void): readonly Alert[] {
    if (this.#limit === 0) return alerts
    return alerts.filter((alert) => {
      const isAdmitted = this.#upsert(alert, nowMs)
      if (!isAdmitted) dropped(nameOf(alert))
      return isAdmitted
    })
  }

  /** Counts alerts from before the start. */
  load(alerts: Iterable<Alert>, nowMs: number): void {
    if (this.#limit === 0) return
    for (const alert of alerts) if (!isResolved(alert, nowMs)) this.#upsert(alert, nowMs)
  }

  /** Forgets alerts that have ended. */
  collectGarbage(nowMs: number): void {
    for (const [name, bucket] of this.#buckets) {
      evictEnded(bucket, nowMs)
      if (bucket.ends.size === 0) this.#buckets.delete(name)
    }
  }

  #upsert(alert: Alert, nowMs: number): boolean {
    const bucket = this.#bucketOf(nameOf(alert))
    const { fingerprint } = alert.labels
    if (!bucket.ends.has(fingerprint) && bucket.ends.size >= this.#limit) {
      // Nobody is looked for who cannot be there: a flood must not cost a look at all of them for each.
      if (bucket.firstEndMs > nowMs) return false
      evictEnded(bucket, nowMs)
      if (bucket.ends.size >= this.#limit) return false
    }
    bucket.ends.set(fingerprint, alert.endsAt.ms)
    bucket.firstEndMs = Math.min(bucket.firstEndMs, alert.endsAt.ms)
    return true
  }

  #bucketOf(name: string): Bucket {
    const known = this.#buckets.get(name)
    if (known !== undefined) return known
    const bucket = { ends: new Map<string, number>(), firstEndMs: Number.POSITIVE_INFINITY }
    this.#buckets.set(name, bucket)
    return bucket
  }
}

function nameOf({ labels }: Alert): string {
  return labels.get('alertname') ?? ''
}

function evictEnded(bucket: Bucket, nowMs: number): void {
  bucket.firstEndMs = Number.POSITIVE_INFINITY
  for (const [fingerprint, endMs] of bucket.ends) {
    if (endMs <= nowMs) bucket.ends.delete(fingerprint)
    else bucket.firstEndMs = Math.min(bucket.firstEndMs, endMs)
  }
}
