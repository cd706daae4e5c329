import { countLines, integerAt } from './byte-scan.ts'
import { readBlkio, readIoStat } from './disk-stats.ts'
import { Group } from './group.ts'
import type { GroupFile } from './group-file.ts'
import { GONE, type HeldFiles, NOTHING } from './held-files.ts'
import type { Controller, Layout } from './layout.ts'
import type { DiskValue } from './metric-table.ts'
import { VALUE } from './values.ts'

export interface GroupReaderOptions {
  readonly layout: Layout
  readonly held: HeldFiles
  /** What groups may have; of them, those are read that have wanted values. */
  readonly files: readonly GroupFile[]
  /** Places of wanted values. */
  readonly wanted: ReadonlySet<number>
  readonly valueCount: number
  readonly withDisks: boolean
}

interface DiskFile {
  readonly controller: Controller
  /** Old kernels don't have those that count groups below along. */
  readonly names: readonly string[]
  readonly values: readonly [DiskValue, DiskValue] | undefined
}

const DISK_FILES: Readonly<Record<Layout['version'], readonly DiskFile[]>> = {
  1: [
    {
      controller: 'blkio',
      names: ['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_service_bytes'],
      values: ['readBytes', 'writtenBytes'],
    },
    {
      controller: 'blkio',
      names: ['blkio.throttle.io_serviced_recursive', 'blkio.throttle.io_serviced'],
      values: ['reads', 'writes'],
    },
  ],
  2: [{ controller: 'unified', names: ['io.stat'], values: undefined }],
}
/** Limits may be changed while a container runs, but seldom are. */
const LIMIT_ROUNDS = 6
const MISSING_ROUNDS = 30
const PROCESSES = 0
/** crun puts the processes one level deeper, where the container has its own tree. */
const NESTED_PROCESSES = 1

/** Reads the files of groups, as far as their values are wanted. */
export class GroupReader {
  readonly #held: HeldFiles
  readonly #files: readonly GroupFile[]
  readonly #disks: readonly DiskFile[]
  /** Of each file the directory, and the names that it may have. */
  readonly #paths: readonly (readonly [directory: string, ...names: string[]])[]
  readonly #valueCount: number

  constructor({ layout, held, files, wanted, valueCount, withDisks }: GroupReaderOptions) {
    this.#held = held
    this.#files = files.filter(({ yields }) => yields.some((value) => wanted.has(value)))
    this.#disks = withDisks
      ? DISK_FILES[layout.version].filter(({ controller }) => layout.directoryOf(controller) !== undefined)
      : []
    this.#valueCount = valueCount
    this.#paths = [
      [layout.walked, 'cgroup.procs'],
      [layout.walked, 'container/cgroup.procs'],
      ...this.#files.map(({ controller, name }) => [layout.directoryOf(controller)!, name] as const),
      ...this.#disks.map(({ controller, names }) => [layout.directoryOf(controller)!, ...names] as const),
    ]
  }

  create(path: string, containerId: string, nowMs: number): Group {
    return new Group({
      ...{ path, containerId, firstSeenMs: nowMs, files: this.#paths.length, values: this.#valueCount },
      pathOf: (group, file, attempt) => {
        const [directory, ...names] = this.#paths[file]!
        return attempt < names.length ? `${directory}${group}/${names[attempt]}` : undefined
      },
    })
  }

  /** The first process of a group, or 0 if it has none; counts them along the way. */
  readProcesses(group: Group): number {
    const { values } = group
    let length = this.#held.read(group, PROCESSES)
    if (length === GONE) group.isGone = true
    if (length === 0) length = Math.max(0, this.#held.read(group, NESTED_PROCESSES))
    values[VALUE.processes] = length <= NOTHING ? Number.NaN : countLines(this.#held.bytes, length)
    const pid = length > 0 ? integerAt(this.#held.bytes, 0, length) : 0
    return pid > 0 ? pid : 0
  }

  /** Reads what else is wanted; whether there was anything. */
  read(group: Group, round: number): boolean {
    const { values } = group
    const held = this.#held
    const withLimits = group.rounds % LIMIT_ROUNDS === 0
    if (group.rounds % MISSING_ROUNDS === MISSING_ROUNDS - 1) held.forgetMissing(group)
    group.rounds += 1
    let isRead = !Number.isNaN(values[VALUE.processes])
    for (let index = 0; index < this.#files.length; index++) {
      const file = this.#files[index]!
      if (file.isLimit && !withLimits) continue
      const length = held.read(group, index + 2)
      if (length === GONE) return this.#gone(group)
      for (const place of file.yields) values[place] = Number.NaN
      if (length === NOTHING) continue
      isRead = true
      file.read(held.bytes, length, values)
    }
    for (let index = 0; index < this.#disks.length; index++) {
      const length = held.read(group, this.#files.length + index + 2)
      if (length === GONE) return this.#gone(group)
      const pair = this.#disks[index]!.values
      if (length <= 0) continue
      if (pair === undefined) readIoStat(held.bytes, length, group.disks, round)
      else readBlkio(held.bytes, length, group.disks, round, pair)
    }
    // cgroup v1 leaves out processes that the agent's namespace does not show, which is not to say that there are none.
    const isHidden = values[VALUE.processes] === 0 && values[VALUE.threads]! > 0 && group.containerId !== ''
    if (isHidden) values[VALUE.processes] = Number.NaN
    return isRead && !group.isGone
  }

  #gone(group: Group): boolean {
    group.isGone = true
    return false
  }
}
