import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { OpenWatch } from '../discover/open-watch.ts'
import { DirectoryWatches } from '../discover/watches.ts'
import type { AgentEvents } from '../events.ts'
import { mergeWanted, type Wanted, wantedAtRoot } from './glob-walk.ts'
import { directoryIdentity, type FoundDirectory, type FoundFile, type Listing, listWanted } from './list-directory.ts'
import type { FileSource } from './source.ts'

/** Who is told of the files that globs match. */
export interface FoundFilesListener {
  /** The matching files of a directory. Called again whenever they may have changed. */
  listed(directory: string, files: readonly FoundFile[]): void
  /** A directory is gone, or nothing in it is wanted any more. */
  removed(directory: string): void
  /** Something was written to a file of a directory; without a name to any of them. */
  touched(directory: string, name: string | undefined): void
  /** All directories were listed, these without a failure. */
  reconciled(directories: ReadonlySet<string>): void
}

export interface FileGlobsOptions {
  readonly sources: readonly FileSource[]
  readonly listener: FoundFilesListener
  /** The agent's own, which is never looked into: each line read there would write another. */
  readonly stateDir: string
  readonly clock: Clock
  readonly events: AgentEvents
  readonly openWatch: OpenWatch
  readonly reconcileMs: number
}

interface Directory {
  readonly wanted: readonly Wanted<FileSource>[]
  /** Device and inode of itself and of those it was reached through. */
  readonly identities: readonly string[]
  readonly subdirectories: ReadonlySet<string>
  readonly files: number
}

/** Events of one directory within this time are answered by one listing. */
const COALESCE_MS = 20
const WATCH_PERIOD_MS = 1_000
/** Listing everything gives the event loop a turn after so many directories. */
const DIRECTORIES_A_STRETCH = 16
/** Deeper than any tree of logs, and more than a node should have. */
const MAX_DEPTH = 32
const MAX_DIRECTORIES = 10_000
const MAX_FILES = 10_000

/**
 * Finds the files that globs match. As with the pods directory, events say where to look, listings say what is there, and
 * everything is listed again from time to time.
 */
export class FileGlobs implements Service {
  readonly name = 'file discovery'
  readonly #options: FileGlobsOptions
  readonly #watches: DirectoryWatches
  readonly #roots = new Map<string, readonly Wanted<FileSource>[]>()
  readonly #directories = new Map<string, Directory>()
  readonly #dirty = new Set<string>()
  readonly #timers = new Set<() => void>()
  #size = 0
  #stopped = false

  constructor(options: FileGlobsOptions) {
    this.#options = options
    for (const source of options.sources) {
      for (const glob of source.globs) {
        this.#roots.set(glob.root, mergeWanted(this.#roots.get(glob.root) ?? [], wantedAtRoot(glob, source)))
      }
    }
    this.#watches = new DirectoryWatches({
      open: options.openWatch,
      onChange: (directory, contentOnly, name) => {
        if (contentOnly) options.listener.touched(directory, name ?? undefined)
        else this.#markDirty(directory)
      },
      onError: (directory, error) => options.events.watchFailed({}, { path: directory, err: messageOf(error) }),
    })
  }

  /** Number of files that match. */
  get size(): number {
    return this.#size
  }

  async start(): Promise<void> {
    await this.#listAll()
    this.#repeat(this.#options.reconcileMs, () => this.#listAll())
    this.#repeat(WATCH_PERIOD_MS, () => this.#watchAgain())
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    this.#watches.close()
  }

  /** Lists a directory again, for a reader that noticed a rotation before its event came. */
  refresh(path: string): void {
    const directory = this.#directories.get(path)
    if (directory !== undefined) this.#list(path, directory.wanted, directory.identities.slice(0, -1))
  }

  /**
   * In a busy directory there may be quiet files too, so events are asked for again, and meanwhile all are looked at. So
   * are those of directories that cannot be watched.
   */
  #watchAgain(): void {
    const { listener } = this.#options
    for (const path of this.#watches.resumeAll()) listener.touched(path, undefined)
    for (const path of this.#watches.unwatched) listener.touched(path, undefined)
    this.#watches.resetCounts()
  }

  #repeat(periodMs: number, action: () => unknown): void {
    const run = async () => {
      await action()
      if (!this.#stopped) this.#repeat(periodMs, action)
    }
    const cancel = this.#options.clock.after(periodMs, () => {
      this.#timers.delete(cancel)
      void run()
    })
    this.#timers.add(cancel)
  }

  #markDirty(path: string): void {
    if (this.#dirty.size === 0) {
      const cancel = this.#options.clock.after(COALESCE_MS, () => {
        this.#timers.delete(cancel)
        this.#listDirty()
      })
      this.#timers.add(cancel)
    }
    this.#dirty.add(path)
  }

  #listDirty(): void {
    const paths = [...this.#dirty]
    this.#dirty.clear()
    for (const path of paths) {
      const directory = this.#directories.get(path)
      if (directory === undefined) continue
      const below = this.#list(path, directory.wanted, directory.identities.slice(0, -1))
      this.#listNew(below ?? [], directory.identities)
    }
    this.#listMissingRoots()
  }

  #listMissingRoots(): void {
    for (const [root, wanted] of this.#roots) {
      if (!this.#directories.has(root)) this.#listNew([{ path: root, wanted }], [])
    }
  }

  /** Directories that were not there before, with all below them. */
  #listNew(found: readonly Pick<FoundDirectory, 'path' | 'wanted'>[], identities: readonly string[]): void {
    for (const { path, wanted } of found) {
      if (this.#directories.has(path)) continue
      const below = this.#list(path, wanted, identities) ?? []
      this.#listNew(below, this.#directories.get(path)?.identities ?? [])
    }
  }

  /** Level by level, so that of a directory which is reached in several ways all that is wanted is known. */
  async #listAll(): Promise<void> {
    const seen = new Set<string>()
    const listed = new Set<string>()
    const levels: Map<string, Pick<Directory, 'wanted' | 'identities'>>[] = []
    const add = (path: string, wanted: Directory['wanted'], identities: Directory['identities']) => {
      const depth = path.split('/').length
      levels[depth] ??= new Map()
      const other = levels[depth].get(path)
      levels[depth].set(path, { wanted: mergeWanted(other?.wanted ?? [], wanted), identities })
    }
    for (const [path, wanted] of this.#roots) add(path, wanted, [])
    for (let depth = 0; depth < levels.length; depth++) {
      for (const [path, { wanted, identities }] of levels[depth] ?? []) {
        seen.add(path)
        const below = this.#list(path, wanted, identities)
        if (below !== undefined) listed.add(path)
        const chain = this.#directories.get(path)?.identities ?? []
        for (const found of below ?? []) add(found.path, found.wanted, chain)
        if (seen.size % DIRECTORIES_A_STRETCH === 0) await new Promise((resolve) => setImmediate(resolve))
        if (this.#stopped) return
      }
    }
    for (const path of [...this.#directories.keys()]) if (!seen.has(path)) this.#remove(path)
    this.#watches.retry()
    this.#options.listener.reconciled(listed)
  }

  /** Lists one directory; returns the directories in it that are wanted, or undefined if it can't be listed. */
  #list(
    path: string,
    inherited: readonly Wanted<FileSource>[],
    identities: readonly string[],
  ): readonly FoundDirectory[] | undefined {
    const { stateDir, events } = this.#options
    if (path === stateDir || path.startsWith(`${stateDir}/`)) return undefined
    if (!this.#directories.has(path) && this.#directories.size >= MAX_DIRECTORIES) {
      this.#leaveOut(path, 'directories')
      return undefined
    }
    const wanted = mergeWanted(inherited, this.#roots.get(path) ?? [])
    // Watched before it is listed: what comes in between is seen twice instead of never.
    this.#watches.add(path)
    try {
      const identity = directoryIdentity(path)
      const listing = listWanted(path, wanted, (file, error) =>
        events.fileUnreadable({}, { path: file, err: messageOf(error) }),
      )
      if (identity !== undefined && listing !== undefined) {
        return this.#take(path, { wanted, identities: [...identities, identity] }, listing)
      }
      this.#remove(path)
      if (this.#roots.has(path)) this.#await(path)
    } catch (error) {
      events.discoveryFailed({}, { path, err: messageOf(error) })
    }
    return undefined
  }

  #take(
    path: string,
    { wanted, identities }: Pick<Directory, 'wanted' | 'identities'>,
    listing: Listing,
  ): readonly FoundDirectory[] {
    const known = this.#directories.get(path)
    // A link may lead back to where it was reached through.
    const others = listing.directories.filter(({ identity }) => !identities.includes(identity))
    if (identities.length > MAX_DEPTH && others.length > 0) this.#leaveOut(path, 'levels')
    const directories = identities.length > MAX_DEPTH ? [] : others
    const paths = new Set(directories.map((found) => found.path))
    for (const gone of known?.subdirectories ?? []) if (!paths.has(gone)) this.#remove(gone)
    const room = MAX_FILES - this.#size + (known?.files ?? 0)
    const files = listing.files.slice(0, room)
    if (files.length < listing.files.length) this.#leaveOut(path, 'files')
    this.#size += files.length - (known?.files ?? 0)
    this.#directories.set(path, { wanted, identities, subdirectories: paths, files: files.length })
    this.#options.listener.listed(path, files)
    return directories
  }

  #leaveOut(path: string, what: string): void {
    this.#options.events.globLimited({}, { path, what })
  }

  /** The directory in which a root would be made that does not exist is watched. */
  #await(root: string): void {
    let parent = dirname(root)
    while (parent !== '/' && !existsSync(parent)) parent = dirname(parent)
    this.#watches.add(parent)
  }

  #remove(path: string): void {
    const directory = this.#directories.get(path)
    this.#watches.remove(path)
    if (directory === undefined) return
    this.#directories.delete(path)
    this.#size -= directory.files
    for (const below of directory.subdirectories) this.#remove(below)
    this.#options.listener.removed(path)
  }
}
