import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { frameHeader, nextMarker, unframe } from '#lib/segment/frame.ts'
import type { FileState } from './source-file.ts'
import type { UndatedCheckpoint } from './undated.ts'

/** What is remembered of a file: enough to go on after a restart as if there had been none. */
export interface FileCheckpoint {
  /** Container instance, as `<pod uid>/<container>/<restart count>`, or another log, as `file:<path>`. */
  readonly instance: string
  /** The file's key, see identity.ts. */
  readonly key: string
  /** How many of the file's first bytes the key was made of. */
  readonly prefixBytes: number
  readonly state: FileState
  /** Set for the journal, which is no file of ours. */
  readonly journal?: JournalCheckpoint
  /** Set for a file whose lines state no time, and whose key is therefore not made of them. */
  readonly undated?: UndatedCheckpoint
}

/** How far the journal was read. */
export interface JournalCheckpoint {
  /** Of the last entry that was acknowledged; empty if none was. */
  readonly cursor: string
  /** Where the very first start began, epoch milliseconds; 0 for the begin of the journal. */
  readonly sinceMs: number
  /** What was asked for: with another filter the entry of the cursor may be left out. */
  readonly filter: string
}

/** One change, as it is written: a checkpoint that replaces the one before, or the end of one. */
type Change = readonly ['put', FileCheckpoint] | readonly ['drop', string, string]

const FILE_NAME = 'checkpoints.log'
/** Below this there is nothing to gain from compacting. */
const SMALLEST_COMPACTION_BYTES = 1024 ** 2
const MAX_FRAME_BYTES = 64 * 1024 ** 2

/**
 * The durable checkpoints: an append-only log of CRC'd frames, each a JSON list of changes, that begins with a
 * snapshot whenever it was compacted (written aside, synced, renamed, directory synced). The last whole frame wins; a
 * torn or damaged one is skipped, so the worst that a power cut does is that some lines are sent again, under the same
 * ids. Calls write at once: they are few (one a second, one per cut), and a cut must be on disk before what it cuts
 * is sent.
 */
export class Checkpoints {
  readonly #path: string
  readonly #directory: string
  /** Per container instance: of most there is one, for which a map would be as large as all the rest. */
  readonly #instances = new Map<string, readonly FileCheckpoint[]>()
  #fd: number | undefined
  #sizeBytes = 0
  #liveBytes = 0

  constructor(directory: string) {
    this.#directory = directory
    this.#path = join(directory, FILE_NAME)
  }

  /**
   * Reads what an earlier run left and compacts it.
   *
   * @returns bytes of the log that could not be read
   */
  open(): number {
    mkdirSync(this.#directory, { recursive: true })
    const lostBytes = this.#replay()
    try {
      this.#compact()
    } catch {
      // A full disk is no reason not to ship what is on it; the log as it is will do.
      this.#fd = openSync(this.#path, 'a')
      this.#sizeBytes = fstatSync(this.#fd).size
    }
    return lostBytes
  }

  /** Bytes of the log on disk. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The checkpoints of a container instance. */
  of(instance: string): readonly FileCheckpoint[] {
    return this.#instances.get(instance) ?? []
  }

  /** Every container instance that has checkpoints. */
  instances(): ReadonlySet<string> {
    return new Set(this.#instances.keys())
  }

  /** Writes changes; when it returns they are on disk. Throws the system's error if they are not. */
  write(puts: readonly FileCheckpoint[], drops: readonly Pick<FileCheckpoint, 'instance' | 'key'>[] = []): void {
    const changes: Change[] = [
      ...puts.map((checkpoint): Change => ['put', checkpoint]),
      ...drops.map(({ instance, key }): Change => ['drop', instance, key]),
    ]
    if (changes.length === 0 || this.#fd === undefined) return
    this.#append(this.#fd, changes)
    for (const change of changes) this.#apply(change)
    if (this.#sizeBytes > SMALLEST_COMPACTION_BYTES && this.#sizeBytes > 4 * this.#liveBytes) {
      try {
        this.#compact()
      } catch {
        // The changes are on disk in the old log; the next write tries again.
      }
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #replay(): number {
    let bytes: Buffer
    try {
      bytes = readFileSync(this.#path)
    } catch {
      return 0
    }
    let lostBytes = 0
    for (let at = 0; at < bytes.length; ) {
      const found = unframe(bytes, at, MAX_FRAME_BYTES)
      const changes = found.kind === 'frame' ? parseChanges(bytes.subarray(found.start, found.end)) : undefined
      if (found.kind === 'frame' && changes !== undefined) {
        for (const change of changes) this.#apply(change)
        at = found.end
      } else {
        const next = nextMarker(bytes, at + 1)
        const end = next < 0 ? bytes.length : next
        lostBytes += end - at
        at = end
      }
    }
    return lostBytes
  }

  #apply(change: Change): void {
    if (change[0] === 'put') {
      const [, checkpoint] = change
      const others = this.#without(checkpoint.instance, checkpoint.key)
      // Of exactly the right length: a list that things are added to keeps room for more.
      this.#instances.set(checkpoint.instance, others.concat([checkpoint]))
    } else {
      const [, instance, key] = change
      const others = this.#without(instance, key)
      if (others.length > 0) this.#instances.set(instance, others)
      else this.#instances.delete(instance)
    }
  }

  #without(instance: string, key: string): readonly FileCheckpoint[] {
    return this.of(instance).filter((checkpoint) => checkpoint.key !== key)
  }

  #append(fd: number, changes: readonly Change[]): void {
    const payload = Buffer.from(JSON.stringify(changes))
    const frame = Buffer.concat([frameHeader([payload]), payload])
    let written = 0
    // A short write that ends in ENOSPC leaves a torn frame, which readers skip.
    while (written < frame.length) written += writeSync(fd, frame, written)
    fdatasyncSync(fd)
    this.#sizeBytes += frame.length
  }

  #compact(): void {
    const temporary = `${this.#path}.tmp`
    const fd = openSync(temporary, 'w')
    const before = this.#sizeBytes
    this.#sizeBytes = 0
    try {
      const files = [...this.#instances.values()].flat()
      this.#append(
        fd,
        files.map((checkpoint) => ['put', checkpoint]),
      )
      renameSync(temporary, this.#path)
    } catch (error) {
      closeSync(fd)
      rmSync(temporary, { force: true })
      this.#sizeBytes = before
      throw error
    }
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = fd
    this.#liveBytes = this.#sizeBytes
    const directory = openSync(this.#directory, 'r')
    fsyncSync(directory)
    closeSync(directory)
  }
}

function parseChanges(payload: Buffer): readonly Change[] | undefined {
  try {
    return JSON.parse(payload.toString('utf8')) as readonly Change[]
  } catch {
    return undefined
  }
}
