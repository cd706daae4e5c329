import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '#lib/errors.ts'
import type { StoreEvents } from '../events.ts'
import { dayName, parseDayName } from '../time/day.ts'
import { DayFile } from './day-file.ts'
import { isCorruption } from './sqlite.ts'

export interface DayFilesOptions {
  readonly directory: string
  /** How many may be open at once, as long as no search holds more. */
  readonly maxOpen: number
  readonly events: StoreEvents
}

/** SQLite's files for one database. */
const SUFFIXES = ['', '-wal', '-shm'] as const

/** The files of all days. Few are open at a time: a sender with wild clocks could otherwise open thousands. */
export class DayFiles {
  readonly #options: DayFilesOptions
  readonly #days = new Set<number>()
  /** The one used last is at the end. */
  readonly #open = new Map<number, DayFile>()
  /** Days whose file was used since {@link closeUnused} was called last. */
  #used = new Set<number>()
  /** Sizes of files that are closed, which don't change. */
  readonly #closedSizes = new Map<number, number>()
  #sortedDays: readonly number[] | undefined
  /** Called with each file that is about to be closed or removed. */
  onClose: (file: DayFile) => void = () => {}

  constructor(options: DayFilesOptions) {
    this.#options = options
    mkdirSync(options.directory, { recursive: true })
    for (const name of readdirSync(options.directory)) {
      const day = name.endsWith('.sqlite') ? parseDayName(name.slice(0, -'.sqlite'.length)) : undefined
      if (day !== undefined) this.#days.add(day)
    }
  }

  /** All days that have a file, oldest first. */
  get days(): readonly number[] {
    this.#sortedDays ??= [...this.#days].sort((a, b) => a - b)
    return this.#sortedDays
  }

  get openFiles(): readonly DayFile[] {
    return [...this.#open.values()]
  }

  has(day: number): boolean {
    return this.#days.has(day)
  }

  /** The file of a day, or undefined if there is none or it turns out to be damaged; then it was set aside. */
  open(day: number): DayFile | undefined {
    return this.#days.has(day) ? this.openOrCreate(day) : undefined
  }

  /** The file of a day, which is a new one if there was none or the old one was damaged. */
  openOrCreate(day: number): DayFile {
    this.#used.add(day)
    const open = this.#open.get(day)
    if (open !== undefined) {
      this.#open.delete(day)
      this.#open.set(day, open)
      return open
    }
    this.#closeSome()
    try {
      return this.#openNew(day)
    } catch (error) {
      if (!isCorruption(error)) throw error
      this.setAside(day, error)
      return this.#openNew(day)
    }
  }

  #openNew(day: number): DayFile {
    const file = new DayFile(day, this.#path(day))
    this.#open.set(day, file)
    this.#days.add(day)
    this.#sortedDays = undefined
    this.#closedSizes.delete(day)
    if (file.damagedBlocks > 0) {
      this.#options.events.blockCorrupt({}, { count: file.damagedBlocks, file: file.path, reason: 'directory entry' })
    }
    return file
  }

  #closeSome(): void {
    for (const [day, file] of this.#open) {
      if (this.#open.size < this.#options.maxOpen) return
      if (!file.isPinned) this.close(day)
    }
  }

  close(day: number): void {
    const file = this.#open.get(day)
    if (file === undefined) return
    this.#open.delete(day)
    this.onClose(file)
    try {
      file.close()
    } catch (error) {
      this.#options.events.closeFailed({}, { file: file.path, reason: messageOf(error) })
    }
  }

  /** Closes files that nobody used since this was called last. */
  closeUnused(): void {
    for (const [day, file] of this.#open) if (!this.#used.has(day) && !file.isPinned) this.close(day)
    this.#used = new Set()
  }

  closeAll(): void {
    for (const day of [...this.#open.keys()]) this.close(day)
  }

  /** Takes a damaged file out of service. It stays beside the others, for a person to look at. */
  setAside(day: number, error: unknown): void {
    this.close(day)
    this.#days.delete(day)
    this.#sortedDays = undefined
    this.#closedSizes.delete(day)
    const path = this.#path(day)
    let target = `${path}.corrupt`
    for (let number = 2; existsSync(target); number++) target = `${path}.corrupt-${number}`
    for (const suffix of SUFFIXES) if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)
    this.#options.events.dayFileCorrupt({}, { file: target, reason: messageOf(error) })
  }

  /** Deletes a day. */
  remove(day: number): void {
    this.close(day)
    this.#days.delete(day)
    this.#sortedDays = undefined
    this.#closedSizes.delete(day)
    // The log first: without the database it means nothing, the other way round SQLite would not know it for its own.
    for (const suffix of [...SUFFIXES].reverse()) rmSync(this.#path(day) + suffix, { force: true })
  }

  /** Bytes on disk of a day, its write-ahead log included. */
  sizeOf(day: number): number {
    const known = this.#closedSizes.get(day)
    if (known !== undefined) return known
    let total = 0
    for (const suffix of SUFFIXES) total += statSync(this.#path(day) + suffix, { throwIfNoEntry: false })?.size ?? 0
    if (!this.#open.has(day)) this.#closedSizes.set(day, total)
    return total
  }

  /** Bytes on disk of all days. */
  get totalBytes(): number {
    return this.days.reduce((sum, day) => sum + this.sizeOf(day), 0)
  }

  #path(day: number): string {
    return join(this.#options.directory, `${dayName(day)}.sqlite`)
  }
}
