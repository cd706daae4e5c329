import type { LineGroup, MultilineRule } from '../multiline/rule.ts'
import type { SourceFile } from '../tail/source-file.ts'
import { PartialRecord } from './partial.ts'

/**
 * What of one stream of a container instance is not shipped yet, because more of it may come: a record that the runtime
 * split, and lines that a multiline rule joins. It belongs to the instance and not to a file, because a rotation may come in between.
 */
export class StreamJoin {
  /** Parts of a line. */
  readonly partial: PartialRecord
  /** Whole lines that belong together, or one that another may belong to. */
  readonly trace: PartialRecord
  /** Lines in {@link trace}. */
  traceLines = 0
  #rule: MultilineRule
  #group: LineGroup

  constructor(maxRecordBytes: number, rule: MultilineRule) {
    this.#rule = rule
    this.#group = rule.createGroup()
    this.partial = new PartialRecord(maxRecordBytes)
    this.trace = new PartialRecord(maxRecordBytes)
  }

  /** Which lines belong together. */
  get rule(): MultilineRule {
    return this.#rule
  }

  /** Has other lines belong together from now on. What was open has been ended. */
  follow(rule: MultilineRule): void {
    this.#rule = rule
    this.#group = rule.createGroup()
  }

  get group(): LineGroup {
    return this.#group
  }

  get isOpen(): boolean {
    return this.partial.isOpen || this.trace.isOpen
  }

  /** The first byte in a file that belongs to what is open: a checkpoint must not pass it. */
  startIn(file: SourceFile): number | undefined {
    return this.trace.startIn(file) ?? this.partial.startIn(file)
  }

  /** Forgets what is open if all of it lies in a file that is read again. */
  discardIn(file: SourceFile): void {
    if (![...this.trace.extents, ...this.partial.extents].every((extent) => extent.file === file)) return
    this.partial.clear()
    this.trace.clear()
    this.#group.close()
    this.traceLines = 0
  }

  /** Where in the files what is open ends. */
  get end(): { readonly file: SourceFile; readonly endOffset: number } | undefined {
    return this.partial.extents.at(-1) ?? this.trace.extents.at(-1)
  }

  /** When something was added to what is open, monotonic milliseconds. */
  get addedAtMs(): number {
    return this.partial.isOpen ? this.partial.addedAtMs : this.trace.addedAtMs
  }
}
