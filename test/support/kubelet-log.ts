import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** Rotated files that are there at most: `containerLogMaxFiles`, 5 by default, less the live one. */
const MAX_ROTATED = 4
/** Not compressed but stored: rotations may follow each other faster than a processor compresses. */
const STORED = { level: 0 }
/** The time in a rotated file's name has whole seconds; the kubelet comes by every few of them. */
const SECONDS_BETWEEN_ROTATIONS = 3
const FIRST_ROTATION_MS = Date.UTC(2026, 10, 21, 10, 46)

/**
 * The log files of a container while others write and read: the runtime's descriptor, and the kubelet's rotation in its
 * own order, which takes its time.
 */
export class KubeletLog {
  readonly directory: string
  readonly #podDirectory: string
  #restartCount = 0
  #fd: number
  #rotations = 0

  constructor(podsDir: string, pod: string, uid: string) {
    this.#podDirectory = join(podsDir, `shop_${pod}_${uid}`)
    this.directory = join(this.#podDirectory, 'app')
    mkdirSync(this.directory, { recursive: true })
    this.#fd = this.#open()
  }

  get restartCount(): number {
    return this.#restartCount
  }

  get inode(): number {
    return fstatSync(this.#fd).ino
  }

  append(bytes: string): void {
    writeSync(this.#fd, bytes)
  }

  /** Deletes the oldest, compresses the last one, renames the live one, has the runtime begin another. */
  async rotate(): Promise<void> {
    const rotated = readdirSync(this.directory)
      .filter((name) => name.startsWith(`${this.#live}.`))
      .sort()
    for (const name of rotated.splice(0, Math.max(0, rotated.length - MAX_ROTATED + 1))) unlinkSync(this.#path(name))
    for (const name of rotated.filter((other) => !other.endsWith('.gz'))) {
      writeFileSync(this.#path(`${name}.tmp`), gzipSync(readFileSync(this.#path(name)), STORED))
      await setImmediate()
      renameSync(this.#path(`${name}.tmp`), this.#path(`${name}.gz`))
      unlinkSync(this.#path(name))
    }
    renameSync(this.#path(this.#live), this.#path(`${this.#live}.${this.#nextNameTime()}`))
    await setImmediate()
    const fd = this.#open()
    await setImmediate()
    closeSync(this.#fd)
    this.#fd = fd
  }

  /** Copies the live file and empties it, as logrotate does on request. */
  copyTruncate(): void {
    copyFileSync(this.#path(this.#live), this.#path(`${this.#live}.${this.#nextNameTime()}`))
    truncateSync(this.#path(this.#live))
  }

  /** The container ends, and its next run begins. */
  restart(): void {
    closeSync(this.#fd)
    this.#restartCount += 1
    this.#fd = this.#open()
  }

  /** Deletes what there is of a run that is over. */
  deleteRun(restartCount: number): void {
    for (const name of readdirSync(this.directory)) {
      if (name.startsWith(`${restartCount}.log`)) unlinkSync(this.#path(name))
    }
  }

  removePod(): void {
    rmSync(this.#podDirectory, { recursive: true, force: true })
  }

  /** Lets go of the descriptor. */
  close(): void {
    closeSync(this.#fd)
  }

  get #live(): string {
    return `${this.#restartCount}.log`
  }

  #open(): number {
    return openSync(this.#path(this.#live), 'a', 0o640)
  }

  #path(name: string): string {
    return join(this.directory, name)
  }

  #nextNameTime(): string {
    this.#rotations += 1
    const time = new Date(FIRST_ROTATION_MS + this.#rotations * SECONDS_BETWEEN_ROTATIONS * 1_000).toISOString()
    return time.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  }
}
