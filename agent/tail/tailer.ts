import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { LogFileEntry } from '../discover/list-files.ts'
import type { LogFilesListener, Runs } from '../discover/listener.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { Enricher } from '../enrich/enricher.ts'
import type { AgentEvents } from '../events.ts'
import type { Handlings } from '../handling/handlings.ts'
import type { Checkpoints } from './checkpoints.ts'
import { ContainerLog, containerSource, isOtherKey, type LogSource, type LogTraits } from './container-log.ts'
import { mayRead } from './delay.ts'
import type { Exclusion } from './exclusion.ts'
import type { Flusher } from './flusher.ts'
import type { Intake } from './intake.ts'
import type { LastReads } from './last-reads.ts'
import type { Ledger } from './ledger.ts'
import { isAtRest, isDue } from './log-state.ts'
import { hasNewFile } from './new-file.ts'
import type { Opener } from './opener.ts'
import type { Reader } from './reader.ts'
import type { Retirement } from './retirement.ts'
import type { Shedder } from './shedder.ts'
import type { SourceFile } from './source-file.ts'
import type { Spool, SpooledLog } from './spool.ts'
import type { Timekeeper } from './timekeeper.ts'

export interface TailerOptions {
  readonly checkpoints: Checkpoints
  readonly ledger: Ledger
  readonly opener: Opener
  readonly reader: Reader
  readonly flusher: Flusher
  readonly timekeeper: Timekeeper
  readonly retirement: Retirement
  readonly exclusion: Exclusion
  readonly spool: Spool
  readonly shedder: Shedder
  readonly lastReads: LastReads
  readonly intake: Intake
  readonly clock: Clock
  readonly events: AgentEvents
  readonly enricher: Enricher
  readonly handlings: Handlings
  readonly maxRecordBytes: number
  readonly podsDir: string
  /** Longest time that a record waits for its batch to fill. */
  readonly batchDelayMs: number
  readonly directories: DirectoryLister
}

/** What the tailer asks of discovery. */
interface DirectoryLister {
  /** Lists a container's directory again. */
  refresh(directory: string): void
  /** A directory that was too busy for events is quiet again. */
  calmed(directory: string): void
}

const TICK_MS = 100
const CHECKPOINT_MS = 1_000
/** A log is polled every tick for this long after something was read from it, whatever events say. */
const ACTIVE_MS = 5_000

/**
 * Keeps the logs of all containers: learns from discovery which files there are, polls the active logs, has the reader
 * read them, and has what was acknowledged written down.
 */
export class Tailer implements Service, LogFilesListener {
  readonly name = 'tailer'
  readonly #options: TailerOptions
  readonly #logs = new Map<string, ContainerLog>()
  readonly #byDirectory = new Map<string, readonly ContainerLog[]>()
  readonly #active = new Set<ContainerLog>()
  #writtenAtMs = 0
  #cancelTick: () => void = () => {}

  constructor(options: TailerOptions) {
    this.#options = options
  }

  get logs(): ReadonlyMap<string, ContainerLog> {
    return this.#logs
  }

  start(): void {
    this.#options.enricher.onChange((uids) => this.#enrichAgain(uids))
    for (const spooled of this.#options.spool.list()) this.#adopt(spooled)
    this.#options.reader.start()
    this.#scheduleTick()
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#cancelTick()
    const { reader, lastReads, retirement } = this.#options
    const logs = [...this.#logs.values()]
    await reader.stop(deadline, () => lastReads.readUnlinked(logs, deadline))
    for (const log of logs) {
      retirement.releaseDelivered(log)
      lastReads.report(log)
      log.close()
    }
  }

  listed(container: Omit<ContainerInstance, 'restartCount'>, directory: string, runs: Runs): boolean {
    let isTaken = true
    const { retirement, spool, clock } = this.#options
    for (const [restartCount, entries] of runs) {
      const log = this.#containerLog({ ...container, restartCount }, directory)
      this.found(log, entries)
      retirement.forgetVanished(log, new Set(entries.map(({ inode }) => inode)))
      // Now: at full speed the next rotation is near, and takes what this one left.
      spool.keep(log, clock.monotonicMs())
      isTaken &&= log.isExcluded || entries.every(({ inode }) => log.hasInode(inode))
    }
    for (const log of this.#byDirectory.get(directory) ?? []) {
      if (log.instance === undefined || runs.has(log.instance.restartCount)) continue
      retirement.forgetVanished(log, new Set())
      if (log.isExcluded && log.files.length === 0) this.#forget(log)
    }
    return isTaken
  }

  /** The log of a source; if it is new it has the traits that are asked for. */
  open(source: LogSource, traitsOf: () => LogTraits): ContainerLog {
    const known = this.#logs.get(source.key)
    if (known !== undefined) return known
    const { maxRecordBytes, clock } = this.#options
    const log = new ContainerLog({ source, ...traitsOf(), maxRecordBytes, nowMs: clock.monotonicMs() })
    this.#logs.set(source.key, log)
    this.#byDirectory.set(source.directory, (this.#byDirectory.get(source.directory) ?? []).concat([log]))
    return log
  }

  logsIn(directory: string): readonly ContainerLog[] {
    return this.#byDirectory.get(directory) ?? []
  }

  /** Opens the files of a log that are new, and follows those that were renamed. */
  found(log: ContainerLog, entries: readonly LogFileEntry[]): void {
    // A static pod that is put back has the directory that it had.
    log.gone = false
    if (!log.isExcluded) this.#options.opener.openNew(log, entries)
    this.#active.add(log)
  }

  unchanged(directory: string): boolean {
    let isWritten = false
    for (const log of this.#byDirectory.get(directory) ?? []) {
      // Those that are active are looked at all the time.
      if (this.#active.has(log) || !log.hasNews()) continue
      this.#active.add(log)
      isWritten = true
    }
    return isWritten
  }

  removed(directory: string): void {
    for (const log of this.#byDirectory.get(directory) ?? []) {
      log.gone = true
      this.#options.retirement.forgetVanished(log, new Set())
      this.#active.add(log)
    }
  }

  touched(directory: string): void {
    for (const log of this.#byDirectory.get(directory) ?? []) this.look(log)
  }

  /** Finds out at once whether there is more to read of a log. */
  look(log: ContainerLog): void {
    this.#active.add(log)
    this.#poll(log, this.#options.clock.monotonicMs())
  }

  /** Everything that exists was listed: checkpoints of anything else are of no use any more. */
  complete(): void {
    const { checkpoints, ledger, events } = this.#options
    for (const instance of checkpoints.instances()) {
      if (isOtherKey(instance)) continue
      const log = this.#logs.get(instance)
      // Its pod may take it back.
      if (log?.isExcluded) continue
      // It may be one of these.
      if (log?.hasUnreadable || log?.files.some(({ identity }) => identity === undefined)) continue
      const remembered = checkpoints.of(instance)
      const unknown = remembered.filter(({ key }) => !log?.hasKey(key))
      for (const { key } of unknown) ledger.finished(instance, key)
      if (log !== undefined && unknown.length === remembered.length) events.gapFound({}, { path: log.directory })
    }
  }

  /** The configuration of how lines are handled and enriched has changed. */
  handleAllAgain(): void {
    for (const log of this.#logs.values()) this.#handleAgain(log)
  }

  /** Takes up what an earlier run left in the spool. If the container still has a directory, that is listed later. */
  #adopt({ instance, path, entries }: SpooledLog): void {
    const log = this.#containerLog(instance, join(this.#options.podsDir, path))
    log.gone = true
    this.#options.opener.adopt(log, entries)
    this.#active.add(log)
  }

  /** A file no longer holds what it held: what was read goes its way, the rest is gone, and the file begins anew. */
  onTruncated(log: ContainerLog, file: SourceFile): void {
    this.#options.events.fileTruncated({}, { path: join(log.directory, file.name) })
    // A copy that was set aside while this file was read may hold what is missing.
    log.reclaimCopies(file)
    this.#options.flusher.abandon(log, file)
    this.#options.retirement.remove(log, file)
    if (file.undated !== undefined) this.#options.ledger.lose(log, file, file.undated)
    this.#options.directories.refresh(log.directory)
  }

  #containerLog(instance: ContainerInstance, directory: string): ContainerLog {
    const { enricher, handlings } = this.#options
    return this.open(containerSource(instance, directory), () => ({
      enriched: enricher.enrich(instance),
      handling: handlings.of(instance),
    }))
  }

  #enrichAgain(uids: readonly string[]): void {
    for (const log of this.#logs.values()) if (uids.includes(log.instance?.uid ?? '')) this.#handleAgain(log)
  }

  #handleAgain(log: ContainerLog): void {
    const { enricher, handlings, directories, clock } = this.#options
    const { instance, isExcluded: wasExcluded } = log
    if (instance === undefined) return
    log.enriched = enricher.enrich(instance)
    log.handle(handlings.of(instance), clock.monotonicMs())
    if (wasExcluded !== log.isExcluded) this.#active.add(log)
    if (wasExcluded && !log.isExcluded) directories.refresh(log.directory)
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#options.clock.after(TICK_MS, () => {
      this.#tick(this.#options.clock.monotonicMs())
      this.#scheduleTick()
    })
  }

  #tick(nowMs: number): void {
    const { intake, reader, ledger, timekeeper, spool, shedder, batchDelayMs } = this.#options
    for (const log of this.#active) this.#tend(log, nowMs)
    timekeeper.write()
    if (intake.isFull || (!intake.isEmpty && nowMs - intake.openedAtMs >= batchDelayMs)) reader.closeBatch()
    if (nowMs - this.#writtenAtMs < CHECKPOINT_MS) return
    this.#writtenAtMs = nowMs
    ledger.write()
    spool.sweep()
    shedder.enforce(this.#active)
  }

  #tend(log: ContainerLog, nowMs: number): void {
    if (log.isExcluded) {
      this.#options.exclusion.tend(log)
      if (log.files.length > 0) return
      if (log.gone) this.#forget(log)
      else this.#active.delete(log)
      return
    }
    this.#poll(log, nowMs)
    this.#options.flusher.flushIdle(log, nowMs)
    this.#options.spool.keep(log, nowMs)
    this.#options.retirement.retire(log, nowMs)
    if (log.files.length === 0 && log.finished.size === 0 && log.vanished.size === 0) {
      this.#forget(log)
    } else if (nowMs - log.activeAtMs > ACTIVE_MS && isAtRest(log)) {
      this.#active.delete(log)
      log.rest()
      this.#options.directories.calmed(log.directory)
    }
  }

  /** Finds out whether there is something to read. */
  #poll(log: ContainerLog, nowMs: number): void {
    if (log.isExcluded) return
    if (!log.gone && hasNewFile(log)) this.#options.directories.refresh(log.directory)
    if (log.files.some(({ identity }) => identity === undefined)) this.#options.opener.identifyAll(log)
    log.pollFiles()
    const next = log.next(nowMs)
    if (next === undefined || !isDue(log, nowMs) || !mayRead(log, next, nowMs)) return
    if (!this.#options.timekeeper.mustWait(log, next)) this.#options.reader.wake(log)
  }

  #forget(log: ContainerLog): void {
    this.#logs.delete(log.key)
    this.#active.delete(log)
    const siblings = this.#byDirectory.get(log.directory)?.filter((other) => other !== log) ?? []
    if (siblings.length > 0) this.#byDirectory.set(log.directory, siblings)
    else this.#byDirectory.delete(log.directory)
  }
}
