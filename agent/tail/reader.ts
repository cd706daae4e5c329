import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { LongLine } from '../decode/long-line.ts'
import type { AgentEvents } from '../events.ts'
import type { Request } from '../ship/batch.ts'
import type { ContainerLog } from './container-log.ts'
import { lengthToTake, mayRead } from './delay.ts'
import type { Flusher } from './flusher.ts'
import type { Intake } from './intake.ts'
import type { Regrouper } from './regrouper.ts'
import type { SourceFile } from './source-file.ts'
import { Turns, type Urgency } from './turns.ts'
import { readableOffset } from './undated.ts'

export interface ReaderOptions {
  readonly intake: Intake
  readonly flusher: Flusher
  readonly regrouper: Regrouper
  readonly clock: Clock
  readonly events: AgentEvents
  /** Takes a closed batch; resolves when there is room for the next one. */
  readonly ship: (request: Request) => Promise<void>
  /** Called when a file no longer holds what it held. */
  readonly onTruncated: (log: ContainerLog, file: SourceFile) => void
  /** Longest begin of a line that is kept. */
  readonly maxLineBytes: number
  /** Bytes that a container may read before it is the turn of the next one. */
  readonly quantumBytes: number
}

const NEWLINE = 10
/** Longest stretch without giving the event loop a turn. */
const LONGEST_STRETCH_MS = 10

/**
 * Reads the logs that have something to read, in turns of a quantum of bytes each (see turns.ts), so that a container
 * that writes without end delays the others by one quantum and no more. There is one loop; while it waits for room in
 * flight nothing is read, and everything else goes on.
 */
export class Reader {
  readonly #options: ReaderOptions
  readonly #buffer: Buffer
  readonly #turns = new Turns()
  readonly #jobs: (() => void)[] = []
  #closeBatch = false
  #stopped = false
  #readLast: () => Promise<void> = async () => {}
  #notify: () => void = () => {}
  #running: Promise<void> | undefined
  /** Whose turn it is. */
  #current: ContainerLog | undefined
  #yieldedAtMs = 0

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#buffer = Buffer.allocUnsafeSlow(options.quantumBytes)
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Puts a log into the queue of those that have something to read. */
  wake(log: ContainerLog): void {
    if (log.queued) return
    log.queued = true
    this.#turns.add(log, this.#urgencyOf(log))
    this.#notify()
  }

  #urgencyOf(log: ContainerLog): Urgency {
    const file = log.next(this.#options.clock.monotonicMs())
    if (file === undefined) return 'backlogged'
    const { links, sizeBytes } = file.stat()
    if (links === 0) return 'fleeting'
    // Whose turn it is, or was until now, has had it.
    const isSparse = this.#current !== log && sizeBytes - file.offset <= this.#options.quantumBytes
    return isSparse ? 'fresh' : 'backlogged'
  }

  /** Whether bytes of a log are under way: its files must stay as they are. */
  isReading(log: ContainerLog): boolean {
    return this.#current === log
  }

  /** Has something else taken in between two turns, once there is room for it. */
  run(job: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#jobs.push(() => {
        job()
        resolve()
      })
      this.#notify()
    })
  }

  /** Has the open batch closed at the next opportunity, full or not. */
  closeBatch(): void {
    this.#closeBatch = true
    this.#notify()
  }

  /**
   * Ends reading after the turn under way and ships what was taken; waits for room no longer than the deadline.
   *
   * @param readLast called in between, to read what no other run can
   */
  async stop(deadline: AbortSignal, readLast: () => Promise<void>): Promise<void> {
    this.#stopped = true
    this.#readLast = readLast
    this.#notify()
    const aborted = new Promise<void>((resolve) => {
      // The parts that stopped before may have used up the time.
      if (deadline.aborted) resolve()
      deadline.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([this.#running, aborted])
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const log = this.#turns.take()
      if (log !== undefined) {
        log.queued = false
        this.#current = log
        await this.#turn(log)
        this.#current = undefined
      }
      this.#jobs.shift()?.()
      if (this.#closeBatch || this.#options.intake.isFull) await this.#ship()
      if (this.#turns.isEmpty && this.#jobs.length === 0 && !this.#closeBatch && !this.#stopped) await this.#wait()
      else await this.#yieldNowAndThen()
    }
    await this.#readLast()
    await this.#ship()
  }

  /** Reads a file to its present end, whatever its turn. */
  async readToEnd(log: ContainerLog, file: SourceFile, deadline: AbortSignal): Promise<void> {
    const endOffset = file.stat().sizeBytes
    while (!deadline.aborted && log.files.includes(file) && file.identity !== undefined) {
      if (file.seenOffset >= endOffset && file.idleSinceMs !== undefined) return
      if (readableOffset(file) <= file.offset) return
      if (this.#options.intake.isFull) await this.#ship()
      else if (!(await this.#tryRead(log, file))) return
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#notify = resolve
    })
  }

  async #yieldNowAndThen(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs()
    if (nowMs - this.#yieldedAtMs < LONGEST_STRETCH_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#yieldedAtMs = this.#options.clock.monotonicMs()
  }

  async #ship(): Promise<void> {
    this.#closeBatch = false
    const request = this.#options.intake.close()
    if (request !== undefined) await this.#options.ship(request)
  }

  async #turn(log: ContainerLog): Promise<void> {
    const { clock, flusher } = this.#options
    const nowMs = clock.monotonicMs()
    const file = log.next(nowMs)
    // One that its rate limit delays is woken again by the tailer.
    if (file === undefined || !mayRead(log, file, nowMs)) return
    flusher.endReplaced(log, file)
    await this.#tryRead(log, file)
    // A container may have many short files behind it: none of them should wait for the next poll.
    if (log.next(clock.monotonicMs()) !== undefined) this.wake(log)
  }

  /** Reads once; a failure is reported, and reading is tried again with the next poll. */
  async #tryRead(log: ContainerLog, file: SourceFile): Promise<boolean> {
    const before = file.offset
    try {
      await file.use(() => this.#read(log, file))
      log.readBytes += file.offset - before
      return true
    } catch (error) {
      this.#setIdle(file, file.seenOffset)
      this.#options.events.readFailed({}, { path: `${log.directory}/${file.name}`, err: messageOf(error) })
      return false
    }
  }

  async #read(log: ContainerLog, file: SourceFile): Promise<void> {
    if (file.longLine === undefined) this.#flushAtCuts(log, file)
    const buffer = this.#buffer
    const position = file.offset + (file.longLine?.totalBytes ?? 0)
    const bytes = await file.read(buffer, position)
    // A compressed file that is not decompressed so far yet, or one that was given up meanwhile.
    if (bytes === undefined || file.isShed) return
    if (position + bytes < file.seenOffset || !file.isUnchanged()) {
      this.#options.onTruncated(log, file)
      return
    }
    if (position + bytes === file.seenOffset) {
      this.#setIdle(file, file.seenOffset)
      return
    }
    log.activeAtMs = this.#options.clock.monotonicMs()
    if (this.#mustWait(file)) return
    if (file.longLine === undefined) this.#options.regrouper.prepare(log, file)
    const length = lengthToTake(log, file, buffer, Math.min(bytes, file.nextCutOffset - position))
    const rest =
      file.longLine === undefined ? await this.#takeChunk(log, file, length) : this.#continueLongLine(log, file, length)
    if (file.isShed || (rest > 0 && this.#mustWait(file))) return
    if (position + length === file.nextCutOffset) {
      this.#endTornLine(log, file, length - rest, length)
      this.#flushAtCuts(log, file)
      this.wake(log)
    } else if (bytes === buffer.length || file.offset + (file.longLine?.totalBytes ?? 0) + rest < position + bytes) {
      this.wake(log)
    } else {
      this.#setIdle(file, position + bytes)
      // More may have come while a batch waited for room. The next file must not be begun before a read finds nothing here.
      if (file !== log.files.at(-1)) file.idleSinceMs = undefined
    }
  }

  /** Takes the whole lines of the first `length` bytes of the buffer; returns how many bytes without a newline are left. */
  async #takeChunk(log: ContainerLog, file: SourceFile, length: number): Promise<number> {
    const { intake } = this.#options
    const buffer = this.#buffer
    const end = length === 0 ? 0 : buffer.lastIndexOf(NEWLINE, length - 1) + 1
    for (let at = 0; at < end; ) {
      const readableEnd = endOfReadable(file, buffer, at, end)
      if (readableEnd === at) return length - at
      at += intake.takeLines(log, file, buffer, at, readableEnd)
      if (intake.isFull) await this.#ship()
      if (file.isShed) return 0
    }
    const rest = length - end
    if (end > 0 || rest < buffer.length) return rest
    file.longLine = new LongLine(this.#options.maxLineBytes)
    file.longLine.append(buffer, 0, length)
    return 0
  }

  /** Leaves a file alone of which the next line may not be read before its time is on disk; the tailer sees to that. */
  #mustWait(file: SourceFile): boolean {
    if (file.longLine !== undefined || readableOffset(file) > file.offset) return false
    this.#setIdle(file, file.offset)
    if (file.undated !== undefined) file.undated.awaitsTime = true
    return true
  }

  #continueLongLine(log: ContainerLog, file: SourceFile, length: number): number {
    const buffer = this.#buffer
    const line = file.longLine!
    const start = file.offset + line.totalBytes
    const newline = buffer.subarray(0, length).indexOf(NEWLINE)
    line.append(buffer, 0, newline < 0 ? length : newline)
    if (newline < 0) return 0
    file.longLine = undefined
    this.#options.intake.takeLongLine(log, file, line, start + newline, true)
    return 0
  }

  /** Ends a line where an earlier run ended it, its rest in `[start, end)` of the buffer, although no newline stands there. */
  #endTornLine(log: ContainerLog, file: SourceFile, start: number, end: number): void {
    const { intake } = this.#options
    if (file.longLine !== undefined) {
      intake.takeLongLine(log, file, file.longLine, file.nextCutOffset, false)
      file.longLine = undefined
    } else if (start < end) {
      intake.takeTornLine(log, file, Buffer.from(this.#buffer.subarray(start, end)))
    }
  }

  #flushAtCuts(log: ContainerLog, file: SourceFile): void {
    const streams = file.reachCuts(file.offset)
    if (streams > 0) this.#options.intake.flushJoins(log, streams)
  }

  #setIdle(file: SourceFile, seenOffset: number): void {
    file.seenOffset = seenOffset
    if (file.undated !== undefined) file.undated.awaitsTime = false
    file.idleSinceMs = this.#options.clock.monotonicMs()
  }
}

/** The end of the last whole line of `bytes[at, end)`, which stands at the file's offset, that may be read. */
function endOfReadable(file: SourceFile, bytes: Buffer, at: number, end: number): number {
  const limit = at + readableOffset(file) - file.offset
  if (limit >= end) return end
  return limit <= at ? at : bytes.indexOf(NEWLINE, limit - 1) + 1
}
