import type { SourceFile } from './source-file.ts'

interface Held {
  readonly key: string
  readonly copy: SourceFile
}

const NONE: readonly Held[] = []

/**
 * Copies of a log's files, as copytruncate makes them. Read beside its original a copy would give every record twice under
 * one id; but once the original is truncated, only the copy has what was not read. So it is held open, because by then it
 * may have been deleted.
 */
export class Copies {
  #held = NONE

  /** Takes a copy of the file with this key, in the place of an earlier one. */
  hold(key: string, copy: SourceFile): void {
    this.#close(key)
    this.#held = [...this.#held, { key, copy }]
  }

  /** Hands out the copy of a file that was truncated, if there is one. */
  take(key: string | undefined): readonly SourceFile[] {
    const found = this.#held.filter((held) => held.key === key)
    if (found.length > 0) this.#held = this.#held.filter((held) => held.key !== key)
    return found.map(({ copy }) => copy)
  }

  /** Closes those that have nothing which their originals have not delivered. */
  release(originals: readonly SourceFile[]): void {
    for (const { key, copy } of this.#held) {
      const original = originals.find(({ identity }) => identity?.key.toString('latin1') === key)
      if (original === undefined || original.acked.offset >= copy.stat().sizeBytes) this.#close(key)
    }
  }

  close(): void {
    this.release([])
  }

  #close(key: string): void {
    for (const copy of this.take(key)) copy.close()
  }
}
