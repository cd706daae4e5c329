import type { Pause } from './digest.ts'
import type { Session } from './session.ts'

/** Messages that are dealt with in one turn, if they are light ones. */
const MESSAGES_PER_TURN = 100
/** Who sends more than can be dealt with does not keep to the windows. What is dropped is found by the next comparison. */
const MAX_BYTES = 64 * 1024 ** 2

/** The messages of one member, dealt with one after the other, and not so many at a time that others have to wait. */
export class Inbox {
  readonly session: Session
  readonly #pause: Pause
  readonly #messages: Buffer[] = []
  #bytes = 0
  #isBusy = false
  #isClosed = false

  constructor(session: Session, pause: Pause) {
    this.session = session
    this.#pause = pause
  }

  add(message: Buffer): void {
    if (this.#isClosed || this.#bytes + message.length > MAX_BYTES) return
    this.#messages.push(message)
    this.#bytes += message.length
    if (!this.#isBusy) void this.#work()
  }

  close(): void {
    this.#isClosed = true
    this.#messages.length = 0
    this.session.close()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    let light = 0
    for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
      this.#bytes -= message.length
      const isHeavy = await this.session.receive(message)
      light += 1
      if (this.#isClosed) return
      if (!isHeavy && light < MESSAGES_PER_TURN) continue
      light = 0
      await this.#pause()
    }
    this.#isBusy = false
  }
}
