import type { Service } from '#lib/lifecycle.ts'
import { FULL, type Line, NO_STREAM } from '../decode/line.ts'
import type { AgentEvents } from '../events.ts'
import type { Extent } from '../ship/extent.ts'
import type { Intake } from '../tail/intake.ts'
import type { Reader } from '../tail/reader.ts'
import type { RecordAttributes } from './attributes.ts'
import { CursorReader } from './cursor.ts'
import { type JournalEntry, parseEntry } from './entry.ts'
import type { Follower } from './follower.ts'
import { type JournalLine, JournalLines } from './lines.ts'
import type { JournalPosition } from './position.ts'
import { priorityOf, type SeverityParser, withPriority } from './severity-parser.ts'
import type { UnitLogs } from './unit-logs.ts'

export interface JournalInputOptions {
  readonly intake: Pick<Intake, 'takeRecord' | 'isFull' | 'stats'>
  readonly reader: Pick<Reader, 'run'>
  readonly position: JournalPosition
  readonly severity: SeverityParser
  readonly attributes: RecordAttributes
  readonly units: UnitLogs
  /** Longest line of journalctl that is taken whole. */
  readonly maxLineBytes: number
  readonly events: AgentEvents
  /** Where a first start begins, epoch milliseconds. */
  readonly firstSinceMs: () => number
  readonly createFollower: (hooks: {
    readonly onOutput: (chunk: Buffer) => Promise<void>
    readonly onEnd: () => void
  }) => Follower
}

/**
 * The journal of systemd, through journalctl: each entry is a record, whose id follows from its cursor. Entries are taken in
 * turns with files, and while there is no room for them journalctl is not read, and waits.
 */
export class JournalInput implements Service {
  readonly name = 'journald'
  /** Counters, read when scraped. */
  readonly stats = { entries: 0 }
  readonly #options: JournalInputOptions
  readonly #lines: JournalLines
  readonly #cursors = new CursorReader()
  readonly #follower: Follower
  readonly #stopping = Promise.withResolvers<void>()
  #stopped = false

  constructor(options: JournalInputOptions) {
    this.#options = options
    this.#lines = new JournalLines(options.maxLineBytes)
    this.#follower = options.createFollower({
      onOutput: (chunk) => this.#take(chunk),
      onEnd: () => this.#lines.clear(),
    })
  }

  /** @throws CodedError if there is no journalctl */
  start(): Promise<void> {
    this.#options.position.restore(this.#options.firstSinceMs())
    return this.#follower.start()
  }

  /** What was not taken is read by the next run. */
  async stop(): Promise<void> {
    this.#stopped = true
    // There may be no room for long: nobody should wait for it.
    this.#stopping.resolve()
    await this.#follower.stop()
  }

  /** Takes what journalctl wrote, in as many turns as there is room for. */
  async #take(chunk: Buffer): Promise<void> {
    const lines = this.#lines.split(chunk)
    const { reader, intake } = this.#options
    for (let isDone = false; !isDone && !this.#stopped; ) {
      const turn = reader.run(() => {
        while (!isDone && !intake.isFull && !this.#stopped) {
          const { value, done } = lines.next()
          isDone = done === true
          if (value !== undefined) this.#takeLine(value)
        }
      })
      await Promise.race([turn, this.#stopping.promise])
    }
  }

  #takeLine(line: JournalLine): void {
    const { position, events, intake, units } = this.#options
    intake.stats.bytes += line.bytes.length + line.missingBytes
    const entry = parseEntry(line)
    if (entry === undefined) {
      events.journalUnreadable({})
      return
    }
    const seen = position.meet(entry.cursor)
    if (seen === 'known') return
    if (seen === 'gap') events.journalGap({})
    position.moveTo(entry.cursor)
    this.stats.entries += 1
    intake.takeRecord(units.logOf(entry.fields), position, (target, extent) => this.#fill(entry, target, extent))
  }

  #fill(entry: JournalEntry, line: Line, extent: Extent): number {
    const { fields, message } = entry
    const priority = priorityOf(fields.get('PRIORITY'))
    const { bytes, start } = withPriority(priority, message)
    this.#options.severity.expect({ priority, isOutput: fields.get('_TRANSPORT') === 'stdout', bytes })
    const timeNs = entry.timeUs * 1_000n
    line.kind = FULL
    line.stream = NO_STREAM
    line.timeHigh = Number((timeNs >> 32n) & 0xffff_ffffn)
    line.timeLow = Number(timeNs & 0xffff_ffffn)
    line.bytes = bytes
    line.bodyStart = start
    line.bodyEnd = bytes.length
    line.attributes = this.#options.attributes.encode(fields)
    const { key, offset, length } = this.#cursors.placeOf(entry.cursor)
    extent.fileKey = key
    extent.startOffset = offset
    extent.endOffset = offset + length
    return entry.missingBytes
  }
}
