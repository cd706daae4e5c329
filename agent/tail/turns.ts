import type { ContainerLog } from './container-log.ts'

/**
 * Why a log waits: it had nothing to read until now, and has no more than fits in a turn (`fresh`); it has more
 * (`backlogged`); or what it has to read exists only as long as our descriptor is open (`fleeting`).
 */
export type Urgency = 'fresh' | 'backlogged' | 'fleeting'

/** So many turns of fresh logs in a row at the most: a node may have thousands that write a line now and then. */
const MAX_FRESH_IN_A_ROW = 64

/**
 * Whose turn it is to be read, as in fair queueing with priority for sparse flows (fq_codel, RFC 8290): fresh logs go
 * first, for one turn, and the backlogged ones have a turn each in order. So a line of a quiet container does not wait for
 * every backlog of the node, but for one turn. Fleeting logs have every other turn of those that are left. Nobody waits
 * for ever.
 */
export class Turns {
  readonly #fresh: ContainerLog[] = []
  readonly #backlogged: ContainerLog[] = []
  readonly #fleeting: ContainerLog[] = []
  #freshInARow = 0
  #wasFleeting = false

  get isEmpty(): boolean {
    return this.#fresh.length === 0 && this.#backlogged.length === 0 && this.#fleeting.length === 0
  }

  add(log: ContainerLog, urgency: Urgency): void {
    if (urgency === 'fresh') this.#fresh.push(log)
    else if (urgency === 'fleeting') this.#fleeting.push(log)
    else this.#backlogged.push(log)
  }

  /** Whose turn it is; undefined if nobody waits. */
  take(): ContainerLog | undefined {
    const hasOthers = this.#backlogged.length > 0 || this.#fleeting.length > 0
    if (this.#fresh.length > 0 && (this.#freshInARow < MAX_FRESH_IN_A_ROW || !hasOthers)) {
      this.#freshInARow += 1
      return this.#fresh.shift()
    }
    this.#freshInARow = 0
    this.#wasFleeting = this.#fleeting.length > 0 && !(this.#wasFleeting && this.#backlogged.length > 0)
    return this.#wasFleeting ? this.#fleeting.shift() : this.#backlogged.shift()
  }
}
