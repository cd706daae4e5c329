import type { LongLine } from '../decode/long-line.ts'
import type { BytesStat, FileBytes } from './file-bytes.ts'
import { type FileIdentity, IDENTITY_BYTES } from './identity.ts'
import type { Candidate, Undated } from './undated.ts'

/** A place in a file where a record was ended by the clock or another rule and not by its bytes; see checkpoints.ts. */
export interface Cut {
  readonly offset: number
  /** Bit 0 for stdout, bit 1 for stderr: whose partial record was flushed here. */
  readonly streams: number
  /** The id of the multiline rule from here on, if it changed. */
  readonly rule?: string
}

/** A time in nanoseconds, as two unsigned 32-bit halves. */
export interface Time64 {
  readonly high: number
  readonly low: number
}

export interface FileStat extends BytesStat {
  /** Whether the file still has a name, other than the one in the spool. */
  readonly linked: boolean
}

/** What is remembered of a file's content. */
export interface FileState {
  readonly resume: ResumePoint
  /** Time of the last record before it that had one. */
  readonly time: Time64
  readonly cuts: readonly Cut[]
}

export interface SourceFileOptions {
  readonly bytes: FileBytes
  readonly name: string
  /** See {@link SourceFile.incarnation}. */
  readonly incarnation: number
  /** The link by which it was opened, if it was left in the spool by an earlier run. */
  readonly spoolPath?: string | undefined
  /** Called whenever more of the file has been acknowledged. */
  readonly onAcknowledged: (file: SourceFile) => void
}

/**
 * Where reading a file goes on. Streams are joined apart, so while a record of one is incomplete, records of the other
 * behind its begin may have been delivered: their lines are read again and skipped.
 */
export interface ResumePoint {
  readonly offset: number
  /** Lines of stdout, of stderr and of neither that begin before these offsets were delivered. */
  readonly delivered: readonly [stdout: number, stderr: number, neither?: number]
  /** The id of the multiline rule of the lines from here on; undefined if none was taken yet. */
  readonly rule?: string
}

/** For a look at the begin of a file, which is over before the next one. */
const PROBE = Buffer.alloc(IDENTITY_BYTES)

/**
 * One open log file. The descriptor is kept from first sight until everything was read and acknowledged, through
 * renames and deletion; the name is only what messages call it.
 */
export class SourceFile implements Candidate {
  name: string
  /** Whose file it is, of the containers that had the same log one after the other. */
  readonly incarnation: number
  identity: FileIdentity | undefined
  /** Set if its lines state no time. */
  undated: Undated | undefined
  /** Time of the first record, by which the files of a container are put into order. */
  firstTime: Time64 | undefined
  /** Everything before this was decoded. */
  offset = 0
  /** Time of the last record before `offset` that had one: what a line without a time is given. */
  time: Time64 = { high: 0, low: 0 }
  /** What was acknowledged. */
  acked: ResumePoint = { offset: 0, delivered: [0, 0] }
  ackedTime: Time64 = { high: 0, low: 0 }
  /** What an earlier run delivered beyond where this one began. */
  skip: ResumePoint['delivered'] = [0, 0]
  /** The id of the multiline rule that an earlier run followed at the offset, until it was looked at. */
  recordedRule: string | undefined
  /** Everything before this may have been delivered by an earlier run, joined by the rules that are recorded. */
  ruledUntilOffset = 0
  /** Cuts whose records are not acknowledged yet: a restart has to make them again. */
  cuts: readonly Cut[] = []
  /** Everything before this was looked at; between `offset` and here stands the begin of a line. */
  seenOffset = 0
  /** Since when there has been nothing to read, in monotonic milliseconds; undefined while there is something. */
  idleSinceMs: number | undefined
  /** Since when not everything was delivered, monotonic milliseconds, as far as it was looked at. */
  behindSinceMs: number | undefined
  /** The link that holds it, see spool.ts. */
  spoolPath: string | undefined
  /** Set if no link to it can be made. */
  cannotBeSpooled = false
  /** Set while a line is longer than a read. */
  longLine: LongLine | undefined
  readonly #bytes: FileBytes
  readonly #isAdopted: boolean
  readonly #onAcknowledged: (file: SourceFile) => void
  #closed = false
  #isUsed = false
  #isShed = false
  /** Of `cuts`, in order: those an earlier run made and this one has not reached yet. */
  #cutsAhead: Cut[] = []
  #cutsSincePoint: Cut[] = []
  /** A rewrite may leave the size as it was. */
  #polledMtimeMs = 0

  constructor(options: SourceFileOptions) {
    this.#bytes = options.bytes
    this.name = options.name
    this.incarnation = options.incarnation
    this.spoolPath = options.spoolPath
    this.#isAdopted = options.spoolPath !== undefined
    this.#onAcknowledged = options.onAcknowledged
  }

  get device(): number {
    return this.#bytes.device
  }

  get inode(): number {
    return this.#bytes.inode
  }

  get isCompressed(): boolean {
    return this.#bytes.isCompressed
  }

  get bornAtMs(): number {
    return this.#bytes.bornAtMs()
  }

  /** Whether everything that was decoded has been acknowledged. */
  get isSettled(): boolean {
    return this.acked.offset === this.offset
  }

  /** Whether all there is was read, and all that was read has been acknowledged. */
  get isDelivered(): boolean {
    return this.idleSinceMs !== undefined && this.isSettled && this.seenOffset === this.offset
  }

  /** Whether there is, or may be, something that was not looked at. */
  poll(): boolean {
    const { sizeBytes, modifiedAtMs } = this.stat()
    const isChanged = sizeBytes !== this.seenOffset || modifiedAtMs !== this.#polledMtimeMs
    this.#polledMtimeMs = modifiedAtMs
    return isChanged
  }

  stat(): FileStat {
    const stat = this.#bytes.stat()
    return { ...stat, linked: stat.links > (this.spoolPath === undefined ? 0 : 1) }
  }

  /** Whether it was deleted when it had this name. Only the system knows: between two looks it may have been renamed. */
  wasDeletedAs(name: string): boolean {
    const path = this.presentPath()
    return path === undefined ? this.name === name && !this.stat().linked : path.endsWith(`/${name} (deleted)`)
  }

  /** Where it is now; undefined if the system does not tell, as of a file that was opened by its name in the spool. */
  presentPath(): string | undefined {
    return this.#isAdopted ? undefined : this.#bytes.presentPath()
  }

  /** The first bytes of the file, as far as there are any. */
  readHead(maxBytes: number): Buffer {
    const head = Buffer.allocUnsafe(maxBytes)
    return head.subarray(0, this.#bytes.readNow(head, maxBytes, 0))
  }

  /** Reads at a position, at once; for a look now and then at what will be read later. Returns how many bytes. */
  peek(buffer: Buffer, length: number, position: number): number {
    return this.#bytes.readNow(buffer, length, position)
  }

  /** What stands between the last whole line and the end. */
  readTail(): Buffer {
    const tail = Buffer.allocUnsafe(this.seenOffset - this.offset)
    return tail.subarray(0, this.#bytes.readNow(tail, tail.length, this.offset))
  }

  /** Reads at a position of the content, as {@link FileBytes.read} does. */
  read(buffer: Buffer, position: number): Promise<number | undefined> {
    return this.#bytes.read(buffer, position)
  }

  /**
   * Whether the file still begins as it did when it was identified. Asked after a read, it vouches for that read:
   * a file that was truncated and written again before it begins with another record.
   */
  isUnchanged(): boolean {
    if (this.undated !== undefined) return this.undated.fingerprint.isOf(this)
    const prefix = this.identity?.prefix
    if (prefix === undefined || this.isCompressed) return true
    const bytes = this.#bytes.readNow(PROBE, prefix.length, 0)
    return bytes === prefix.length && PROBE.compare(prefix, 0, prefix.length, 0, prefix.length) === 0
  }

  /** Takes up a file where an earlier run left it, or at its begin. */
  resume(identity: FileIdentity, firstTime: Time64, { resume, time, cuts }: FileState): void {
    this.identity = identity
    this.firstTime = firstTime
    this.offset = resume.offset
    this.seenOffset = resume.offset
    this.acked = resume
    this.skip = resume.delivered
    this.time = time
    this.ackedTime = time
    this.cuts = cuts
    this.recordedRule = resume.rule
    if (resume.rule !== undefined) this.ruledUntilOffset = this.stat().sizeBytes
    this.idleSinceMs = undefined
    this.#cutsAhead = cuts.toSorted((a, b) => a.offset - b.offset)
  }

  /** The offset of the next cut that an earlier run made, or infinity. */
  get nextCutOffset(): number {
    return this.#cutsAhead[0]?.offset ?? Number.POSITIVE_INFINITY
  }

  /** Notes a cut that was made now. */
  addCut(cut: Cut): void {
    this.cuts = [...this.cuts, cut]
    this.#cutsSincePoint.push(cut)
  }

  /** Notes a cut that is to be made once its offset is reached, behind all others. */
  expectCut(cut: Cut): void {
    this.cuts = [...this.cuts, cut]
    this.#cutsAhead.push(cut)
  }

  /** Takes the cuts that stand at an offset or before it; returns whose partial records end there. */
  reachCuts(offset: number): number {
    let streams = 0
    while (this.nextCutOffset <= offset) {
      const cut = this.#cutsAhead.shift()!
      streams |= cut.streams
      this.recordedRule = cut.rule ?? this.recordedRule
      this.#cutsSincePoint.push(cut)
    }
    return streams
  }

  /**
   * Notes that a batch was closed when this file could be resumed at a point.
   *
   * @returns to be called once that batch, and all before it, were acknowledged
   */
  markProgress(resume: ResumePoint): () => void {
    const { time } = this
    const cuts = this.#cutsSincePoint
    this.#cutsSincePoint = []
    return () => {
      this.acked = resume
      this.ackedTime = time
      this.undated?.acknowledge(resume.offset)
      if (cuts.length > 0) this.cuts = this.cuts.filter((cut) => !cuts.includes(cut))
      if (!this.#isShed) this.#onAcknowledged(this)
    }
  }

  /** Whether it was given up. */
  get isShed(): boolean {
    return this.#isShed
  }

  /** Gives it up: nothing more is taken from it, and acknowledgements of what was are not written down. */
  shed(): void {
    this.#isShed = true
  }

  /** Keeps the descriptor while it is used; a close in between is made up for. */
  async use<Result>(action: () => Promise<Result>): Promise<Result> {
    this.#isUsed = true
    try {
      return await action()
    } finally {
      this.#isUsed = false
      if (this.#closed) this.#bytes.close()
    }
  }

  close(): void {
    if (!this.#closed && !this.#isUsed) this.#bytes.close()
    this.#closed = true
  }
}
