import type { Clock } from '#lib/clock.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { Line, UNPARSED } from '../decode/line.ts'
import type { LogFileEntry } from '../discover/list-files.ts'
import type { AgentEvents } from '../events.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ContainerLog } from './container-log.ts'
import { type FileIdentity, IDENTITY_BYTES, identify, identityOf } from './identity.ts'
import type { Ledger } from './ledger.ts'
import { type FileState, SourceFile, type Time64 } from './source-file.ts'

/** Where reading a file begins. */
interface Start {
  readonly identity: FileIdentity
  readonly state: FileState
}

const NEWLINE = 10
/** Docker puts the time at the end of a line. */
const LONGEST_FIRST_LINE_BYTES = 64 * 1024

export interface OpenerOptions {
  readonly checkpoints: Checkpoints
  readonly clock: Clock
  readonly events: AgentEvents
  readonly ledger: Ledger
}

/** Opens the files of a container and finds out which of them are known, and where reading them had got to. */
export class Opener {
  readonly #options: OpenerOptions
  readonly #line = new Line()

  constructor(options: OpenerOptions) {
    this.#options = options
  }

  /** Opens what a listing of the container's directory has and the log does not, and follows renames. */
  openNew(log: ContainerLog, entries: readonly LogFileEntry[]): void {
    for (const entry of entries) {
      const known = log.files.find(({ device, inode }) => device === entry.device && inode === entry.inode)
      if (known !== undefined) known.name = entry.name
      else if (!isFinished(log, entry)) this.#open(log, entry)
    }
    this.identifyAll(log)
  }

  /** Identifies the files that could not be identified so far, and puts all into the order of their first records. */
  identifyAll(log: ContainerLog): void {
    const unknown = log.files.filter(({ identity }) => identity === undefined)
    for (const file of unknown) {
      const head = file.readHead(IDENTITY_BYTES)
      const found = this.#find(log, head)
      if (found === undefined) {
        if (head.length !== file.seenOffset) file.idleSinceMs = undefined
        file.idleSinceMs ??= this.#options.clock.monotonicMs()
        file.seenOffset = head.length
      } else if (log.files.some(({ identity }) => identity?.key.equals(found.identity.key))) {
        this.#setAside(log, file)
      } else {
        this.#take(log, file, found)
      }
    }
    if (unknown.length > 0) sortFiles(log)
  }

  /**
   * Identifies a file whose first line never ended by what there is of it. The caller makes the cut.
   *
   * @returns false if what has to be remembered of it could not be written down; then it is tried again later
   */
  identifyTorn(log: ContainerLog, file: SourceFile): boolean {
    try {
      this.#take(log, file, this.#beginning(log, identityOf(log.key, file.readHead(IDENTITY_BYTES))))
    } catch (error) {
      this.#options.events.checkpointFailed({}, { err: messageOf(error) })
      return false
    }
    sortFiles(log)
    return true
  }

  #open(log: ContainerLog, entry: LogFileEntry): void {
    if (isReplaced(log)) log.incarnation += 1
    try {
      const file: SourceFile = new SourceFile({
        path: entry.path,
        name: entry.name,
        incarnation: log.incarnation,
        onAcknowledged: () => this.#options.ledger.acknowledged(log, file),
      })
      // Between the listing and the opening a rotation may have put another file, even a known one, under this name.
      if (log.files.some(({ device, inode }) => device === file.device && inode === file.inode)) {
        file.close()
        return
      }
      log.finished.delete(file.inode)
      log.files.push(file)
      this.#options.events.fileOpened({}, { path: entry.path })
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return
      this.#options.events.fileUnreadable({}, { path: entry.path, err: messageOf(error) })
    }
  }

  #find(log: ContainerLog, head: Buffer): Start | undefined {
    try {
      return this.#recall(log, head) ?? this.#recognize(log, head)
    } catch (error) {
      this.#options.events.checkpointFailed({}, { err: messageOf(error) })
      return undefined
    }
  }

  /** What is remembered of a file that begins like this. */
  #recall(log: ContainerLog, head: Buffer): Start | undefined {
    const checkpoints = this.#options.checkpoints.of(log.key).toSorted((a, b) => b.prefixBytes - a.prefixBytes)
    for (const { key, prefixBytes, state } of checkpoints) {
      if (prefixBytes > head.length) continue
      const identity = identityOf(log.key, head.subarray(0, prefixBytes))
      if (identity.key.toString('latin1') === key) return { identity, state }
    }
    return undefined
  }

  #recognize(log: ContainerLog, head: Buffer): Start | undefined {
    const identity = identify(log.key, head)
    return identity === undefined ? undefined : this.#beginning(log, identity)
  }

  #beginning(log: ContainerLog, identity: FileIdentity): Start {
    const known = this.#timeOf(log, identity.prefix)
    if (known !== undefined) return { identity, state: stateAtBegin(known) }
    // A line without a time is given that of the line before it. A first line has none before it, so it is given the
    // present, which must be the same after a restart because the ids of the records contain it.
    const time = toTime64(this.#options.clock.nowMs())
    const key = identity.key.toString('latin1')
    const prefixBytes = identity.prefix.length
    const state = stateAtBegin(time)
    this.#options.checkpoints.write([{ instance: log.key, key, prefixBytes, state }])
    return { identity, state }
  }

  #take(log: ContainerLog, file: SourceFile, { identity, state }: Start): void {
    const firstTime = this.#timeOf(log, identity.prefix) ?? this.#timeOf(log, file.readHead(LONGEST_FIRST_LINE_BYTES))
    file.resume(identity, firstTime ?? state.time, state)
  }

  /** A copy of a file that is being read, as copytruncate makes one, would give every record twice under one id. */
  #setAside(log: ContainerLog, file: SourceFile): void {
    log.finished.set(file.inode, { key: '', ...file.stat() })
    log.files = log.files.filter((other) => other !== file)
    file.close()
  }

  /** The time of the first line of these bytes, if it has one that can be read. */
  #timeOf(log: ContainerLog, head: Buffer): Time64 | undefined {
    const newline = head.indexOf(NEWLINE)
    const line = this.#line
    log.handling.decoder.decode(line, head, 0, newline < 0 ? head.length : newline)
    return line.kind === UNPARSED ? undefined : { high: line.timeHigh, low: line.timeLow }
  }
}

/** Whether the container is over whose files were opened last: a rotation renames the live file, only its end deletes it. */
function isReplaced({ files, incarnation, liveName }: ContainerLog): boolean {
  return files.some((file) => file.incarnation === incarnation && file.wasDeletedAs(liveName))
}

/** The same inode alone would not do: a new file gets the number of the last one that was deleted. */
function isFinished(log: ContainerLog, { inode, sizeBytes, modifiedAtMs }: LogFileEntry): boolean {
  const finished = log.finished.get(inode)
  return finished?.sizeBytes === sizeBytes && finished.modifiedAtMs === modifiedAtMs
}

/**
 * Oldest first by the time of the first record; the file that the runtime writes to is the newest. Files that are not
 * identified have nothing that could be read, so they must not stand between two that have.
 */
function sortFiles(log: ContainerLog): void {
  // One that was renamed and deleted between two listings is still known by the live name.
  const live = log.files.find((file) => file.name === log.liveName && file.stat().linked)
  const isLive = (file: SourceFile) => Number(file === live)
  log.files.sort(
    (a, b) => a.incarnation - b.incarnation || isLive(a) - isLive(b) || compareTimes(a.firstTime, b.firstTime),
  )
}

function compareTimes(a: Time64 | undefined, b: Time64 | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  return a.high - b.high || a.low - b.low
}

function stateAtBegin(time: Time64): FileState {
  return { resume: { offset: 0, delivered: [0, 0] }, time, cuts: [] }
}

function toTime64(epochMs: number): Time64 {
  const timeNs = BigInt(epochMs) * 1_000_000n
  return { high: Number(timeNs >> 32n), low: Number(timeNs & 0xffff_ffffn) }
}
