import { isUtf8 } from 'node:buffer'
import type { Clock } from '#lib/clock.ts'
import type { Redactor } from '#lib/redact/redactor.ts'
import { FULL, Line, NO_ATTRIBUTES, NO_STREAM, PARTIAL, UNPARSED } from '../decode/line.ts'
import type { LongLine } from '../decode/long-line.ts'
import { decodeBehindNuls } from '../decode/nuls.ts'
import { characterStart, repairText } from '../decode/text.ts'
import type { Drops } from '../filter/drops.ts'
import { isWanted } from '../filter/is-wanted.ts'
import { isExcluded } from '../handling/handling.ts'
import type { Joiner } from '../join/joiner.ts'
import { type PartExtent, spanParts } from '../join/partial.ts'
import { LookAhead } from '../multiline/look-ahead.ts'
import type { Tap } from '../observe/tap/tap.ts'
import { parseTimed } from '../parse/timed.ts'
import type { Batch, Request } from '../ship/batch.ts'
import { Extent } from '../ship/extent.ts'
import type { RecordWriter } from '../ship/record-writer.ts'
import type { ContainerLog } from './container-log.ts'
import type { SourceFile } from './source-file.ts'
import { type Position, Touched } from './touched.ts'
import { moveTo } from './undated.ts'

export interface IntakeOptions {
  readonly batch: Batch
  readonly writer: RecordWriter
  readonly clock: Clock
  /** Longest body of a record; longer ones are cut and say so. */
  readonly maxRecordBytes: number
  readonly joiner: Joiner
  readonly redactor?: Redactor | undefined
  /** Shown the lines while somebody looks at them. */
  readonly tap?: Pick<Tap, 'wantsLines' | 'takeLines'>
  /** Counts the records that are not wanted. */
  readonly drops: Drops
}

/**
 * From bytes of a file to records of a batch: decode, join, repair, redact, cut to size, parse, filter, encode. Synchronous, in one pass,
 * and nothing is allocated for a line of the common kind: complete, in the runtime's format, valid UTF-8.
 */
export class Intake {
  /** Counters, read when scraped. */
  readonly stats = {
    ...{ bytes: 0, records: 0, partialLines: 0, unparsedLines: 0, truncatedRecords: 0, repairedRecords: 0 },
    ...{ excludedLines: 0, nulBytes: 0 },
  }
  readonly #options: IntakeOptions
  readonly #line = new Line()
  readonly #extent = new Extent()
  readonly #ahead = new LookAhead()
  readonly #touched: Touched
  /** Whose lines are being joined. */
  #log: ContainerLog | undefined
  /** Takes secrets out of bodies; undefined if nobody wants that. Replaced between two reads when the configuration changes. */
  redactor: Redactor | undefined

  constructor(options: IntakeOptions) {
    this.#options = options
    this.redactor = options.redactor
    this.#touched = new Touched(options.clock)
  }

  /** Whether the batch must be closed before more is taken. */
  get isFull(): boolean {
    return this.#options.batch.isFull
  }

  /** Whether closing the batch would change nothing. */
  get isEmpty(): boolean {
    return this.#touched.isEmpty
  }

  /** When the open batch was begun, monotonic milliseconds; has a meaning only if it is not empty. */
  get openedAtMs(): number {
    return this.#touched.openedAtMs
  }

  /** Records in the open batch, and those that were dropped since it was begun: they count as dropped when it is closed. */
  get openRecords(): number {
    return this.#options.batch.records + this.#options.drops.open
  }

  /**
   * Takes whole lines from `bytes[start, end)`, which begins at the file's offset and ends behind a newline. Stops
   * when the batch is full.
   *
   * @returns how many bytes were taken; the file's offset moved by as much
   */
  takeLines(log: ContainerLog, file: SourceFile, bytes: Buffer, start: number, end: number): number {
    const { batch, maxRecordBytes } = this.#options
    const { decoder, excludedStreams } = log.handling
    const line = this.#line
    const extent = this.#extent
    const ahead = this.#ahead
    const [stdout, stderr] = log.joins
    const { holds } = stdout.rule
    const base = file.offset - start
    const valid = isUtf8(bytes.subarray(start, end))
    const skipping =
      excludedStreams !== 0 || base + start < Math.max(file.skip[0], file.skip[1], file.skip[NO_STREAM] ?? 0)
    this.#begin(log, file)
    let { high, low } = file.time
    ahead.begin()
    this.redactor?.begin(bytes, start, end)
    log.handling.filter?.begin(bytes, start, end)
    let at = start
    while (at < end && !batch.isFull) {
      const newline = ahead.nextNewline(bytes, at)
      decoder.decode(line, bytes, at, newline)
      if (line.kind === UNPARSED) this.stats.nulBytes += decodeBehindNuls(line, decoder, bytes, at, newline)
      extent.startOffset = base + at
      extent.endOffset = base + newline
      if (line.kind === UNPARSED || line.timeHigh === 0) {
        line.timeHigh = high
        line.timeLow = low
      } else {
        high = line.timeHigh
        low = line.timeLow
      }
      const lineStart = at
      at = newline + 1
      if (skipping && this.#isSkipped(log, file)) continue
      const isPlain = line.kind === FULL && valid && line.bodyEnd - line.bodyStart <= maxRecordBytes
      if (
        isPlain &&
        !(line.stream === 0 ? stdout : stderr).isOpen &&
        !ahead.mustHold(holds, line, bytes, lineStart, newline, end)
      ) {
        this.#append(log, line.bodyEnd - line.bodyStart, 0)
      } else {
        this.#takeOddLine(log, file)
      }
    }
    const { tap } = this.#options
    if (tap?.wantsLines) tap.takeLines(log, file, file.offset, bytes, start, at)
    file.time = { high, low }
    moveTo(file, base + at, bytes, start, at)
    this.stats.bytes += at - start
    return at - start
  }

  /** Takes a line that was longer than a read and whose text ends at `endOffset`, with a newline or by a cut. */
  takeLongLine(log: ContainerLog, file: SourceFile, long: LongLine, endOffset: number, newline: boolean): void {
    this.stats.nulBytes += long.nulBytes
    this.#takeLone(log, file, long.kept, endOffset, long.totalBytes - long.nulBytes, !newline)
    moveTo(file, endOffset + (newline ? 1 : 0))
    this.stats.bytes += long.totalBytes + (newline ? 1 : 0)
  }

  /** Takes what stands at the end of a file without a newline, as if it had one. The cut must be on disk already. */
  takeTornLine(log: ContainerLog, file: SourceFile, bytes: Buffer): void {
    this.#takeLone(log, file, bytes, file.offset + bytes.length, bytes.length, true)
    moveTo(file, file.offset + bytes.length, bytes, 0, bytes.length)
    this.stats.bytes += bytes.length
  }

  /**
   * Takes a record that is in no file.
   *
   * @param fill makes the line and its place; returns how many bytes of its body were not kept
   */
  takeRecord(log: ContainerLog, position: Position, fill: (line: Line, extent: Extent) => number): void {
    this.#options.writer.observe(this.#options.clock.nowMs())
    this.#touched.add(position)
    this.#extent.endFileKey = undefined
    this.#emit(log, fill(this.#line, this.#extent))
    this.#line.attributes = NO_ATTRIBUTES
  }

  /** Ends what is open of some streams (bit 0 stdout, bit 1 stderr). The cut must be on disk already. */
  flushJoins(log: ContainerLog, streams: number): void {
    const { joiner } = this.#options
    for (const [index, join] of log.joins.entries()) {
      if ((streams & (1 << index)) === 0 || !join.isOpen) continue
      this.#options.writer.observe(this.#options.clock.nowMs())
      this.#log = log
      joiner.end(join, this.#line, this.#emitJoined)
    }
  }

  /**
   * Ends the batch. If nothing but positions moved there is no request, and they count at once.
   */
  close(): Request | undefined {
    const progress = this.#touched.close()
    this.#options.drops.report()
    if (this.#options.batch.records > 0) return this.#options.batch.take(progress)
    for (const point of progress) point.acknowledge()
    return undefined
  }

  #begin(log: ContainerLog, file: SourceFile): void {
    if (file.undated !== undefined) file.time = file.undated.timeAt(file.offset) ?? file.time
    this.#options.writer.observe(this.#options.clock.nowMs())
    this.#touched.addFile(log, file)
    log.limiter?.refill(this.#options.clock.monotonicMs())
    this.#extent.fileKey = file.identity!.key
    this.#extent.endFileKey = undefined
  }

  #takeLone(
    log: ContainerLog,
    file: SourceFile,
    bytes: Buffer,
    endOffset: number,
    totalBytes: number,
    torn = false,
  ): void {
    const line = this.#line
    const { tap } = this.#options
    if (tap?.wantsLines) tap.takeLines(log, file, file.offset, bytes, 0, bytes.length)
    this.#begin(log, file)
    const { decoder } = log.handling
    decoder.decode(line, bytes, 0, bytes.length)
    this.stats.nulBytes += decodeBehindNuls(line, decoder, bytes, 0, bytes.length)
    this.#extent.startOffset = file.offset
    this.#extent.endOffset = endOffset
    if (line.kind === UNPARSED || line.timeHigh === 0) {
      line.timeHigh = file.time.high
      line.timeLow = file.time.low
    } else {
      file.time = { high: line.timeHigh, low: line.timeLow }
    }
    if (torn && line.kind === PARTIAL) line.kind = FULL
    if (!this.#isSkipped(log, file)) this.#takeOddLine(log, file, totalBytes - bytes.length)
  }

  /**
   * Whether an earlier run delivered this line, which is read again only for the sake of the other stream, or the pod has
   * its stream excluded.
   */
  #isSkipped(log: ContainerLog, file: SourceFile): boolean {
    const { stream } = this.#line
    if (this.#extent.startOffset < (file.skip[stream] ?? 0)) return true
    if (stream === NO_STREAM) return isExcluded(log.handling)
    if ((log.handling.excludedStreams & (1 << stream)) === 0) return false
    this.stats.excludedLines += 1
    return true
  }

  /** A line that is not whole, valid and in form. `missingBytes` of its body were not kept. */
  #takeOddLine(log: ContainerLog, file: SourceFile, missingBytes = 0): void {
    const line = this.#line
    if (line.kind === UNPARSED) {
      const isOnlyNuls = line.bodyStart === line.bodyEnd && this.#extent.startOffset < this.#extent.endOffset
      if (isOnlyNuls) return
      this.stats.unparsedLines += 1
      this.#emit(log, missingBytes)
      return
    }
    const { joiner } = this.#options
    const join = line.stream === 0 ? log.joins[0] : log.joins[1]
    const { startOffset, endOffset } = this.#extent
    const extents = [{ file, startOffset, endOffset }]
    if (line.kind === PARTIAL) {
      this.stats.partialLines += 1
      joiner.addPart(join, line, extents, missingBytes)
      return
    }
    this.#log = log
    joiner.addLine(join, line, extents, missingBytes, this.#emitJoined)
    this.#begin(log, file)
  }

  /** Emits a record of {@link #log} that lies in one or more places of one or more files. */
  readonly #emitJoined = (extents: readonly PartExtent[], missingBytes: number): void => {
    for (const { file } of extents) this.#touched.addFile(this.#log!, file)
    spanParts(this.#extent, extents)
    this.#emit(this.#log!, missingBytes)
  }

  #emit(log: ContainerLog, missingBytes: number): void {
    const line = this.#line
    const bodyBytes = line.bodyEnd - line.bodyStart
    if (!isUtf8(line.bytes.subarray(line.bodyStart, line.bodyEnd))) {
      repairText(line)
      this.stats.repairedRecords += 1
    }
    this.#append(log, bodyBytes, missingBytes)
  }

  /** Takes a record whose body has, or had before it was repaired, so many bytes, and so many more that were not kept. */
  #append(log: ContainerLog, bodyBytes: number, missingBytes: number): void {
    const { maxRecordBytes, batch, drops } = this.#options
    const line = this.#line
    // Before it is cut, or the begin of a secret might stay, and before it is parsed: what is found lies in these bytes.
    this.redactor?.redact(line, missingBytes > 0)
    const isCut = line.bodyEnd - line.bodyStart > maxRecordBytes
    if (isCut) line.bodyEnd = characterStart(line.bytes, line.bodyStart + maxRecordBytes)
    const originalBytes = isCut || missingBytes > 0 ? bodyBytes + missingBytes : 0
    if (originalBytes > 0) this.stats.truncatedRecords += 1
    const { parsers, time } = log.handling
    const parser = parsers[line.stream]
    if (time) parseTimed(parser, line)
    else parser.parse(line.fields, line.bytes, line.bodyStart, line.bodyEnd)
    this.stats.records += 1
    if (isWanted(log, line, this.#extent, drops)) batch.append(log, line, this.#extent, originalBytes)
  }
}
