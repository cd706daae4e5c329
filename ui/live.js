import { openTail } from './api.js'

/** Records that wait while the reader looks at older lines; beyond that the oldest are dropped and counted. */
const MAX_HELD = 2_000
/** The browser gives up when an answer is an error; then the page tries again itself. */
const RETRY_MS = 4_000

/**
 * The live tail of the page. It hands on records at once while the reader is at the top, and holds them while the
 * reader is further down.
 */
export class Live {
  #listener
  #held = []
  #dropped = 0
  #close = () => {}
  #retry = 0
  isHolding = false

  /** @param listener `records(records)`, `held(count)`, `skipped(skipped)`, `state(name, error)`, `position()` */
  constructor(listener) {
    this.#listener = listener
  }

  start(filter, position) {
    this.stop()
    this.#listener.state('connecting')
    this.#close = openTail(filter, position, {
      live: () => this.#listener.state('live'),
      records: (records) => this.#take(records),
      skipped: (skipped) => this.#listener.skipped(skipped),
      failing: (error) => this.#listener.state('failing', error),
      lost: (isFinal) => {
        this.#listener.state('failing')
        if (isFinal) this.#retry = setTimeout(() => this.start(filter, this.#listener.position() ?? position), RETRY_MS)
      },
    })
  }

  stop() {
    clearTimeout(this.#retry)
    this.#close()
    this.#close = () => {}
    this.#held = []
    this.#dropped = 0
    this.#listener.held(0)
  }

  /** Hands on what was held. */
  release() {
    this.isHolding = false
    if (this.#dropped > 0) this.#listener.skipped({ count: this.#dropped })
    this.#dropped = 0
    const held = this.#held
    this.#held = []
    this.#listener.held(0)
    if (held.length > 0) this.#listener.records(held)
  }

  #take(records) {
    if (!this.isHolding) return this.#listener.records(records)
    const fresh = this.#listener.unknown(records)
    const ids = new Set(this.#held.map(({ id }) => id))
    this.#held.push(...fresh.filter(({ id }) => !ids.has(id)))
    const excess = this.#held.length - MAX_HELD
    if (excess > 0) {
      this.#held.splice(0, excess)
      this.#dropped += excess
    }
    this.#listener.held(this.#held.length + this.#dropped)
  }
}
