import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OutputStream, RuntimeLines } from './runtime-lines.ts'

/** Rotated files that the kubelet keeps beside the live one: `containerLogMaxFiles` less one. */
const MAX_ROTATED = 2
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
  #restartCount = 0
  /** The runtime's descriptor. */
  #fd: number | undefined
  /** The descriptor of the new file, between its making and the closing of the old one. */
  #nextFd: number | undefined
  readonly #inodes = new Set<number>()
  /** Live files that were given the inode number of an earlier one. */
  reusedInodes = 0

  constructor(podsDir: string, pod = 'web-0') {
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
    return this.#rotated().length === MAX_ROTATED
  }

  write(stream: OutputStream, text = '', tag: 'P' | 'F' = 'F'): void {
    if (this.#fd === undefined) throw new Error('the container does not run')
    writeSync(this.#fd, this.lines.line(this.key(stream), tag, this.lines.unique(text)))
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
    for (const name of this.#rotated().slice(0, -MAX_ROTATED + 1)) {
      if (name.endsWith('.gz')) unlinkSync(this.#path(name))
    }
  }

  beginCompression(): void {
    const name = this.plainRotated
    if (name !== undefined) writeFileSync(this.#path(`${name}.tmp`), gzipSync(readFileSync(this.#path(name))))
  }

  endCompression(): void {
    const name = this.plainRotated
    if (name === undefined) return
    renameSync(this.#path(`${name}.tmp`), this.#path(`${name}.gz`))
    unlinkSync(this.#path(name))
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
  deleteRunsBefore(): void {
    for (const name of readdirSync(this.directory)) {
      if (Number.parseInt(name, 10) < this.#restartCount - 1) unlinkSync(this.#path(name))
    }
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
