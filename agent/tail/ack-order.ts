import type { Progress } from '../ship/batch.ts'

/** What one log has in one batch. */
interface Closed {
  /** Moves the files on to where they could be resumed when the batch was closed. */
  readonly moves: readonly (() => void)[]
  isAcknowledged: boolean
}

/**
 * The batches of a log whose acknowledgement is awaited. Acknowledgements come in any order, and count in the order in
 * which the batches were closed, across all files of the log: a record may have its begin in one file and its end in
 * the next, and a restart that found the end delivered but not the begin would join the begin with something else.
 */
export class AckOrder {
  #closed: Closed[] = []

  /** Notes that a batch was closed. */
  add(moves: readonly (() => void)[]): Progress {
    const closed: Closed = { moves, isAcknowledged: false }
    this.#closed.push(closed)
    return {
      acknowledge: () => {
        closed.isAcknowledged = true
        this.#advance()
      },
    }
  }

  #advance(): void {
    while (this.#closed[0]?.isAcknowledged) for (const move of this.#closed.shift()!.moves) move()
    // A list that was long keeps its room.
    if (this.#closed.length === 0) this.#closed = []
  }
}
