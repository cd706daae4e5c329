import { randomBytes } from 'node:crypto'

const TIME_CHARACTERS = 9
const RANDOM_BYTES = 9

/**
 * Ids for the documents of one request that come without: time first, so that they are cheap to look up; then what no
 * other request has; then the document's place. They are made when a document is received, so that it has the same one
 * however often it is sent on.
 */
export class MadeIds {
  readonly #prefix: string

  constructor(nowMs: number) {
    const time = Math.floor(nowMs).toString(36).padStart(TIME_CHARACTERS, '0')
    this.#prefix = `${time}${randomBytes(RANDOM_BYTES).toString('base64url')}`
  }

  at(place: number): string {
    return `${this.#prefix}${place.toString(36)}`
  }
}
