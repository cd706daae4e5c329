import { basename, dirname, join } from 'node:path'
import type { LogFileEntry } from '../discover/list-files.ts'
import type { Checkpoints } from '../tail/checkpoints.ts'
import { type ContainerLog, FILE_KEY } from '../tail/container-log.ts'
import { isBeginOf } from '../tail/fingerprint.ts'
import type { Tailer } from '../tail/tailer.ts'
import { mayBeCopy } from '../tail/undated.ts'
import { liveNamesOf, lookAt } from './candidate.ts'
import { DirectoryView } from './directory-view.ts'
import type { FileForgetter } from './file-forgetter.ts'
import type { FoundFilesListener } from './file-globs.ts'
import { isFileLog, pathOf, placeOf } from './keys.ts'
import type { FoundFile } from './list-directory.ts'
import { LostFiles } from './lost-files.ts'
import { OwnerIndex } from './owner-index.ts'
import type { UndatedRecognizer } from './recognizer.ts'
import { type FileSource, isAboutPath } from './source.ts'

export interface FileLogsOptions {
  readonly sources: readonly FileSource[]
  readonly tailer: Pick<Tailer, 'open' | 'found' | 'look' | 'logs' | 'logsIn'>
  readonly checkpoints: Pick<Checkpoints, 'of' | 'instances'>
  readonly recognizer: UndatedRecognizer
  readonly forgetter: FileForgetter
  readonly nowMs: () => number
  /** Lists a directory again. */
  readonly refresh: (directory: string) => void
}

/**
 * Makes logs of the files that globs match: one for each path, which keeps its files when they are renamed, whether the
 * new name matches a glob or not. So a file belongs to the log it was first seen in, and none is read twice.
 */
export class FileLogs implements FoundFilesListener {
  readonly #options: FileLogsOptions
  readonly #lost: LostFiles
  /** Paths of empty files that may be copies in the making. */
  readonly #postponed = new Set<string>()
  /** Paths of which there were checkpoints at the start, by directory. */
  readonly #restored = new Map<string, string[]>()
  /** Sources of which nothing was ever read: what is in their files now may not be wanted. */
  readonly #first: Set<FileSource>

  constructor(options: FileLogsOptions) {
    this.#options = options
    this.#lost = new LostFiles({ checkpoints: options.checkpoints, logs: options.tailer.logs })
    this.#first = new Set(options.sources.filter(({ startsAtEnd }) => startsAtEnd))
  }

  /** Called before anything is listed: tells a first start from a later one by what there are checkpoints of. */
  start(): void {
    const paths = [...this.#options.checkpoints.instances()].flatMap((key) => pathOf(key) ?? [])
    for (const source of this.#first) if (paths.some((path) => isAboutPath(source, path))) this.#first.delete(source)
    for (const path of paths) {
      const directory = dirname(path)
      this.#restored.set(directory, [...(this.#restored.get(directory) ?? []), path])
    }
    this.#lost.restore(paths.map((path) => FILE_KEY + path))
  }

  listed(directory: string, files: readonly FoundFile[]): void {
    const { tailer, forgetter } = this.#options
    const view = new DirectoryView(directory, files)
    forgetter.noteSeen(view.matching)
    for (const log of tailer.logsIn(directory)) if (isFileLog(log) && this.#lost.rename(log, view)) tailer.look(log)
    const owners = new OwnerIndex(tailer.logs)
    let rest = this.#claim(view.matching, (file) => this.#ownerOf(file, owners))
    const names = new Set([...rest.map(({ name }) => name), ...tailer.logsIn(directory).map((log) => log.liveName)])
    const mayBeRotated = ({ name }: FoundFile) => liveNamesOf(name).some((live) => live !== name && names.has(live))
    rest = this.#claim(rest, (file) => (mayBeRotated(file) ? undefined : this.#logAt(file)))
    for (const log of this.#logsWithCheckpoints(directory)) {
      const found = this.#lost.find(log, rest, view)
      if (found.length === 0) continue
      forgetter.noteSeen(found)
      tailer.found(log, found)
      rest = rest.filter((file) => !found.some(({ inode }) => inode === file.inode))
    }
    rest = this.#claim(rest, (file) => this.#copiedLogOf(file))
    this.#claim(rest, (file) => this.#logAt(file))
  }

  touched(directory: string, name: string | undefined): void {
    if (name !== undefined && this.#postponed.delete(join(directory, name))) this.#options.refresh(directory)
    for (const log of this.#options.tailer.logsIn(directory)) {
      if (!isFileLog(log)) continue
      const isAbout = (other: string) => name === undefined || name === other
      if (log.files.some((file) => isAbout(file.name))) this.#options.tailer.look(log)
      // Nobody wrote to it for long, so it was closed.
      else if (isAbout(log.liveName)) this.#options.refresh(directory)
    }
  }

  removed(directory: string): void {
    for (const log of this.#options.tailer.logsIn(directory)) {
      if (!isFileLog(log)) continue
      log.gone = true
      this.#options.tailer.look(log)
    }
  }

  reconciled(directories: ReadonlySet<string>): void {
    this.#postponed.clear()
    this.#first.clear()
    this.#options.forgetter.forget(directories)
  }

  /** Has files taken up by the logs they belong to; returns those that belong to none. */
  #claim(files: readonly FoundFile[], logOf: (file: FoundFile) => ContainerLog | 'nobody' | undefined): FoundFile[] {
    const claims = new Map<ContainerLog, LogFileEntry[]>()
    const rest: FoundFile[] = []
    for (const file of files) {
      const log = logOf(file)
      if (log === undefined) rest.push(file)
      else if (log !== 'nobody') claims.set(log, [...(claims.get(log) ?? []), file])
    }
    for (const [log, entries] of claims) this.#options.tailer.found(log, entries)
    return rest
  }

  /** The log that has a file, under whatever name. */
  #ownerOf(file: FoundFile, owners: OwnerIndex): ContainerLog | undefined {
    const own = this.#options.tailer.logs.get(FILE_KEY + file.path)
    if (own?.files.some((open) => placeOf(open) === placeOf(file))) return own
    const open = owners.openIn(file)
    if (open !== undefined) return open
    const finished = owners.finishedIn(file).find((log) => this.#lost.isStill(log, file))
    if (finished !== undefined) return finished
    const key = this.#lost.ownerOf(file)
    const path = key === undefined ? undefined : pathOf(key)
    return path === undefined ? undefined : this.#open(path, file.source)
  }

  /** The log of a file's own path, unless the file is too old to begin with. */
  #logAt(file: FoundFile): ContainerLog | 'nobody' {
    const { tailer, checkpoints, recognizer, nowMs } = this.#options
    const { source, path, inode, sizeBytes, modifiedAtMs } = file
    const isKnown = tailer.logs.has(FILE_KEY + path) || checkpoints.of(FILE_KEY + path).length > 0
    if (!isKnown && source.ignoreOlderMs !== undefined && nowMs() - modifiedAtMs > source.ignoreOlderMs) return 'nobody'
    if (this.#first.has(source)) recognizer.leaveOut(inode, sizeBytes)
    return this.#open(path, source)
  }

  /** The log of which a file is a copy that is being made: what is in it is read where it is copied from. */
  #copiedLogOf(file: FoundFile): ContainerLog | 'nobody' | undefined {
    const { name, path, sizeBytes, modifiedAtMs } = file
    const lives = liveNamesOf(name)
    for (const log of this.#options.tailer.logsIn(dirname(path))) {
      if (!isFileLog(log) || !lives.includes(log.liveName)) continue
      // It does not show yet.
      if (sizeBytes === 0) return this.#postpone(path)
      const isCopied = lookAt(path, (copy) =>
        log.files.some((original) => mayBeCopy(copy, original) && isBeginOf(copy, sizeBytes, original)),
      )
      if (!isCopied) continue
      log.finished.set(file.inode, { key: '', sizeBytes, modifiedAtMs })
      return log
    }
    return undefined
  }

  #postpone(path: string): 'nobody' {
    this.#postponed.add(path)
    return 'nobody'
  }

  /** The logs of a directory of which something was read, now or before. */
  #logsWithCheckpoints(directory: string): readonly ContainerLog[] {
    for (const path of this.#restored.get(directory) ?? []) {
      const source = this.#options.sources.find((one) => isAboutPath(one, path))
      if (source !== undefined && this.#lost.hasSome(FILE_KEY + path)) this.#open(path, source)
    }
    return this.#options.tailer.logsIn(directory).filter(isFileLog)
  }

  #open(path: string, source: FileSource): ContainerLog {
    const { tailer, recognizer } = this.#options
    return tailer.open(
      {
        key: FILE_KEY + path,
        directory: dirname(path),
        liveName: basename(path),
        closeAfterMs: CLOSE_AFTER_MS,
        ...(source.isUndated ? { recognizer } : {}),
      },
      () => source.traitsOf(path),
    )
  }
}

/** A file that nobody writes to need not be held open: what is written to it later is noticed. */
const CLOSE_AFTER_MS = 5 * 60_000
