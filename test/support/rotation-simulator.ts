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
import { gzipSync } from 'node:zlib'
import { type OutputStream, RuntimeLines } from './runtime-lines.ts'

export interface RotationOptions {
  /** Rotated files that the kubelet keeps beside the live one: `containerLogMaxFiles` less one. */
  readonly maxRotated?: number
  /** Of gzip; 0 stores, for rotations that follow each other faster than a processor compresses. */
  readonly compressionLevel?: number
}

/** The kubelet looks at log sizes this often under the recorded configuration. */
const MONITOR_SECONDS = 3

/**
 * The log directory of one container, and what the runtime and the kubelet were observed to do to it, one step at a time:
 * the caller lets the agent run in between. The runtime writes to its own descriptor, so a rename does not stop it, and an
 * inode number is free again only when nobody has its file open.
 */
export class RotationSimulator {
  readonly lines = new RuntimeLines()
  readonly directory: string
  readonly #uid: string
  readonly #options: Required<RotationOptions>
  #restartCount = 0
  /** The runtime's descriptor. */
  #fd: number | undefined
  /** The descriptor of the new file, between its making and the closing of the old one. */
  #nextFd: number | undefined
  readonly #inodes = new Set<number>()
  /** Live files that were given the inode number of an earlier one. */
  reusedInodes = 0

  constructor(podsDir: string, pod = 'web-0', { maxRotated = 2, compressionLevel = 6 }: RotationOptions = {}) {
    this.#options = { maxRotated, compressionLevel }
    this.#uid = `uid-${pod}`
    this.directory = join(podsDir, `shop_${pod}_${this.#uid}`, 'app')
    this.#begin()
  }

  get isRunning(): boolean {
    return this.#fd !== undefined
  }

  /** The rotated file that is not compressed yet. */
  get plainRotated(): string | undefined {
    return this.#rotated().find((name) => !name.endsWith('.gz'))
  }

  /** Whether the next rotation deletes a file. */
  get isFull(): boolean {
    return this.#rotated().length === this.#options.maxRotated
  }

  write(stream: OutputStream, text = '', tag: 'P' | 'F' = 'F'): void {
    if (this.#fd === undefined) throw new Error('the container does not run')
    writeSync(this.#fd, this.lines.line(this.key(stream), tag, this.lines.unique(text)))
  }

  /** Writes lines that are not this class's own. */
  append(lines: string): void {
    if (this.#fd === undefined) throw new Error('the container does not run')
    writeSync(this.#fd, lines)
  }

  /** The live file's. */
  get inode(): number {
    if (this.#fd === undefined) throw new Error('the container does not run')
    return fstatSync(this.#fd).ino
  }

  get restartCount(): number {
    return this.#restartCount
  }

  /** Whose records those of the current run are. */
  key(stream: OutputStream): string {
    return `${this.#uid}/app/${this.#restartCount}/${stream}`
  }

  /** A whole rotation, in the kubelet's order; `between` is called after every step. */
  async rotate(between: (step: string) => Promise<void> = async () => {}): Promise<void> {
    this.deleteOldest()
    await between('deleted')
    this.beginCompression()
    await between('compressing')
    this.endCompression()
    await between('compressed')
    this.rename()
    await between('renamed')
    this.create()
    await between('created')
    this.closeOld()
    await between('closed')
  }

  deleteOldest(): void {
    this.lines.passSeconds(MONITOR_SECONDS)
    for (const name of this.#rotated().slice(0, -this.#options.maxRotated + 1)) {
      if (name.endsWith('.gz')) unlinkSync(this.#path(name))
    }
  }

  beginCompression(): void {
    const name = this.plainRotated
    if (name === undefined) return
    const content = gzipSync(readFileSync(this.#path(name)), { level: this.#options.compressionLevel })
    writeFileSync(this.#path(`${name}.tmp`), content)
  }

  endCompression(): void {
    this.nameCompressed()
    this.deleteCompressed()
  }

  /** For a moment there are both. */
  nameCompressed(): void {
    const name = this.plainRotated
    if (name !== undefined) renameSync(this.#path(`${name}.tmp`), this.#path(`${name}.gz`))
  }

  /** Deletes the plain file of which there is a compressed one. */
  deleteCompressed(): void {
    const name = this.plainRotated
    if (name !== undefined) unlinkSync(this.#path(name))
  }

  /** From here on there is no live name, and the runtime writes to the renamed file. */
  rename(): void {
    renameSync(this.#path(this.#live), this.#path(`${this.#live}.${this.lines.nameTime}`))
  }

  /** The kubelet's answer to a runtime that could not reopen. */
  renameBack(): void {
    renameSync(this.#path(this.plainRotated!), this.#path(this.#live))
  }

  /** The runtime makes the new file; it still writes to the old one. */
  create(): void {
    this.#nextFd = this.#open()
  }

  closeOld(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = this.#nextFd
    this.#nextFd = undefined
  }

  /** The container ends; an incomplete record stays one. */
  endRun(): void {
    for (const stream of ['stdout', 'stderr'] as const) this.lines.end(this.key(stream))
    this.closeOld()
  }

  /** The next run begins. */
  startRun(): void {
    this.#restartCount += 1
    this.#fd = this.#open()
  }

  /** Of the runs that ended only the last one's log stays. */
  deleteRunsBefore(run = this.#restartCount - 1): void {
    for (const name of readdirSync(this.directory)) {
      if (Number.parseInt(name, 10) < run) unlinkSync(this.#path(name))
    }
  }

  /** Deletes the oldest copy, copies the live file and empties it: not the kubelet, but what others put in its place. */
  copyTruncate(): void {
    this.lines.passSeconds(MONITOR_SECONDS)
    for (const name of this.#rotated().slice(0, -this.#options.maxRotated + 1)) unlinkSync(this.#path(name))
    copyFileSync(this.#path(this.#live), this.#path(`${this.#live}.${this.lines.nameTime}`))
    truncateSync(this.#path(this.#live))
  }

  unlinkLive(): void {
    unlinkSync(this.#path(this.#live))
  }

  removePod(): void {
    rmSync(join(this.directory, '..'), { recursive: true, force: true })
  }

  /** The same pod again, as a static one that is put back: the same UID, the same paths, another container. */
  beginAgain(): void {
    this.#restartCount = 0
    this.#begin()
  }

  /** Lets go of the descriptors. */
  close(): void {
    this.closeOld()
    this.closeOld()
  }

  #begin(): void {
    mkdirSync(this.directory, { recursive: true })
    this.#fd = this.#open()
  }

  #open(): number {
    const fd = openSync(this.#path(this.#live), 'ax', 0o640)
    const { ino } = fstatSync(fd)
    if (this.#inodes.has(ino)) this.reusedInodes += 1
    this.#inodes.add(ino)
    return fd
  }

  get #live(): string {
    return `${this.#restartCount}.log`
  }

  #path(name: string): string {
    return join(this.directory, name)
  }

  /** Names of the current run's rotated files, oldest first. */
  #rotated(): readonly string[] {
    return readdirSync(this.directory)
      .filter((name) => name.startsWith(`${this.#live}.`) && !name.endsWith('.tmp'))
      .sort()
  }
}
