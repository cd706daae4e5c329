interface AboutAlerts {
  /** Fingerprints. */
  readonly open: ReadonlySet<string>
}

/** Finds what is about an alert by its fingerprint. */
export class ByAlert<T extends AboutAlerts> {
  readonly #items = new Map<string, Set<T>>()

  /** How many alerts something is about. */
  get size(): number {
    return this.#items.size
  }

  get fingerprints(): readonly string[] {
    return [...this.#items.keys()]
  }

  of(fingerprint: string): ReadonlySet<T> | undefined {
    return this.#items.get(fingerprint)
  }

  add(item: T): void {
    for (const fingerprint of item.open) {
      const known = this.#items.get(fingerprint)
      if (known === undefined) this.#items.set(fingerprint, new Set([item]))
      else known.add(item)
    }
  }

  delete(item: T): void {
    for (const fingerprint of item.open) this.unlink(fingerprint, item)
  }

  /** Only for one of its alerts. */
  unlink(fingerprint: string, item: T): void {
    const found = this.#items.get(fingerprint)
    found?.delete(item)
    if (found?.size === 0) this.#items.delete(fingerprint)
  }
}
