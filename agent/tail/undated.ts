import { randomBytes } from 'node:crypto'
import { fileKeyOf } from '#lib/record-uid.ts'
import { type Fingerprint, type Likeness, type Readable, resembles } from './fingerprint.ts'
import type { FileIdentity } from './identity.ts'
import type { SourceFile, Time64 } from './source-file.ts'
import { markAt, marksFrom, TimeMarker, type TimeMarks } from './time-marks.ts'

/** What the file system says of which file one is. */
export interface FileOrigin {
  readonly inode: number
  /** When it was made; 0 if the file system does not know. */
  readonly bornAtMs: number
}

/** What is written down of a file whose lines state no time. */
export interface UndatedCheckpoint extends FileOrigin {
  readonly marks: TimeMarks
  readonly likeness: Likeness
  /** When it was first seen. */
  readonly foundAtMs: number
}

/** A file of which it is to be found out which one it is. */
export interface Candidate extends Readable, FileOrigin {}

/** An inode that no file has. */
const NONE = 0

/**
 * What is kept of a file whose lines state no time: the marks that give them one, and what tells it from other files. The
 * first record of such a file is not unique, so its key is drawn by lot and is on disk, with the first mark, before
 * anything of it is shipped.
 */
export class Undated {
  readonly fingerprint: Fingerprint
  readonly marker = new TimeMarker()
  readonly foundAtMs: number
  marks: TimeMarks
  /** Whether reading stopped because the time of the next line is not on disk. */
  awaitsTime = false
  #origin: FileOrigin

  constructor(fingerprint: Fingerprint, known: Pick<UndatedCheckpoint, 'inode' | 'bornAtMs' | 'marks' | 'foundAtMs'>) {
    this.fingerprint = fingerprint
    this.marks = known.marks
    this.foundAtMs = known.foundAtMs
    this.#origin = { inode: known.inode, bornAtMs: known.bornAtMs }
  }

  /** The time of a line that begins at an offset; undefined if none is on disk, so that it can't be read. */
  timeAt(offset: number): Time64 | undefined {
    return markAt(this.marks, offset)?.time
  }

  get isLost(): boolean {
    return this.#origin.inode === NONE
  }

  /** What it held is not in the file any more, but in a copy perhaps. */
  lose(): void {
    this.#origin = { ...this.#origin, inode: NONE }
  }

  /** What to write down, with the present marks or others. */
  checkpoint(marks = this.marks): UndatedCheckpoint {
    return { ...this.#origin, marks, likeness: this.fingerprint.likeness, foundAtMs: this.foundAtMs }
  }

  /** What was acknowledged up to an offset is not read again. */
  acknowledge(offset: number): void {
    this.marks = marksFrom(this.marks, offset)
  }
}

/**
 * Whether a file is the one of which a checkpoint tells. The content alone does not say it, as a program that crashes
 * writes the same into each of its files; nor does the inode, which a new file takes over from a deleted one.
 */
export function isSameFile(file: Candidate, { inode, bornAtMs, likeness }: UndatedCheckpoint): boolean {
  if (file.inode !== inode || inode === NONE) return false
  const isReplaced = file.bornAtMs > 0 && bornAtMs > 0 && file.bornAtMs !== bornAtMs
  return !isReplaced && resembles(file, likeness)
}

/** Where the lines end that may be read: those that begin before it. Lines without a time wait until theirs is on disk. */
export function readableOffset({ undated, offset }: SourceFile): number {
  if (undated === undefined) return Number.POSITIVE_INFINITY
  return markAt(undated.marks, offset)?.throughOffset ?? offset
}

/** Notes that everything of a file before an offset was decoded, and which bytes end there, if they are at hand. */
export function moveTo(file: SourceFile, offset: number, bytes?: Buffer, start = 0, end = 0): void {
  file.offset = offset
  if (bytes === undefined) file.undated?.fingerprint.skipTo(offset)
  else file.undated?.fingerprint.extend(bytes, start, end, offset)
}

/** Whether a file may be a copy of another: that was there before it, as what was rotated was before its successor. */
export function mayBeCopy(file: FileOrigin, of: FileOrigin): boolean {
  return file.bornAtMs === 0 || of.bornAtMs === 0 || file.bornAtMs > of.bornAtMs
}

/** The identity of a file that was never seen before. */
export function drawIdentity(prefix: Buffer): FileIdentity {
  return { key: fileKeyOf(randomBytes(8)), prefix }
}
