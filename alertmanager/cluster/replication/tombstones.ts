import type { Alert } from '../../alert.ts'
import type { Moment } from '../../moment.ts'

/** What is still known of an alert that was forgotten: when it ended, and when that was heard. */
export type Tombstone = Pick<Alert, 'updatedAtMs' | 'timeout'> & { readonly endsAt: Moment }

/** Remembers alerts that ended and were forgotten, so that a member that was away does not bring them back. */
export class Tombstones {
  readonly #most: number
  readonly #byFingerprint = new Map<string, Tombstone>()

  /** @param most how many are remembered; the oldest go first */
  constructor(most: number) {
    this.#most = most
  }

  add({ labels, updatedAtMs, endsAt, timeout }: Alert): void {
    this.#byFingerprint.delete(labels.fingerprint)
    this.#byFingerprint.set(labels.fingerprint, { updatedAtMs, endsAt, timeout })
    for (const oldest of this.#byFingerprint.keys()) {
      if (this.#byFingerprint.size <= this.#most) return
      this.#byFingerprint.delete(oldest)
    }
  }

  /** What is remembered of an alert, unless the version of it was heard later than that. */
  outranking({ labels, updatedAtMs }: Alert): Tombstone | undefined {
    const tombstone = this.#byFingerprint.get(labels.fingerprint)
    return tombstone !== undefined && tombstone.updatedAtMs >= updatedAtMs ? tombstone : undefined
  }

  get(fingerprint: string): Tombstone | undefined {
    return this.#byFingerprint.get(fingerprint)
  }
}
