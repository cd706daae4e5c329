import { linkSync, mkdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type LogFileEntry, listDirectories, listLogFiles } from '../discover/list-files.ts'
import { type ContainerInstance, parsePodDirectory } from '../discover/paths.ts'
import type { AgentEvents } from '../events.ts'
import type { ContainerLog } from './container-log.ts'
import type { SourceFile } from './source-file.ts'

export interface SpoolOptions {
  readonly directory: string
  /** Whether links are made; those that an earlier run left are taken up all the same. */
  readonly enabled: boolean
  readonly events: AgentEvents
}

/** What an earlier run left of one run of a container. */
export interface SpooledLog {
  readonly instance: ContainerInstance
  /** `<namespace>_<pod>_<uid>/<container>`, as below the pods directory. */
  readonly path: string
  readonly entries: readonly LogFileEntry[]
}

/** Errors that no later attempt will do without. */
const LASTING: ReadonlySet<string> = new Set(['EXDEV', 'EROFS', 'EPERM', 'EACCES', 'EOPNOTSUPP'])
const REASONS: Readonly<Record<string, string>> = {
  EXDEV: 'other_mount',
  EROFS: 'read_only',
  EPERM: 'permission',
  EACCES: 'permission',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
}
const RETRY_MS = 5_000
/** What Linux adds to the path of an open file that has been deleted. */
const DELETED = ' (deleted)'
/** A live file is linked once it has been behind for this long: then its pod may be deleted, and the agent killed. */
const LIVE_BEHIND_MS = 2_000

/**
 * Hard links to log files that are not delivered, so that neither the kubelet nor a crash of the agent can take them. A
 * link is made when a rotation is seen, which costs one call, and removed when everything was acknowledged. Layout:
 * `<namespace>_<pod>_<uid>/<container>/<restart count>.log.<file key>[.gz]`.
 */
export class Spool {
  readonly #options: SpoolOptions
  readonly #saidReasons = new Set<string>()
  readonly #released = new Set<string>()
  /** No attempt before this, monotonic milliseconds. */
  #retryAtMs = 0

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  /** What an earlier run left. */
  list(): readonly SpooledLog[] {
    const { directory, events } = this.#options
    const found: SpooledLog[] = []
    const onUnreadable = (path: string, error: unknown) => events.fileUnreadable({}, { path, err: messageOf(error) })
    for (const podName of this.#directoriesIn(directory)) {
      const pod = parsePodDirectory(podName)
      if (pod === undefined) continue
      for (const container of this.#directoriesIn(join(directory, podName))) {
        const path = join(podName, container)
        for (const [restartCount, entries] of listLogFiles(join(directory, path), onUnreadable)) {
          found.push({ instance: { ...pod, container, restartCount }, path, entries })
        }
      }
    }
    return found
  }

  /** Links the files of a log that need it. Called with every poll. */
  keep(log: ContainerLog, nowMs: number): void {
    // Of other files rotations leave more than one, for longer.
    if (log.instance === undefined) return
    if (!this.#options.enabled || nowMs < this.#retryAtMs) return
    for (const file of log.files) {
      if (file.isDelivered) {
        file.behindSinceMs = undefined
      } else if (file.identity !== undefined && file.spoolPath === undefined && !file.cannotBeSpooled) {
        file.behindSinceMs ??= nowMs
        // One that was renamed and deleted between two looks is still called by the live name.
        const isLive = file.name === log.liveName && file === log.files.at(-1)
        if (!isLive || nowMs - file.behindSinceMs >= LIVE_BEHIND_MS) this.#link(log, file, nowMs)
      }
    }
  }

  /** Has the link to a file removed, if there is one, once the checkpoints were written: until then a crash needs it. */
  release(file: SourceFile): void {
    if (file.spoolPath !== undefined) this.#released.add(file.spoolPath)
    file.spoolPath = undefined
  }

  /** Removes the links that were released. The checkpoints have been written, or the disk is too full for them. */
  sweep(): void {
    for (const path of this.#released) this.remove(path)
    this.#released.clear()
  }

  /** Removes a link, and the directories that it leaves empty. */
  remove(path: string): void {
    try {
      unlinkSync(path)
    } catch {
      // Somebody else has removed it.
    }
    removeEmptyDirectories(path)
  }

  #directoriesIn(directory: string): readonly string[] {
    try {
      return listDirectories(directory)
    } catch (error) {
      this.#options.events.discoveryFailed({}, { path: directory, err: messageOf(error) })
      return []
    }
  }

  #link(log: ContainerLog, file: SourceFile, nowMs: number): void {
    const source = sourceOf(log, file)
    if (source === undefined) return
    const { path: from, inode } = source
    const to = join(this.#options.directory, this.#nameOf(log, file, source.isCompressed))
    try {
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
      linkUnlessLinked(from, to)
      const { dev, ino } = statSync(to)
      if (dev === file.device && ino === inode) {
        file.spoolPath = to
        // It may be the link of another file, or of this one, that was to be removed with the next sweep.
        this.#released.delete(to)
      } else this.remove(to)
    } catch (error) {
      const code = systemErrorCode(error)
      removeEmptyDirectories(to)
      // Renamed in this moment: the next poll tries again.
      if (code === 'ENOENT') return
      if (LASTING.has(code)) file.cannotBeSpooled = true
      else this.#retryAtMs = nowMs + RETRY_MS
      this.#report(code, { path: from, err: messageOf(error) })
    }
  }

  #report(code: string, detail: { readonly path: string; readonly err: string }): void {
    const { events } = this.#options
    const reason = REASONS[code] ?? 'other'
    events.spoolFailed({ reason }, detail)
    if (this.#saidReasons.has(reason)) return
    this.#saidReasons.add(reason)
    events.spoolUnavailable({}, detail)
  }

  #nameOf({ instance }: ContainerLog, file: SourceFile, isCompressed: boolean): string {
    const { namespace, pod, uid, container, restartCount } = instance!
    // In hexadecimal, because a key may end in `.gz`.
    const name = `${restartCount}.log.${file.identity!.key.toString('hex')}${isCompressed ? '.gz' : ''}`
    return join(`${namespace}_${pod}_${uid}`, container, name)
  }
}

/** What a link is made to. */
interface LinkSource {
  readonly path: string
  readonly inode: number
  readonly isCompressed: boolean
}

/**
 * What holds the content of a file: the file itself or, if the kubelet was quicker and has compressed and deleted it, what
 * it made of it. That has a name for some rotations only, and without a link a crash of the agent would lose both.
 */
function sourceOf(log: ContainerLog, file: SourceFile): LinkSource | undefined {
  const path = file.presentPath() ?? join(log.directory, file.name)
  if (!path.endsWith(DELETED)) return { path, inode: file.inode, isCompressed: file.isCompressed }
  const key = file.identity!.key.toString('latin1')
  for (const [inode, finished] of log.finished) {
    const isSame = finished.key === key && finished.compressedPath !== undefined
    if (isSame) return { path: finished.compressedPath, inode, isCompressed: true }
  }
  return undefined
}

/** Removes the directories of a container and of its pod that a link is, or was to be, in. */
function removeEmptyDirectories(path: string): void {
  try {
    rmdirSync(dirname(path))
    rmdirSync(dirname(dirname(path)))
  } catch {
    // There are other links, or none of it was made.
  }
}

function linkUnlessLinked(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}
