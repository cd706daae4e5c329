import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { DayFile } from '../disk/day-file.ts'
import type { DayFiles } from '../disk/day-files.ts'
import { isCorruption } from '../disk/sqlite.ts'
import type { StateFile } from '../disk/state-file.ts'
import type { StoreEvents } from '../events.ts'
import type { Merger } from './merger.ts'
import type { Retention } from './retention.ts'
import { Turns } from './turns.ts'

export interface MaintenanceOptions {
  readonly files: DayFiles
  readonly state: StateFile
  readonly merger: Merger
  readonly retention: Retention
  readonly clock: Clock
  readonly events: StoreEvents
}

const PASS_MS = 1_000
/** A day that nothing was written to for so long gets its last blocks merged and its file compacted. */
const QUIET_MS = 20_000
const RETENTION_MS = 10_000
const CLOSE_UNUSED_MS = 60_000

/** What is still to be done for a day: since when nothing was written to it, and whether all of it is looked at. */
interface DayWork {
  quietFromMs: number
}

/** Work in the background: purge deleted indices > merge small blocks > remove what was replaced > retention > close files. */
export class Maintenance implements Service {
  readonly name = 'maintenance'
  readonly #options: MaintenanceOptions
  readonly #work = new Map<number, DayWork>()
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #mayHaveDeleted = true
  #retentionAtMs = 0
  #closeAtMs: number

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#closeAtMs = options.clock.monotonicMs() + CLOSE_UNUSED_MS
    // What an earlier process left unmerged is found by looking at every day once.
    for (const day of options.files.days) this.#work.set(day, { quietFromMs: 0 })
  }

  /** Days that are still to be looked at. */
  get pending(): number {
    return this.#work.size
  }

  /** Tells that documents were written to a day. */
  dayWritten(day: number): void {
    const quietFromMs = this.#options.clock.monotonicMs() + QUIET_MS
    const work = this.#work.get(day)
    if (work === undefined) this.#work.set(day, { quietFromMs })
    else work.quietFromMs = quietFromMs
  }

  /** Tells that indices were deleted. */
  indicesDeleted(): void {
    this.#mayHaveDeleted = true
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.pass()
      await this.#options.clock.sleep(PASS_MS, signal)
    }
  }

  /** Does all that is to be done now. Never rejects: what fails is said and tried again. */
  async pass(): Promise<void> {
    const { clock, files, retention } = this.#options
    const turns = new Turns(this.#stopping.signal)
    await this.#attempt('purge', () => this.#purgeDeleted(turns))
    for (const [day, work] of [...this.#work]) {
      if (turns.signal.aborted) return
      const done = await this.#attempt('merge', () => this.#maintainDay(day, work, turns), day)
      if (done === true && this.#work.get(day) === work) this.#work.delete(day)
      await turns.next()
    }
    if (clock.monotonicMs() >= this.#retentionAtMs) {
      this.#retentionAtMs = clock.monotonicMs() + RETENTION_MS
      await this.#attempt('retention', () => retention.run())
    }
    if (clock.monotonicMs() >= this.#closeAtMs) {
      this.#closeAtMs = clock.monotonicMs() + CLOSE_UNUSED_MS
      files.closeUnused()
    }
  }

  async #attempt<T>(task: string, run: () => T | Promise<T>, day?: number): Promise<T | undefined> {
    const { events, files } = this.#options
    try {
      return await run()
    } catch (error) {
      if (day !== undefined && isCorruption(error)) files.setAside(day, error)
      else events.maintenanceFailed({ task }, { reason: messageOf(error), day })
      return undefined
    }
  }

  /** @returns whether nothing is left to do until the next documents come */
  async #maintainDay(day: number, work: DayWork, turns: Turns): Promise<boolean> {
    const { files, merger, clock } = this.#options
    const { quietFromMs } = work
    const isQuiet = () => clock.monotonicMs() >= work.quietFromMs
    const file = files.open(day)
    if (file === undefined) return true
    const identities = new Map(file.readIndices().map((index) => [index.uid, index]))
    await pinned(file, async () => {
      for (const uid of file.uids) await merger.run(file, identities.get(uid)!, isQuiet, turns)
    })
    while (file.hasDead && !file.isPinned && !turns.signal.aborted) {
      file.removeDead()
      await turns.next()
    }
    if (!isQuiet() || file.hasDead || turns.signal.aborted) return false
    while (!file.compactSome()) await turns.next()
    return work.quietFromMs === quietFromMs
  }

  async #purgeDeleted(turns: Turns): Promise<void> {
    const { files, state } = this.#options
    if (!this.#mayHaveDeleted) return
    let isDone = true
    for (const uid of state.readDeleted()) {
      let isGone = true
      for (const day of files.days) {
        const file = files.open(day)
        if (file === undefined || turns.signal.aborted) continue
        if (file.isPinned) isGone = false
        else while (!file.purgeSome(uid)) await turns.next()
      }
      if (isGone && !turns.signal.aborted) state.forgetDeleted(uid)
      else isDone = false
    }
    this.#mayHaveDeleted = !isDone
  }
}

/** The file stays open, and its blocks readable, while work goes on over several turns. */
async function pinned(file: DayFile, work: () => Promise<void>): Promise<void> {
  file.pin()
  try {
    await work()
  } finally {
    file.unpin()
  }
}
