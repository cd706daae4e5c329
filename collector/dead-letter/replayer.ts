import type { DiskQueue } from '../queue/queue.ts'
import { decompress } from '../receive/content.ts'
import type { DeadLetters, StoredLetter } from './dead-letters.ts'
import type { DeadLetterEvents } from './events.ts'
import { isSelected, type Selection } from './selection.ts'

export interface ReplayerOptions {
  readonly deadLetters: DeadLetters
  readonly queue: () => DiskQueue
  readonly events: Pick<DeadLetterEvents, 'deadLettersReplayed' | 'deadLettersDropped'>
  /** Counter, read when scraped. */
  readonly stats: { replayed: number }
}

/** A part of what is to be done; the rest is asked for with `after` and the same `through`. */
export interface Step {
  readonly selection: Selection
  /** Only letters with a greater number. */
  readonly after: number
  /** Only letters up to this number: those that come back do not go round for ever. */
  readonly through: number
}

export interface StepResult {
  readonly letters: number
  readonly records: number
  /** Letters of a form that this version does not know; they stay. */
  readonly skipped: number
  /** The number of the last letter that was looked at, if there may be more. */
  readonly next: number | undefined
}

/** Of one step: more would let a client wait, and hold much in memory. */
const STEP_LETTERS = 5_000
const STEP_BYTES = 16 * 1024 ** 2
const LOOKED_AT = 50_000
/** Of one entry of the queue. */
const ENTRY_BYTES = 1024 ** 2
/** As when the queue is read. */
const LARGEST_REQUEST_BYTES = 1024 ** 3

/** Letters that go to the queue as one entry. */
interface Bundle {
  readonly attempts: number
  readonly letters: StoredLetter[]
  bytes: number
}

/**
 * Puts letters back into the queue, or drops them. A letter is in the queue before it is marked as replayed: killed in
 * between, it is replayed again, under the same id, which Elasticsearch answers with a 409. One step at a time.
 */
export class Replayer {
  readonly #options: ReplayerOptions
  #busy: Promise<unknown> = Promise.resolve()

  constructor(options: ReplayerOptions) {
    this.#options = options
  }

  /** @throws CodedError QUEUE_FULL and the like: what was replayed before is marked */
  replay(step: Step): Promise<StepResult> {
    return this.#inTurn(() => this.#replay(step))
  }

  drop(step: Step): Promise<StepResult> {
    return this.#inTurn(() => this.#drop(step))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work)
    this.#busy = done.catch(() => {})
    return done
  }

  async #replay(step: Step): Promise<StepResult> {
    const { events } = this.#options
    let bundle: Bundle | undefined
    let skipped = 0
    const flush = async () => {
      const full = bundle
      bundle = undefined
      if (full !== undefined) await this.#queueBundle(full)
    }
    const result = await this.#select(step, async (letter) => {
      const { kind, attempts, records } = letter.head
      if (kind === 'unknown') {
        skipped += 1
        return false
      }
      if (kind !== 'bulk' || records !== 1) {
        await this.#queueEntry(letter, kind)
        return true
      }
      if (bundle !== undefined && (bundle.attempts !== attempts || bundle.bytes >= ENTRY_BYTES)) await flush()
      bundle ??= { attempts, letters: [], bytes: 0 }
      bundle.letters.push(letter)
      bundle.bytes += letter.bytes.length
      return true
    })
    await flush()
    if (result.letters > 0) events.deadLettersReplayed({}, { count: result.letters })
    return { ...result, skipped }
  }

  async #drop(step: Step): Promise<StepResult> {
    const { deadLetters, events } = this.#options
    const ids: number[] = []
    const result = await this.#select(step, ({ id }) => {
      ids.push(id)
      return Promise.resolve(true)
    })
    await deadLetters.finish(ids)
    if (ids.length > 0) events.deadLettersDropped({ reason: 'by_hand' }, { count: ids.length })
    return { ...result, skipped: 0 }
  }

  /** Hands over the letters of a step; counts those of which something was made. */
  async #select(
    { selection, after, through }: Step,
    take: (letter: StoredLetter) => Promise<boolean>,
  ): Promise<Omit<StepResult, 'skipped'>> {
    let letters = 0
    let records = 0
    let bytes = 0
    let lookedAt = 0
    for await (const letter of this.#options.deadLetters.read(after + 1)) {
      if (letter.id > through) break
      lookedAt += 1
      bytes += letter.bytes.length
      if (isSelected(selection, letter) && (await take(letter))) {
        letters += 1
        records += letter.head.records
      }
      if (letters >= STEP_LETTERS || bytes >= STEP_BYTES || lookedAt >= LOOKED_AT) {
        return { letters, records, next: letter.id }
      }
    }
    return { letters, records, next: undefined }
  }

  async #queueBundle({ attempts, letters }: Bundle): Promise<void> {
    const { queue, deadLetters, stats } = this.#options
    const body = Buffer.concat(letters.map(({ bytes }) => bytes))
    const records = letters.length
    await queue().append({ kind: 'bulk', payload: body, encoding: 'identity', records, body, attempts })
    stats.replayed += records
    await deadLetters.finish(letters.map(({ id }) => id))
  }

  async #queueEntry({ id, head, bytes }: StoredLetter, kind: 'bulk' | 'otlp_logs'): Promise<void> {
    const { queue, deadLetters, stats } = this.#options
    const { encoding, records, attempts } = head
    // A copy of its own: the queue keeps it.
    const payload = Buffer.from(bytes)
    await queue().append({ kind, payload, encoding, records, attempts, body: uncompressed(payload, encoding) })
    stats.replayed += records
    await deadLetters.finish([id])
  }
}

/** What can't be decompressed is buried again when the queue finds that out. */
function uncompressed(payload: Buffer, encoding: string): Buffer {
  try {
    return decompress(payload, encoding, LARGEST_REQUEST_BYTES)
  } catch {
    return payload
  }
}
