import { ANY_VALUE, KEY_VALUE } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { LogsWalker } from '#lib/otlp/logs-walker.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { parseNumberedBody } from './numbered-body.ts'

/** What is wrong with the lines that arrived; all zero if every line came once. */
export interface Faults {
  readonly lost: number
  /** Lines under more than one id: a store would keep them twice. */
  readonly doubled: number
  /** Records that are no whole line of anybody. */
  readonly damaged: number
  /** Ids that came with two different contents: a store would keep the first, and the other is lost. */
  readonly conflicts: number
  /** Lines that are said to be another container's. */
  readonly misattributed: number
  /** Lines that sort, by id, before an earlier one of their container. */
  readonly misplaced: number
}

export const NO_FAULTS: Faults = { lost: 0, doubled: 0, damaged: 0, conflicts: 0, misattributed: 0, misplaced: 0 }

/** Numbers of lines fit below it, and container numbers above it, in an exact double. */
const LINES_PER_CONTAINER = 2 ** 32
const POD_UID = /uid-(\d+)/
const UID_KEY = 'log.record.uid'

/** Keeps the numbered lines of requests by their ids, as a store does, and compares them with what was written. */
export class LineAudit {
  /** Container and number of each id. */
  readonly #lines = new Map<string, number>()
  readonly #highest = new Map<number, number>()
  readonly #walker = new LogsWalker()
  #field = new ProtoReader(Buffer.alloc(0))
  #damaged = 0
  #conflicts = 0
  #misattributed = 0
  /** Examples of what is wrong, for a message. */
  readonly examples: string[] = []
  /** Records that came again under the same id. */
  redelivered = 0
  /** Called with each line that comes for the first time. */
  onLine: (container: number, number: number) => void = () => {}

  /** The highest number of a line of a container that has come; -1 if there is none. */
  highestOf(container: number): number {
    return this.#highest.get(container) ?? -1
  }

  /** Number of different ids. */
  get size(): number {
    return this.#lines.size
  }

  /** Takes a request, decompressed; throws if it is malformed. */
  take(body: Buffer): void {
    this.#field = new ProtoReader(body)
    let pod = -1
    const whole = this.#walker.walk(body, {
      resource(start, end) {
        pod = Number(POD_UID.exec(body.toString('latin1', start, end))?.[1] ?? -1)
      },
      scope() {},
      record: (record) => {
        this.#takeRecord(body, record, pod)
        return true
      },
    })
    if (!whole) throw new Error('a request that cannot be read')
  }

  /** Compares with how many lines each container wrote. */
  compare(written: ReadonlyMap<number, number>, { ordered = true } = {}): Faults {
    const seen = new Map([...written].map(([container, count]) => [container, new Uint8Array(count)]))
    const last = new Map<number, number>()
    let doubled = 0
    let misplaced = 0
    const ids = ordered ? [...this.#lines.keys()].sort() : this.#lines.keys()
    for (const id of ids) {
      const line = this.#lines.get(id)!
      const container = Math.floor(line / LINES_PER_CONTAINER)
      const number = line % LINES_PER_CONTAINER
      const marks = seen.get(container)
      if (marks === undefined || number >= marks.length)
        throw new Error(`line ${number} of ${container} was not written`)
      if (marks[number] === 1) {
        doubled += 1
        this.#note(`doubled: ${number} of ${container}, ${id}`)
      } else if (ordered && number < (last.get(container) ?? -1)) misplaced += 1
      marks[number] = 1
      last.set(container, number)
    }
    let lost = 0
    for (const [container, marks] of seen) {
      for (const [number, mark] of marks.entries()) {
        if (mark === 1) continue
        lost += 1
        this.#note(`lost: ${number} of ${marks.length} of ${container}`)
      }
    }
    return {
      ...{ lost, doubled, damaged: this.#damaged, conflicts: this.#conflicts },
      ...{ misattributed: this.#misattributed, misplaced },
    }
  }

  #takeRecord(bytes: Buffer, record: LogRecordCursor, pod: number): void {
    const body = this.#textOf(record.body.start, record.body.end)
    const found = parseNumberedBody(bytes, body.start, body.stop)
    if (found === undefined) {
      this.#damaged += 1
      this.#note(`damaged: ${bytes.toString('latin1', body.start, Math.min(body.stop, body.start + 200))}`)
      return
    }
    if (found.container !== pod) this.#misattributed += 1
    const uid = this.#uidOf(record)
    const line = found.container * LINES_PER_CONTAINER + found.number
    const known = this.#lines.get(uid)
    if (known === undefined) {
      this.#lines.set(uid, line)
      if (found.number > this.highestOf(found.container)) this.#highest.set(found.container, found.number)
      this.onLine(found.container, found.number)
    } else if (known === line) this.redelivered += 1
    else this.#conflicts += 1
  }

  #uidOf(record: LogRecordCursor): string {
    const field = this.#field
    for (let index = record.attributeCount - 1; index >= 0; index--) {
      field.reset(record.attributes[2 * index]!, record.attributes[2 * index + 1]!)
      if (field.next() !== KEY_VALUE.key || field.text() !== UID_KEY || field.next() !== KEY_VALUE.value) continue
      const { start, stop } = this.#textOf(field.start, field.stop)
      return field.bytes.toString('latin1', start, stop)
    }
    throw new Error('a record without an id')
  }

  /** Bounds of the text of an AnyValue. */
  #textOf(start: number, end: number): { readonly start: number; readonly stop: number } {
    this.#field.reset(start, end)
    if (this.#field.next() !== ANY_VALUE.string) throw new Error('a value that is no text')
    return this.#field
  }

  #note(example: string): void {
    if (this.examples.length < 10) this.examples.push(example)
  }
}
