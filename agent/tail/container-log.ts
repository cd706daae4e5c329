import { join } from 'node:path'
import { type ContainerInstance, instanceKey } from '../discover/paths.ts'
import type { Enriched } from '../enrich/enriched.ts'
import { RateLimiter } from '../filter/rate-limiter.ts'
import { type Handling, isExcluded } from '../handling/handling.ts'
import { StreamJoin } from '../join/stream-join.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import type { Origin } from '../ship/batch.ts'
import { AckOrder } from './ack-order.ts'
import type { FileRecognizer } from './beginnings.ts'
import { Copies } from './copies.ts'
import type { ResumePoint, SourceFile } from './source-file.ts'

/** How long a rotated file must have been quiet before its successor is read: the runtime still writes to it at first. */
const ROTATION_GRACE_MS = 100
const NO_NAMES = { namespace: '', pod: '', container: '' } as const

/** Which log one is. */
export interface LogSource {
  /** Under which its checkpoints are kept. */
  readonly key: string
  /** Where its files are. */
  readonly directory: string
  /** The name of the file that is written to; rotated files have another. */
  readonly liveName: string
  /** Whose log it is; undefined if it is no container's. */
  readonly instance?: ContainerInstance
  /** Finds out which file one is, where its first record does not say it. */
  readonly recognizer?: FileRecognizer
  /** For how long the file that is written to is held open although nothing comes; for ever if undefined. */
  readonly closeAfterMs?: number
}

/** Behind this the key of a log that is no container's has what it is called. A UID has no colon. */
export const FILE_KEY = 'file:'

/** Whether a log of this key is not found in the pods directory. */
export function isOtherKey(key: string): boolean {
  return key.includes(':')
}

/** The log of a container instance in the pods directory. */
export function containerSource(instance: ContainerInstance, directory: string): LogSource {
  return { key: instanceKey(instance), directory, liveName: `${instance.restartCount}.log`, instance }
}

/** What a log has from where it was found. */
export interface LogTraits {
  readonly enriched: Enriched
  readonly handling: Handling
}

export interface ContainerLogOptions extends LogTraits {
  readonly source: LogSource
  readonly maxRecordBytes: number
  /** Monotonic milliseconds. */
  readonly nowMs: number
}

export interface FinishedFile {
  readonly key: string
  /** On disk. */
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Where it is, if it is compressed. */
  readonly compressedPath?: string
}

/**
 * The log of one container instance, or of another program: its files in the order in which they were written, and the
 * records that the runtime split and that are not complete yet.
 */
export class ContainerLog implements Origin {
  readonly source: LogSource
  /** Whose records these are. Replaced when more becomes known of the pod. */
  enriched: Enriched
  /** How its lines are handled. Replaced when its pod says otherwise; see {@link handle}. */
  handling: Handling
  /** Undefined while there is no limit to what it ships. */
  limiter: RateLimiter | undefined
  /** When it was found, monotonic milliseconds. */
  readonly foundAtMs: number
  /** Its batches whose acknowledgement is awaited. */
  readonly acks = new AckOrder()
  /** Copies of its files. */
  readonly copies = new Copies()
  /** Oldest first; the file that the runtime writes to is the last one. */
  files: SourceFile[] = []
  /** The number of the container that writes to it. A static pod that is put back has the paths and UID that it had. */
  incarnation = 0
  /** Set once a file could not be opened: it is not known which one it is. */
  hasUnreadable = false
  /** Whether its directory is gone: nothing new can come. */
  gone = false
  /** Set while it stands in the queue of logs that have something to read. */
  queued = false
  /** When something was last read, monotonic milliseconds. */
  activeAtMs = 0
  /** Bytes that were decoded; for those who look. */
  readBytes = 0
  /** The inode that the name `N.log` stood for when it was last looked up. */
  lookedUpInode = 0
  /** The inode that the name of the next run's log stood for then. */
  nextRunInode = 0
  readonly #maxRecordBytes: number
  #rule: MultilineRule
  #joins: readonly [StreamJoin, StreamJoin] | undefined
  #finished: Map<number, FinishedFile> | undefined
  #vanished: Set<string> | undefined

  constructor(options: ContainerLogOptions) {
    this.source = options.source
    this.enriched = options.enriched
    this.handling = options.handling
    this.foundAtMs = options.nowMs
    this.#maxRecordBytes = options.maxRecordBytes
    this.#rule = options.handling.multiline
    this.handle(options.handling, options.nowMs)
  }

  /** What may go on, of stdout and of stderr. */
  get joins(): readonly [StreamJoin, StreamJoin] {
    this.#joins ??= [new StreamJoin(this.#maxRecordBytes, this.#rule), new StreamJoin(this.#maxRecordBytes, this.#rule)]
    return this.#joins
  }

  /** Whether a record is not complete, or may not be. */
  get hasOpenJoin(): boolean {
    return this.#joins?.some((join) => join.isOpen) ?? false
  }

  /** Files that were read and acknowledged and have a name, plain or compressed, by inode, as they were then. */
  get finished(): Map<number, FinishedFile> {
    this.#finished ??= new Map()
    return this.#finished
  }

  /** Keys of finished files that have lost their names, until it is known that no compressed file has the same content. */
  get vanished(): Set<string> {
    this.#vanished ??= new Set()
    return this.#vanished
  }

  /** Gives back what is of use only while something happens: of ten thousand logs most are at rest. */
  rest(): void {
    if (!this.hasOpenJoin) this.#joins = undefined
    if (this.#finished?.size === 0) this.#finished = undefined
    if (this.#vanished?.size === 0) this.#vanished = undefined
    this.enriched.rest?.()
  }

  /** The encoded Resource. */
  get resource(): Buffer {
    return this.enriched.resource
  }

  get key(): string {
    return this.source.key
  }

  get directory(): string {
    return this.source.directory
  }

  get instance(): ContainerInstance | undefined {
    return this.source.instance
  }

  /** What its container is called; empty for a log that is no container's. */
  get names(): { readonly namespace: string; readonly pod: string; readonly container: string } {
    return this.instance ?? NO_NAMES
  }

  /** The path of the file that is written to, of a log that is no container's; else empty. */
  get file(): string {
    return this.instance === undefined ? join(this.directory, this.liveName) : ''
  }

  /** Has the lines from the next one on handled like this. */
  handle(handling: Handling, nowMs: number): void {
    this.handling = handling
    const { limit } = handling
    if (this.limiter?.limit.id !== limit?.id) this.limiter = limit && new RateLimiter(limit, nowMs)
  }

  /** Which of its lines become one record: as its handling says, from the next time that lines are taken. */
  get rule(): MultilineRule {
    return this.#rule
  }

  follow(rule: MultilineRule): void {
    this.#rule = rule
    for (const join of this.#joins ?? []) join.follow(rule)
  }

  get liveName(): string {
    return this.source.liveName
  }

  /** The name of the log of the container's next run. */
  get nextRunName(): string | undefined {
    return this.instance === undefined ? undefined : `${this.instance.restartCount + 1}.log`
  }

  /** Whether its pod has it excluded: nothing of it is read. */
  get isExcluded(): boolean {
    return isExcluded(this.handling)
  }

  /**
   * The oldest file that has something to read, or undefined if there is none or the newest rotated file is given its
   * grace. Of those before it the runtime has let go: it opens a file only after it has closed the one before.
   */
  next(nowMs: number): SourceFile | undefined {
    if (this.isExcluded) return undefined
    const newestRotated = this.files.length - 2
    for (const [index, file] of this.files.entries()) {
      if (file.identity === undefined) continue
      if (file.idleSinceMs === undefined) return file
      if (file.undated?.awaitsTime) return undefined
      if (index === newestRotated && nowMs - file.idleSinceMs < ROTATION_GRACE_MS) return undefined
    }
    return undefined
  }

  /** Whether everything that can be read was read. */
  isIdle(): boolean {
    return this.files.every((file) => file.identity === undefined || file.idleSinceMs !== undefined)
  }

  /** Whether a file with this key is open or finished. */
  hasKey(key: string): boolean {
    if (this.files.some(({ identity }) => identity?.key.toString('latin1') === key)) return true
    return this.finishedInode(key) !== undefined
  }

  /** The inode of the finished file with this key. */
  finishedInode(key: string): number | undefined {
    for (const [inode, finished] of this.finished) if (finished.key === key) return inode
    return undefined
  }

  /** Notes that a finished file has lost its name, or never had one. */
  vanish(inode: number, key = this.finished.get(inode)?.key ?? ''): void {
    this.finished.delete(inode)
    if (key !== '') this.vanished.add(key)
  }

  /** Whether a file with this inode is open, or was and is done with. */
  hasInode(inode: number): boolean {
    return this.finished.has(inode) || this.files.some((file) => file.inode === inode)
  }

  /**
   * Finds out which files have something to read. The newest first: the runtime is done with a file once it writes to the
   * next, so where the next has something the look at the one before it sees all there will be.
   */
  pollFiles(): void {
    for (let index = this.files.length - 1; index >= 0; index--) {
      const file = this.files[index]!
      if (file.idleSinceMs !== undefined && file.identity !== undefined && file.poll()) file.idleSinceMs = undefined
    }
  }

  /** A file was truncated: what was set aside as a copy of it is read instead, and no other copy is left out. */
  reclaimCopies(file: SourceFile): void {
    const copies = this.copies.take(file.identity?.key.toString('latin1'))
    if (copies.length > 0) for (const join of this.joins) join.discardIn(file)
    this.files.push(...copies)
    for (const [inode, { key }] of this.finished) if (key === '') this.finished.delete(inode)
  }

  close(): void {
    for (const file of this.files) file.close()
    this.copies.close()
  }

  /** Whether something was written since it was last looked at. */
  hasNews(): boolean {
    let isWritten = false
    for (const file of this.files) {
      if (file.idleSinceMs === undefined || !file.poll()) continue
      file.idleSinceMs = undefined
      isWritten = true
    }
    return isWritten
  }

  /** Where a restart would have to go on in a file: a record that is not complete has to be read again. */
  resumePoint(file: SourceFile): ResumePoint {
    const stdout = this.joins[0].startIn(file) ?? file.offset
    const stderr = this.joins[1].startIn(file) ?? file.offset
    // Lines without a header are joined to nothing, unless none has one.
    const neither = this.source.recognizer === undefined ? file.offset : stderr
    return { offset: Math.min(stdout, stderr), delivered: [stdout, stderr, neither], rule: this.rule.id }
  }
}
