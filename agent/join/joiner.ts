import type { Clock } from '#lib/clock.ts'
import type { Line } from '../decode/line.ts'
import type { PartExtent } from './partial.ts'
import type { StreamJoin } from './stream-join.ts'

export interface JoinerOptions {
  readonly clock: Clock
  /** Longest body of a record. */
  readonly maxRecordBytes: number
}

/** Takes a record that lies in one or more places; what of its body was not kept are `missingBytes`. */
export type EmitRecord = (extents: readonly PartExtent[], missingBytes: number) => void

/**
 * Makes records of parts of lines, and of lines that a rule joins, such as those of a stack trace. Which belong together is a matter of their
 * bytes alone, and not of where a read ended or how long the next one took; where the clock has to decide, the caller
 * writes that down first.
 */
export class Joiner {
  /** Counters, read when scraped. */
  readonly stats = { joinedLines: 0 }
  readonly #options: JoinerOptions

  constructor(options: JoinerOptions) {
    this.#options = options
  }

  /** Takes a line, or the last part of one. `line` is what is emitted, filled anew for each record. */
  addLine(join: StreamJoin, line: Line, extents: readonly PartExtent[], missingBytes: number, emit: EmitRecord): void {
    const { partial } = join
    if (!partial.isOpen) {
      this.#addWhole(join, line, extents, missingBytes, emit)
      return
    }
    partial.add(line, extents, missingBytes, this.#options.clock.monotonicMs())
    this.#endPartial(join, line, emit)
  }

  /** Takes a part that another follows. */
  addPart(join: StreamJoin, line: Line, extents: readonly PartExtent[], missingBytes: number): void {
    join.partial.add(line, extents, missingBytes, this.#options.clock.monotonicMs())
  }

  /** Ends whatever is open. */
  end(join: StreamJoin, line: Line, emit: EmitRecord): void {
    if (join.partial.isOpen) this.#endPartial(join, line, emit)
    if (join.trace.isOpen) this.#endTrace(join, line, emit)
  }

  #endPartial(join: StreamJoin, line: Line, emit: EmitRecord): void {
    const { partial } = join
    partial.readInto(line)
    this.#addWhole(join, line, partial.extents, partial.missingBytes, emit)
    partial.clear()
  }

  /** A whole line: of the trace that is open, the begin of one perhaps, or a record of its own. */
  #addWhole(
    join: StreamJoin,
    line: Line,
    extents: readonly PartExtent[],
    missingBytes: number,
    emit: EmitRecord,
  ): void {
    if (join.trace.isOpen) {
      if (missingBytes === 0 && this.#belongs(join, line)) {
        join.trace.addNewline()
        this.#addToTrace(join, line, extents)
        if (join.group.ends(line)) this.#endTrace(join, line, emit)
        return
      }
      const { timeHigh, timeLow, bytes, bodyStart, bodyEnd } = line
      this.#endTrace(join, line, emit)
      Object.assign(line, { timeHigh, timeLow, bytes, bodyStart, bodyEnd })
    }
    const isWhole = missingBytes === 0 && line.bodyEnd - line.bodyStart <= this.#options.maxRecordBytes
    if (isWhole && join.group.begins(line) && !join.group.ends(line)) this.#addToTrace(join, line, extents)
    else emit(extents, missingBytes)
  }

  #addToTrace(join: StreamJoin, line: Line, extents: readonly PartExtent[]): void {
    join.trace.add(line, extents, 0, this.#options.clock.monotonicMs())
    join.traceLines += 1
  }

  /** Whether a line goes on with what is open and there is room for it. What does not fit begins a new record. */
  #belongs({ trace, rule, group, traceLines }: StreamJoin, line: Line): boolean {
    const joinedBytes = trace.lengthBytes + 1 + line.bodyEnd - line.bodyStart
    if (traceLines >= rule.maxLines || joinedBytes > this.#options.maxRecordBytes) return false
    return group.continues(trace, line)
  }

  #endTrace(join: StreamJoin, line: Line, emit: EmitRecord): void {
    const { trace } = join
    trace.readInto(line)
    if (join.traceLines > 1) this.stats.joinedLines += join.traceLines
    emit(trace.extents, 0)
    trace.clear()
    join.group.close()
    join.traceLines = 0
  }
}
