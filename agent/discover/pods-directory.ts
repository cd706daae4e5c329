import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { AgentEvents } from '../events.ts'
import { ContainerLister } from './container-lister.ts'
import { Directory } from './directory.ts'
import { listDirectories } from './list-files.ts'
import type { LogFilesListener } from './listener.ts'
import type { OpenWatch } from './open-watch.ts'
import { parsePodDirectory } from './paths.ts'
import { ContainerDirectory, PodDirectory } from './pod-directory.ts'
import { Rounds } from './rounds.ts'
import type { Selection } from './selection.ts'
import { DirectoryWatches } from './watches.ts'

export interface PodsDirectoryOptions {
  readonly root: string
  readonly selection: Selection
  readonly listener: LogFilesListener
  readonly clock: Clock
  readonly events: AgentEvents
  readonly openWatch: OpenWatch
  /** Within which time every directory is looked at, because events can be lost without a sign. */
  readonly reconcileMs: number
}

/** Events of one directory within this time are answered by one listing. */
const COALESCE_MS = 20
/** The first listing gives the event loop a turn after so many containers. */
const CONTAINERS_A_STRETCH = 64

/**
 * Finds the log files below /var/log/pods: `<namespace>_<pod>_<uid>/<container>/<restart count>.log`. Directory events
 * say where to look, listings say what is there. libuv hides overflows of the inotify queue, and watches can run out, so
 * events are hints only: the directory of all pods and those where something happened lately are looked at every second,
 * all others within the reconcile interval.
 */
export class PodsDirectory implements Service {
  readonly name = 'discovery'
  readonly #options: PodsDirectoryOptions
  readonly #watches: DirectoryWatches
  readonly #rounds: Rounds<PodDirectory>
  readonly #lister: ContainerLister
  readonly #root: Directory
  /** By path. */
  readonly #pods = new Map<string, PodDirectory>()
  /** By path. */
  readonly #containers = new Map<string, ContainerDirectory>()
  readonly #dirty = new Set<string>()
  #cancelListing: () => void = () => {}
  #selection: Selection
  #isStarted = false
  #isStopped = false

  constructor(options: PodsDirectoryOptions) {
    this.#options = options
    this.#selection = options.selection
    this.#root = new Directory(options.root)
    this.#watches = new DirectoryWatches({
      open: options.openWatch,
      onChange: (path, contentOnly) => this.#onEvent(path, contentOnly),
      onError: (path, error) => options.events.watchFailed({}, { path, err: messageOf(error) }),
    })
    const { listener, events } = options
    this.#lister = new ContainerLister({ listener, events, watches: this.#watches })
    this.#rounds = new Rounds({
      clock: options.clock,
      roundMs: options.reconcileMs,
      all: this.#pods,
      visit: (pod) => this.#visitAll(pod),
      visitWarm: (directory) => {
        if (directory instanceof PodDirectory) this.#visitPod(directory)
        else if (directory instanceof ContainerDirectory) this.#visitContainer(directory)
      },
      isBusy: ({ path }) => this.#watches.isPaused(path),
      everySecond: () => {
        this.#watches.resetCounts()
        this.#visitRoot()
      },
      everyHalfMinute: () => this.#watches.retry(),
    })
  }

  /** Number of directories of containers that are read. */
  get size(): number {
    return this.#containers.size
  }

  /** Number of directories of containers that are not read, because the configuration says so. */
  get excluded(): number {
    let count = 0
    for (const pod of this.#pods.values()) count += pod.excluded
    return count
  }

  get watches(): Pick<DirectoryWatches, 'watchedCount' | 'unwatchedCount'> {
    return this.#watches
  }

  async start(): Promise<void> {
    this.#visitRoot()
    let count = 0
    for (const pod of [...this.#pods.values()]) {
      if (this.#isStopped) return
      this.#visitAll(pod)
      count += pod.containers.length
      if (count < CONTAINERS_A_STRETCH) continue
      count = 0
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#isStarted = true
    this.#options.listener.complete()
    this.#rounds.start()
  }

  stop(): void {
    this.#isStopped = true
    this.#rounds.stop()
    this.#cancelListing()
    this.#watches.close()
  }

  get selection(): Selection {
    return this.#selection
  }

  /** Other containers are read from now on. */
  select(selection: Selection): void {
    this.#selection = selection
    for (const pod of this.#pods.values()) this.#try(pod, () => this.#listPod(pod))
  }

  /** Lists a container's directory again, for a reader that noticed a rotation before its event came. */
  refresh(path: string): void {
    const container = this.#containers.get(path)
    if (container === undefined) return
    this.#try(container, () => {
      this.#look(container)
      this.#listContainer(container)
    })
  }

  /** Nothing is written in a directory any more. Events that were too many for it are wanted again. */
  calmed(path: string): void {
    const container = this.#containers.get(path)
    if (container === undefined) return
    for (const directory of [container, ...container.linked]) this.#watches.resume(directory.path)
    this.#rounds.warm(container)
  }

  #onEvent(path: string, contentOnly: boolean): void {
    const container = this.#lister.ownerOf(path) ?? this.#containers.get(path)
    if (container !== undefined) this.#rounds.warm(container)
    if (contentOnly && container !== undefined) this.#options.listener.touched(container.path)
    else if (!contentOnly) this.#markDirty(container?.path ?? path)
  }

  #markDirty(path: string): void {
    if (this.#dirty.size === 0) this.#cancelListing = this.#options.clock.after(COALESCE_MS, () => this.#listDirty())
    this.#dirty.add(path)
  }

  #listDirty(): void {
    const paths = [...this.#dirty]
    this.#dirty.clear()
    for (const path of paths) {
      const pod = this.#pods.get(path)
      if (path === this.#root.path) {
        this.#try(this.#root, () => this.#listRoot())
      } else if (pod === undefined) {
        this.refresh(path)
      } else {
        this.#try(pod, () => {
          this.#look(pod)
          this.#listPod(pod)
        })
      }
    }
  }

  /** Looks whether a directory has changed; the watch of one that stands in the place of another is begun again. */
  #look(directory: Directory): 'same' | 'changed' | 'gone' {
    const look = directory.look(this.#options.clock.nowMs())
    if (look !== 'replaced') return look
    this.#watches.remove(directory.path)
    return 'changed'
  }

  #visitRoot(): void {
    this.#try(this.#root, () => {
      if (this.#look(this.#root) !== 'same') this.#listRoot()
    })
  }

  #visitAll(pod: PodDirectory): void {
    this.#visitPod(pod)
    for (const container of pod.containers) this.#visitContainer(container)
  }

  #visitPod(pod: PodDirectory): void {
    this.#try(pod, () => {
      const look = this.#look(pod)
      if (look === 'changed') this.#listPod(pod)
      else if (look === 'gone' && existsSync(this.#root.path)) this.#removePod(pod)
    })
  }

  #visitContainer(container: ContainerDirectory): void {
    this.#try(container, () => {
      const look = this.#look(container)
      const isElsewhere = container.linked.length > 0 && this.#haveChanged(container.linked)
      if (look === 'gone') return this.#visitPod(container.pod)
      if (look === 'changed' || isElsewhere) this.#listContainer(container)
      else if (!this.#options.listener.unchanged(container.path)) return
      this.#rounds.warm(container)
    })
  }

  #haveChanged(directories: readonly Directory[]): boolean {
    return directories.map((directory) => this.#look(directory)).some((look) => look !== 'same')
  }

  #listRoot(): void {
    const { root } = this.#options
    this.#watches.add(root)
    // A mount that is missing for a moment does not mean that all pods are gone.
    if (this.#look(this.#root) === 'gone') throw new Error('the pods directory does not exist')
    const present = new Set<string>()
    for (const name of listDirectories(root)) {
      const parsed = parsePodDirectory(name)
      if (parsed === undefined) continue
      const path = join(root, name)
      present.add(path)
      if (this.#pods.has(path)) continue
      const pod = new PodDirectory(path, parsed)
      this.#pods.set(path, pod)
      // The first time they have their turn one after the other.
      if (this.#isStarted) this.#visitPod(pod)
    }
    for (const pod of [...this.#pods.values()]) if (!present.has(pod.path)) this.#removePod(pod)
  }

  #listPod(pod: PodDirectory): void {
    if (this.#pods.get(pod.path) !== pod) return
    // Watched before it is listed: what comes in between is seen twice instead of never.
    this.#watches.add(pod.path)
    this.#rounds.warm(pod)
    const present = listDirectories(pod.path)
    const taken = new Set(present.filter((container) => this.#selection.takes({ ...pod.name, container })))
    pod.excluded = present.length - taken.size
    const { added, removed } = pod.replaceContainers(taken)
    for (const container of removed) this.#removeContainer(container)
    for (const container of added) {
      this.#containers.set(container.path, container)
      this.#visitContainer(container)
    }
  }

  #listContainer(container: ContainerDirectory): void {
    if (this.#containers.get(container.path) === container) this.#lister.list(container)
  }

  #removePod(pod: PodDirectory): void {
    if (this.#pods.get(pod.path) !== pod) return
    for (const container of pod.containers) this.#removeContainer(container)
    this.#pods.delete(pod.path)
    this.#watches.remove(pod.path)
    this.#rounds.forget(pod)
  }

  #removeContainer(container: ContainerDirectory): void {
    this.#containers.delete(container.path)
    this.#watches.remove(container.path)
    this.#lister.forget(container)
    this.#rounds.forget(container)
    this.#options.listener.removed(container.path)
  }

  #try(directory: Directory, action: () => void): void {
    try {
      action()
    } catch (error) {
      directory.distrust()
      this.#options.events.discoveryFailed({}, { path: directory.path, err: messageOf(error) })
    }
  }
}
