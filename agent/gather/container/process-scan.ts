import { type HeldFiles, NOTHING } from './held-files.ts'
import { listDirectory } from './layout.ts'
import type { SyncFiles } from './sync-files.ts'

const PID = /^[1-9]\d*$/
/** What stands at the end of the lines of `/proc/<pid>/cgroup`. */
const CONTAINER = /([0-9a-f]{64})(?:\.scope)?(?:\/container)?$/m
/** More processes than these are not looked at in one scan. */
const MAX_READS = 20_000

/**
 * Finds processes of containers where control groups do not show them: to an agent in a namespace of processes of its own
 * they show only its own. The node's /proc has them all, each with its group. What was looked at is not looked at again.
 */
export class ProcessScan {
  readonly #held: HeldFiles
  readonly #files: SyncFiles
  readonly #root: string
  #seen: ReadonlySet<string> = new Set()
  readonly #byContainer = new Map<string, number>()

  constructor({ held, files, procRoot }: { held: HeldFiles; files: SyncFiles; procRoot: string }) {
    this.#held = held
    this.#files = files
    this.#root = procRoot
  }

  /** A process of a container that was found and is still there, or 0. */
  pidOf(containerId: string): number {
    const pid = this.#byContainer.get(containerId)
    if (pid === undefined) return 0
    if (this.#containerOf(String(pid)) === containerId) return pid
    this.#byContainer.delete(containerId)
    return 0
  }

  /** Looks at the processes that are new. */
  scan(): void {
    const seen = new Set<string>()
    let reads = 0
    for (const name of listDirectory(this.#files, this.#root)) {
      if (!PID.test(name)) continue
      if (!this.#seen.has(name)) {
        if (reads++ >= MAX_READS) continue
        const id = this.#containerOf(name)
        if (id !== undefined && !this.#byContainer.has(id)) this.#byContainer.set(id, Number(name))
      }
      seen.add(name)
    }
    this.#seen = seen
    for (const [id, pid] of this.#byContainer) if (!seen.has(String(pid))) this.#byContainer.delete(id)
  }

  #containerOf(pid: string): string | undefined {
    const length = this.#held.readPath(`${this.#root}/${pid}/cgroup`, 'quietly')
    return length <= NOTHING ? undefined : CONTAINER.exec(this.#held.bytes.toString('latin1', 0, length))?.[1]
  }
}
