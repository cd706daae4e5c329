import type { Clock } from '#lib/clock.ts'
import { BLOCK_REASONS, type Block } from './block.ts'
import type { IndexEvents } from './events.ts'

export interface BlocksOptions {
  readonly clock: Clock
  readonly events: Pick<IndexEvents, 'blocked' | 'unblocked'>
}

interface Standing {
  readonly block: Block
  readonly sinceMs: number
}

/** One block, as it is shown. */
export interface ShownBlock extends Block {
  /** Data stream that is blocked; empty for all of them. */
  readonly index: string
  readonly since: string
}

/** What keeps documents from being taken until somebody acts. At most one block for each data stream. */
export class Blocks {
  readonly #options: BlocksOptions
  readonly #standing = new Map<string, Standing>()

  constructor(options: BlocksOptions) {
    this.#options = options
  }

  /** @param index data stream; empty for all */
  set(index: string, block: Block): void {
    const { clock, events } = this.#options
    const { reason, message, cure } = block
    const last = this.#standing.get(index)
    if (last?.block.reason === reason) return
    if (last !== undefined) this.clear(index)
    this.#standing.set(index, { block, sinceMs: clock.nowMs() })
    events.blocked({ reason }, { ...(index === '' ? {} : { index }), err: message, cure })
  }

  /** The same documents were dealt with. */
  clear(index: string): void {
    const standing = this.#standing.get(index)
    if (standing === undefined) return
    this.#standing.delete(index)
    const seconds = Math.round((this.#options.clock.nowMs() - standing.sinceMs) / 1_000)
    const { reason } = standing.block
    this.#options.events.unblocked({ reason }, { ...(index === '' ? {} : { index }), after_seconds: seconds })
  }

  /** 1 for each reason that stands, 0 for the others. */
  *gauge(): Generator<{ readonly labels: { readonly reason: string }; readonly value: number }> {
    const standing = [...this.#standing.values()].map(({ block }) => block.reason)
    for (const reason of BLOCK_REASONS) yield { labels: { reason }, value: standing.includes(reason) ? 1 : 0 }
  }

  list(): readonly ShownBlock[] {
    return [...this.#standing].map(([index, { block, sinceMs }]) => ({
      ...{ index, ...block },
      since: new Date(sinceMs).toISOString(),
    }))
  }
}
