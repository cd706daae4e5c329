import type { Clock } from '#lib/clock.ts'
import type { Beginning, FileRecognizer } from '../tail/beginnings.ts'
import type { Checkpoints, FileCheckpoint } from '../tail/checkpoints.ts'
import type { ContainerLog } from '../tail/container-log.ts'
import { Fingerprint, resembles } from '../tail/fingerprint.ts'
import { IDENTITY_BYTES } from '../tail/identity.ts'
import type { SourceFile } from '../tail/source-file.ts'
import {
  type Candidate,
  drawIdentity,
  isSameFile,
  mayBeCopy,
  Undated,
  type UndatedCheckpoint,
} from '../tail/undated.ts'
import { liveNamesOf } from './candidate.ts'

export interface UndatedRecognizerOptions {
  readonly checkpoints: Pick<Checkpoints, 'of'>
  readonly clock: Clock
}

/** Where the last line begins that was not ended is looked for in so many bytes. */
const LINE_BEGIN_WITHIN_BYTES = 64 * 1024
const NEWLINE = 10

/** Finds out which file one is whose lines state no time. */
export class UndatedRecognizer implements FileRecognizer {
  readonly #options: UndatedRecognizerOptions
  /** By inode, the size of a file of which only what comes later is read. */
  readonly #leftOut = new Map<number, number>()

  constructor(options: UndatedRecognizerOptions) {
    this.#options = options
  }

  /** Of a file that is not known, what it has now is left out. */
  leaveOut(inode: number, sizeBytes: number): void {
    this.#leftOut.set(inode, sizeBytes)
  }

  recognize(log: ContainerLog, file: SourceFile): Beginning | undefined {
    const head = file.readHead(IDENTITY_BYTES)
    if (head.length === 0) return undefined
    const open = new Set(log.files.map(({ identity }) => identity?.key.toString('latin1')))
    const known = this.#options.checkpoints
      .of(log.key)
      .filter(isUndated)
      .filter(({ key }) => !open.has(key))
    const checkpoint =
      known.find(({ undated }) => isSameFile(file, undated)) ??
      known.find(({ undated }) => isCopy(file.name, file, undated, log.liveName))
    return checkpoint === undefined ? this.#begin(log, file, head) : resume(file, head, checkpoint)
  }

  #begin(log: ContainerLog, file: SourceFile, head: Buffer): Beginning {
    const nowMs = this.#options.clock.nowMs()
    const offset = lineBegin(file, this.#leftOut.get(file.inode) ?? 0)
    this.#leftOut.delete(file.inode)
    const { inode, bornAtMs } = file
    const undated = new Undated(new Fingerprint(file, offset), { inode, bornAtMs, marks: [], foundAtMs: nowMs })
    const resume = { offset, delivered: [offset, offset], rule: log.handling.multiline.id } as const
    const state = { resume, time: { high: 0, low: 0 }, cuts: [] }
    return { identity: drawIdentity(head), state, undated }
  }
}

/** Whether a file has what another one held, of which nothing but a checkpoint is left. */
export function isCopy(name: string, file: Candidate, known: UndatedCheckpoint, liveName: string): boolean {
  if (known.likeness.tailOffset === 0 || !liveNamesOf(name).includes(liveName)) return false
  return mayBeCopy(file, known) && resembles(file, known.likeness)
}

export type UndatedFileCheckpoint = FileCheckpoint & { readonly undated: UndatedCheckpoint }

export function isUndated(checkpoint: FileCheckpoint): checkpoint is UndatedFileCheckpoint {
  return checkpoint.undated !== undefined
}

function resume(file: SourceFile, prefix: Buffer, { key, state, undated: known }: UndatedFileCheckpoint): Beginning {
  const { marks, foundAtMs } = known
  const { inode, bornAtMs } = file
  const undated = new Undated(new Fingerprint(file, state.resume.offset), { inode, bornAtMs, marks, foundAtMs })
  return { identity: { key: Buffer.from(key, 'latin1'), prefix }, state, undated }
}

/** Where the line begins in which an offset lies, unless it is too long. */
function lineBegin(file: SourceFile, offset: number): number {
  const start = Math.max(0, offset - LINE_BEGIN_WITHIN_BYTES)
  const bytes = Buffer.alloc(offset - start)
  const found = bytes.subarray(0, file.peek(bytes, bytes.length, start))
  const newline = found.lastIndexOf(NEWLINE)
  return newline >= 0 ? start + newline + 1 : start === 0 ? 0 : offset
}
