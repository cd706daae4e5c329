import type { Clock } from '#lib/clock.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { LogFileEntry } from '../discover/list-files.ts'
import type { AgentEvents } from '../events.ts'
import type { Beginning, Beginnings } from './beginnings.ts'
import type { ContainerLog } from './container-log.ts'
import { type FileBytes, PlainBytes } from './file-bytes.ts'
import { GzipBytes, GzipSlots } from './gzip-bytes.ts'
import { IDENTITY_BYTES } from './identity.ts'
import type { Ledger } from './ledger.ts'
import { SourceFile } from './source-file.ts'
import type { Spool } from './spool.ts'

export interface OpenerOptions {
  readonly beginnings: Beginnings
  readonly clock: Clock
  readonly events: AgentEvents
  readonly ledger: Ledger
  readonly spool: Spool
}

/** Opens the files of a container and finds out which of them are known, and where reading them had got to. */
export class Opener {
  readonly #options: OpenerOptions
  readonly #slots = new GzipSlots()

  constructor(options: OpenerOptions) {
    this.#options = options
  }

  /** Opens what a listing of the container's directory has and the log does not, and follows renames. */
  openNew(log: ContainerLog, entries: readonly LogFileEntry[]): void {
    const unknown = entries.filter((entry) => !follow(log, entry) && !isFinished(log, entry))
    const plain = unknown.filter((entry) => !entry.compressed).sort((a, b) => compareAges(log, a, b))
    // One that is elsewhere by now is found by the next listing. What is younger must not be read before it.
    plain.every((entry) => this.#open(log, entry))
    this.identifyAll(log)
    // Now it is known what of the compressed files was, or will be, read from the plain ones.
    const compressed = unknown.filter((entry) => entry.compressed)
    for (const entry of compressed) this.#openCompressed(log, entry)
    if (compressed.length > 0) sortFiles(log)
  }

  /** Opens what an earlier run left in the spool. */
  adopt(log: ContainerLog, entries: readonly LogFileEntry[]): void {
    for (const entry of entries) {
      if (entry.compressed) this.#openCompressed(log, entry, entry.path)
      else this.#open(log, entry, entry.path)
    }
    this.identifyAll(log)
    sortFiles(log)
  }

  /** Identifies the files that could not be identified so far, and puts all into the order of their first records. */
  identifyAll(log: ContainerLog): void {
    const unknown = log.files.filter(({ identity }) => identity === undefined)
    for (const file of unknown) {
      const head = file.readHead(IDENTITY_BYTES)
      const found = this.#find(log, file, head)
      if (found === undefined) {
        if (head.length !== file.seenOffset) file.idleSinceMs = undefined
        file.idleSinceMs ??= this.#options.clock.monotonicMs()
        file.seenOffset = head.length
      } else if (log.files.some(({ identity }) => identity?.key.equals(found.identity.key))) {
        this.#setAside(log, file, found.identity.key.toString('latin1'))
      } else {
        this.#options.beginnings.take(log, file, found)
        // What was seen is remembered, whether anything of it is read or not.
        if (found.undated !== undefined) this.#options.ledger.acknowledged(log, file)
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
    if (log.source.recognizer !== undefined) {
      this.identifyAll(log)
      return file.identity !== undefined
    }
    const { beginnings } = this.#options
    const found = this.#try(() => beginnings.findShort(log, file.readHead(IDENTITY_BYTES)))
    if (found === undefined) return false
    beginnings.take(log, file, found)
    sortFiles(log)
    return true
  }

  /** Returns false if another file, or none, has the name by now. */
  #open(log: ContainerLog, entry: LogFileEntry, spoolPath?: string): boolean {
    const bytes = this.#openBytes(log, entry, () => new PlainBytes(entry.path))
    if (bytes === 'moved') return false
    if (bytes === undefined) return true
    if (isReplaced(log)) this.#beginContainer(log)
    this.#add(log, entry.name, bytes, spoolPath)
    return true
  }

  /**
   * Opens a compressed file if it has what was not read from the plain one, for instance because that was gone before
   * it was seen. The two have the same identity, so reading goes on in the content where it stopped.
   */
  #openCompressed(log: ContainerLog, entry: LogFileEntry, spoolPath?: string): void {
    const { path, name, sizeBytes, modifiedAtMs } = entry
    const { beginnings, events, spool } = this.#options
    const onDamaged = (err: string) => events.compressedDamaged({}, { path, err })
    const bytes = this.#openBytes(log, entry, () => new GzipBytes({ path, slots: this.#slots, onDamaged }))
    if (bytes === undefined || bytes === 'moved') return
    const head = bytes.head.subarray(0, IDENTITY_BYTES)
    const found =
      head.length === 0 ? undefined : this.#try(() => beginnings.find(log, head) ?? beginnings.findShort(log, head))
    const key = found?.identity.key.toString('latin1') ?? ''
    if (found === undefined || log.hasKey(key) || found.state.resume.offset % 2 ** 32 === bytes.trailerBytes) {
      bytes.close()
      if (spoolPath === undefined) log.finished.set(bytes.inode, { key, sizeBytes, modifiedAtMs, compressedPath: path })
      else spool.remove(spoolPath)
      return
    }
    events.compressedRead({}, { path, offset: found.state.resume.offset })
    beginnings.take(log, this.#add(log, name, bytes, spoolPath), found)
  }

  /** Another container writes to the log from now on. */
  #beginContainer(log: ContainerLog): void {
    const last = log.files.findLast(({ identity }) => identity !== undefined)
    // A restart reads it from the spool, and would not know that the next file is another container's.
    if (last?.spoolPath !== undefined && last.incarnation === log.incarnation) this.#options.ledger.cutAtEnd(log, last)
    log.incarnation += 1
  }

  /** Opens a file of a listing. Since then a rotation may have put another file, even a known one, under its name. */
  #openBytes<Bytes extends FileBytes>(
    log: ContainerLog,
    { path, device, inode }: LogFileEntry,
    open: () => Bytes,
  ): Bytes | 'moved' | undefined {
    try {
      const bytes = open()
      const isMoved = bytes.device !== device || bytes.inode !== inode
      if (!isMoved && !isOpen(log, bytes)) return bytes
      bytes.close()
      if (!isMoved) return undefined
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') {
        log.hasUnreadable = true
        this.#options.events.fileUnreadable({}, { path, err: messageOf(error) })
        return undefined
      }
    }
    log.hasUnreadable = true
    return 'moved'
  }

  #add(log: ContainerLog, name: string, bytes: FileBytes, spoolPath: string | undefined): SourceFile {
    const { ledger, events } = this.#options
    const { incarnation } = log
    const file: SourceFile = new SourceFile({
      ...{ bytes, name, incarnation, spoolPath },
      onAcknowledged: () => ledger.acknowledged(log, file),
    })
    log.vanish(file.inode)
    log.files = log.files.concat([file])
    events.fileOpened({}, { path: `${log.directory}/${name}` })
    return file
  }

  #find(log: ContainerLog, file: SourceFile, head: Buffer): Beginning | undefined {
    const { recognizer } = log.source
    if (recognizer === undefined) return this.#try(() => this.#options.beginnings.find(log, head))
    try {
      return recognizer.recognize(log, file)
    } catch (error) {
      this.#options.events.readFailed({}, { path: `${log.directory}/${file.name}`, err: messageOf(error) })
      return undefined
    }
  }

  #try(find: () => Beginning | undefined): Beginning | undefined {
    try {
      return find()
    } catch (error) {
      this.#options.events.checkpointFailed({}, { err: messageOf(error) })
      return undefined
    }
  }

  #setAside(log: ContainerLog, copy: SourceFile, key: string): void {
    log.finished.set(copy.inode, { key: '', ...copy.stat() })
    log.files = log.files.filter((other) => other !== copy)
    this.#options.spool.release(copy)
    log.copies.hold(key, copy)
  }
}

/** Oldest first; the file that the runtime writes to is the newest. */
function compareAges({ liveName }: ContainerLog, a: LogFileEntry, b: LogFileEntry): number {
  return Number(a.name === liveName) - Number(b.name === liveName) || a.modifiedAtMs - b.modifiedAtMs
}

/** Whether a file of a listing is open already; then it is called by the name that it has now. */
function follow(log: ContainerLog, { name, device, inode }: LogFileEntry): boolean {
  const known = log.files.find((file) => file.device === device && file.inode === inode)
  if (known !== undefined) known.name = name
  return known !== undefined
}

function isOpen({ files }: ContainerLog, { device, inode }: FileBytes): boolean {
  return files.some((file) => file.device === device && file.inode === inode)
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
  log.files.sort((a, b) => a.incarnation - b.incarnation || isLive(a) - isLive(b) || compareTimes(a, b))
}

function compareTimes({ firstTime: a }: SourceFile, { firstTime: b }: SourceFile): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  return a.high - b.high || a.low - b.low
}
