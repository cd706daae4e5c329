import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { AgentEvents } from '../events.ts'
import { type LogFileEntry, listDirectories, listLogFiles } from './list-files.ts'
import { type ContainerInstance, type PodName, parsePodDirectory } from './paths.ts'
import type { Selection } from './selection.ts'
import { DirectoryWatches } from './watches.ts'

/** Who is told of what is in the pods directory. */
export interface LogFilesListener {
  /** The log files of a container's runs: live, rotated, compressed. Called again whenever they may have changed. */
  listed(container: Omit<ContainerInstance, 'restartCount'>, directory: string, runs: Runs): void
  /** A container's directory is gone. */
  removed(directory: string): void
  /** Something was written to a file of a container's directory. */
  touched(directory: string): void
  /** Everything was listed for the first time. */
  complete(): void
}

export type Runs = ReadonlyMap<number, readonly LogFileEntry[]>

export interface PodsDirectoryOptions {
  readonly root: string
  readonly selection: Selection
  readonly listener: LogFilesListener
  readonly clock: Clock
  readonly events: AgentEvents
  /** How often everything is listed again, because events can be lost without a sign. */
  readonly reconcileMs: number
}

interface PodDirectory extends PodName {
  /** Names of the directories in it of containers that are read. */
  containers: ReadonlySet<string>
  /** How many there are that are not read. */
  excluded: number
}

/** Events of one directory within this time are answered by one listing. */
const COALESCE_MS = 20
const WATCH_PERIOD_MS = 1_000
/** Listing everything gives the event loop a turn after so many containers. */
const CONTAINERS_A_STRETCH = 64

/**
 * Finds the log files below /var/log/pods: `<namespace>_<pod>_<uid>/<container>/<restart count>.log`. Directory events
 * say where to look, listings say what is there. libuv hides overflows of the inotify queue, so events are hints only,
 * and everything is listed again from time to time.
 */
export class PodsDirectory implements Service {
  readonly name = 'discovery'
  readonly #options: PodsDirectoryOptions
  readonly #watches: DirectoryWatches
  /** By path. */
  readonly #pods = new Map<string, PodDirectory>()
  /** Pod directory of each container directory. */
  readonly #containers = new Map<string, string>()
  readonly #dirty = new Set<string>()
  readonly #timers = new Set<() => void>()
  #selection: Selection
  #stopped = false

  constructor(options: PodsDirectoryOptions) {
    this.#options = options
    this.#selection = options.selection
    this.#watches = new DirectoryWatches({
      onChange: (directory, contentOnly) => {
        if (contentOnly) options.listener.touched(directory)
        else this.#markDirty(directory)
      },
      onError: (directory, error) => options.events.watchFailed({}, { path: directory, err: messageOf(error) }),
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

  async start(): Promise<void> {
    await this.#listAll()
    this.#options.listener.complete()
    this.#repeat(this.#options.reconcileMs, () => this.#listAll())
    this.#repeat(WATCH_PERIOD_MS, () => this.#watches.resetCounts())
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    this.#watches.close()
  }

  /** Other containers are read from now on: those that are not chosen any more are read to the end first. */
  select(selection: Selection): void {
    this.#selection = selection
    for (const path of this.#pods.keys()) this.#listPod(path)
  }

  /** Lists a container's directory again, for a reader that noticed a rotation before its event came. */
  refresh(directory: string): void {
    const podPath = this.#containers.get(directory)
    if (podPath === undefined) return
    this.#list(directory, () => {
      const pod = this.#pods.get(podPath)!
      const container = directory.slice(podPath.length + 1)
      const { namespace, pod: name, uid } = pod
      const runs = listLogFiles(directory, (path, error) =>
        this.#options.events.fileUnreadable({}, { path, err: messageOf(error) }),
      )
      this.#options.listener.listed({ namespace, pod: name, uid, container }, directory, runs)
    })
  }

  /** Events of a directory that was too busy for them are wanted again. */
  calmed(directory: string): void {
    this.#watches.resume(directory)
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

  #markDirty(directory: string): void {
    if (this.#dirty.size === 0) {
      const cancel = this.#options.clock.after(COALESCE_MS, () => {
        this.#timers.delete(cancel)
        this.#listDirty()
      })
      this.#timers.add(cancel)
    }
    this.#dirty.add(directory)
  }

  #listDirty(): void {
    const directories = [...this.#dirty]
    this.#dirty.clear()
    for (const directory of directories) {
      if (directory === this.#options.root) {
        for (const pod of this.#listRoot()) this.#listPod(pod)
      } else if (this.#pods.has(directory)) {
        this.#listPod(directory)
      } else {
        this.refresh(directory)
      }
    }
  }

  async #listAll(): Promise<void> {
    this.#listRoot()
    let count = 0
    for (const pod of [...this.#pods.keys()]) {
      if (this.#stopped) return
      count += this.#listPod(pod)
      if (count < CONTAINERS_A_STRETCH) continue
      count = 0
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Returns the paths of pods that were not there before. */
  #listRoot(): readonly string[] {
    const { root } = this.#options
    const added: string[] = []
    this.#list(root, () => {
      this.#watches.add(root)
      // A mount that is missing for a moment does not mean that all pods are gone.
      if (!existsSync(root)) throw new Error('the pods directory does not exist')
      const present = new Set<string>()
      for (const name of listDirectories(root)) {
        const pod = parsePodDirectory(name)
        if (pod === undefined) continue
        const path = join(root, name)
        present.add(path)
        if (this.#pods.has(path)) continue
        this.#pods.set(path, { ...pod, containers: new Set(), excluded: 0 })
        added.push(path)
      }
      for (const path of [...this.#pods.keys()]) if (!present.has(path)) this.#removePod(path)
    })
    return added
  }

  /** Lists a pod's directory and those of its containers; returns how many these are. */
  #listPod(path: string): number {
    const pod = this.#pods.get(path)
    if (pod === undefined) return 0
    this.#list(path, () => {
      // Watched before it is listed: what comes in between is seen twice instead of never.
      this.#watches.add(path)
      const present = listDirectories(path)
      const { namespace, pod: podName, uid } = pod
      const names = new Set(
        present.filter((container) => this.#selection.takes({ namespace, pod: podName, uid, container })),
      )
      pod.excluded = present.length - names.size
      for (const name of pod.containers) if (!names.has(name)) this.#removeContainer(join(path, name))
      pod.containers = names
      for (const name of names) {
        const directory = join(path, name)
        this.#containers.set(directory, path)
        this.#watches.add(directory)
        this.refresh(directory)
      }
    })
    return pod.containers.size
  }

  #removePod(path: string): void {
    for (const name of this.#pods.get(path)?.containers ?? []) this.#removeContainer(join(path, name))
    this.#pods.delete(path)
    this.#watches.remove(path)
  }

  #removeContainer(directory: string): void {
    this.#containers.delete(directory)
    this.#watches.remove(directory)
    this.#options.listener.removed(directory)
  }

  #list(directory: string, list: () => void): void {
    try {
      list()
    } catch (error) {
      this.#options.events.discoveryFailed({}, { path: directory, err: messageOf(error) })
    }
  }
}
