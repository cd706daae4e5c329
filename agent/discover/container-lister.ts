import { messageOf } from '#lib/errors.ts'
import type { AgentEvents } from '../events.ts'
import { Directory } from './directory.ts'
import { findBrokenLink, followLinks } from './links.ts'
import { listLogFiles } from './list-files.ts'
import type { LogFilesListener } from './listener.ts'
import type { ContainerDirectory } from './pod-directory.ts'
import type { DirectoryWatches } from './watches.ts'

export interface ContainerListerOptions {
  readonly listener: Pick<LogFilesListener, 'listed'>
  readonly watches: Pick<DirectoryWatches, 'add' | 'remove'>
  readonly events: AgentEvents
}

/** Lists the log files of a container, also where they are links into another directory, which is watched too. */
export class ContainerLister {
  readonly #options: ContainerListerOptions
  /** By the path of a directory that log files of theirs are links into. */
  readonly #owners = new Map<string, ContainerDirectory>()

  constructor(options: ContainerListerOptions) {
    this.#options = options
  }

  /** Whose log files are links into a directory. */
  ownerOf(path: string): ContainerDirectory | undefined {
    return this.#owners.get(path)
  }

  /** Throws the system's error if the directory cannot be listed. */
  list(container: ContainerDirectory): void {
    const { path, pod, name } = container
    const { events, listener, watches } = this.#options
    // Watched before it is listed: what comes in between is seen twice instead of never.
    watches.add(path)
    let isWhole = true
    const listed = listLogFiles(path, (file, error) => {
      isWhole = false
      events.fileUnreadable({}, { path: file, err: messageOf(error) })
    })
    const { runs, directories } = followLinks(listed)
    this.#watchLinked(container, directories)
    const broken = runs.size === 0 ? findBrokenLink(path) : undefined
    if (broken?.isElsewhere === true) events.linkBroken({}, { path: broken.path, target: broken.target })
    const isTaken = listener.listed({ ...pod.name, container: name }, path, runs)
    if (!isWhole || !isTaken || broken !== undefined) container.distrust()
  }

  /** A container is gone. */
  forget(container: ContainerDirectory): void {
    this.#watchLinked(container, NONE)
  }

  #watchLinked(container: ContainerDirectory, paths: ReadonlySet<string>): void {
    const { watches } = this.#options
    if (container.linked.length === 0 && paths.size === 0) return
    for (const { path } of container.linked) {
      if (paths.has(path)) continue
      this.#owners.delete(path)
      watches.remove(path)
    }
    const known = new Map(container.linked.map((directory) => [directory.path, directory]))
    container.linked = [...paths].map((path) => known.get(path) ?? new Directory(path))
    for (const path of paths) {
      this.#owners.set(path, container)
      watches.add(path)
    }
  }
}

const NONE: ReadonlySet<string> = new Set()
