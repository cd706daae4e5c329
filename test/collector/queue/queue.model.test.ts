import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { WhenFull } from '../../../collector/queue/config.ts'
import { DiskQueue, type QueueEntry } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { MOST_RECORDS, QUEUE_STEPS, type QueueStep } from '../../support/queue-steps.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const MAX_BYTES = 16_384
const LARGEST_ENTRY_BYTES = 3_100

interface Appended {
  readonly id: number
  readonly records: number
  state: 'acknowledged' | 'unknown'
  settled: boolean
  /** In this run. */
  settledNow: boolean
  /** Noted on disk as settled: must not come back. */
  forgotten: boolean
}

interface TakenEntry {
  readonly entry: QueueEntry
  readonly of: Appended
}

/** Drives a queue on a faulty disk and knows what it owes. */
class Model {
  readonly #root: string
  readonly #whenFull: WhenFull
  readonly #disk = new FaultyFiles()
  readonly #appended: Appended[] = []
  #generation = 0
  #queue: DiskQueue | undefined
  #taken: TakenEntry[] = []
  /** Of this run. */
  #seen = new Set<number>()
  #received = 0
  #takenRecords = 0
  #flips = 0
  /** Of this run, and of those before. */
  #dropped = async () => 0
  #droppedBefore = 0

  constructor(root: string, whenFull: WhenFull) {
    this.#root = root
    this.#whenFull = whenFull
    mkdirSync(this.#directory)
  }

  get #directory(): string {
    return join(this.#root, String(this.#generation))
  }

  async open(): Promise<void> {
    this.#seen = new Set()
    this.#taken = []
    for (const appended of this.#appended) appended.settledNow = false
    this.#received = 0
    this.#takenRecords = 0
    this.#droppedBefore += await this.#dropped()
    const { events, count } = collectorEvents()
    this.#dropped = () => count('records_dropped_total')
    this.#queue = await DiskQueue.open({
      ...{ files: this.#disk.files, directory: this.#directory, events, nowMs: () => 1 },
      ...{
        segmentBytes: 2_048,
        maxBytes: MAX_BYTES,
        cacheBytes: 2_048,
        minFreeBytes: 200,
        whenFull: this.#whenFull,
        order: 'none',
      },
    })
  }

  async run(step: QueueStep): Promise<void> {
    const queue = this.#queue!
    if (step.kind === 'append') {
      await Promise.all(Array.from({ length: step.together }, () => this.#append(step.bytes, step.records)))
    } else if (step.kind === 'take') await this.take()
    else if (step.kind === 'settle') this.#settle(step.which)
    else if (step.kind === 'save') await this.#save()
    else if (step.kind === 'fill') this.#disk.freeBytes = step.freeBytes
    else if (step.kind === 'look') await queue.look()
    else if (step.kind === 'failSync') this.#disk.failingSyncs = 1
    else if (step.kind === 'readOnly') this.#disk.isReadOnly = true
    else {
      this.heal()
      if (step.kind === 'crash') await this.#crash(step.turns, step.kept)
      else {
        await this.#save()
        await queue.close()
        if (step.kind === 'flip') this.#flip(step.file, step.at, step.bit)
        if (step.kind === 'losePosition') this.#losePosition(step.isThere)
      }
      await this.open()
    }
    if (this.#queue === queue || step.kind !== 'crash') await this.account()
  }

  heal(): void {
    this.#disk.freeBytes = Number.POSITIVE_INFINITY
    this.#disk.failingSyncs = 0
    this.#disk.isReadOnly = false
  }

  async account(): Promise<void> {
    const { recoveredRecords, queuedRecords, lostRecords, oldestAtMs, sizeBytes } = this.#queue!
    const sum = this.#takenRecords + queuedRecords + lostRecords + (await this.#dropped())
    assert.equal(this.#received + recoveredRecords, sum, 'received + recovered = taken + queued + lost + dropped')
    if (queuedRecords > 0 || this.#taken.length > 0) assert.equal(oldestAtMs, 1)
    // One entry is taken whatever it has, where the queue is empty.
    assert.ok(sizeBytes <= MAX_BYTES + LARGEST_ENTRY_BYTES, `${sizeBytes} bytes`)
  }

  /** Takes one entry and checks that it may come; false at the end. */
  async take(): Promise<boolean> {
    const entry = await this.#queue!.take()
    if (entry === undefined) return false
    const id = entry.payload.readUInt32LE(0)
    const of = this.#appended.find((appended) => appended.id === id)
    assert.ok(of !== undefined && entry.records === of.records, `entry ${id} is not what was appended`)
    assert.ok(
      entry.payload.subarray(4).every((byte) => byte === (id & 127)),
      `entry ${id} is damaged`,
    )
    assert.ok(entry.body === undefined || entry.body.equals(entry.payload))
    assert.ok(!this.#seen.has(id), `entry ${id} came twice in one run`)
    assert.ok(!of.forgotten, `entry ${id} came back after it was settled and noted`)
    this.#seen.add(id)
    this.#takenRecords += entry.records
    this.#taken.push({ entry, of })
    return true
  }

  /** All that was acknowledged has come, but for what a flipped bit cost: an entry each at most. */
  async finish(): Promise<void> {
    this.heal()
    while (await this.take());
    const owed = this.#appended.filter(({ state, settled }) => state === 'acknowledged' && !settled)
    const missing = owed.filter(({ id }) => !this.#seen.has(id))
    const allowed = this.#flips * MOST_RECORDS + this.#droppedBefore + (await this.#dropped())
    const lost = missing.reduce((total, { records }) => total + records, 0)
    assert.ok(lost <= allowed, `missing: ${missing.map(({ id }) => id)}, flips: ${this.#flips}, allowed: ${allowed}`)
    if (this.#whenFull === 'refuse') assert.equal(await this.#dropped(), 0)
    for (const { entry } of this.#taken.splice(0)) entry.settle()
    await this.account()
    await this.close()
    const left = readdirSync(this.#directory).filter((name) => name.endsWith('.segment'))
    if (this.#flips === 0) assert.ok(left.length <= 2, `room was given back: ${left}`)
  }

  async close(): Promise<void> {
    await this.#queue!.close()
  }

  async #append(bytes: number, records: number): Promise<void> {
    const id = this.#appended.length
    const payload = Buffer.alloc(4 + bytes, id & 127)
    payload.writeUInt32LE(id)
    const appended: Appended = { id, records, state: 'unknown', settled: false, settledNow: false, forgotten: false }
    this.#appended.push(appended)
    try {
      await this.#queue!.append({ kind: 'otlp_logs', payload, encoding: 'identity', records, body: payload })
      appended.state = 'acknowledged'
      this.#received += records
    } catch (error) {
      assert.match(String(error), /the queue holds|bytes free|no space left|EIO|EROFS/)
    }
  }

  #settle(which: number): void {
    if (this.#taken.length === 0) return
    const [{ entry, of }] = this.#taken.splice(which % this.#taken.length, 1) as [TakenEntry]
    entry.settle()
    of.settled = true
    of.settledNow = true
  }

  /** What is settled without a gap before it is noted, if the disk takes the note. */
  async #save(): Promise<void> {
    const isNoted = this.#isNoted
    await this.#queue!.save()
    const firstOpen = Math.min(...this.#taken.map(({ of }) => of.id), Number.POSITIVE_INFINITY)
    for (const appended of this.#appended) {
      if (appended.settledNow && appended.id < firstOpen && isNoted) appended.forgotten = true
    }
  }

  /** A failing sync may have kept the note from being written. */
  get #isNoted(): boolean {
    if (this.#disk.isReadOnly) return false
    return this.#disk.failingSyncs === 0 && this.#disk.freeBytes === Number.POSITIVE_INFINITY && this.#flips === 0
  }

  async #crash(turns: number, kept: number): Promise<void> {
    const before = this.#directory
    const appends = [this.#append(200, 1), this.#append(2_500, 2), this.#append(10, 1)]
    const lateTake = this.#queue!.take().catch(() => {})
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    this.#generation += 1
    mkdirSync(this.#directory)
    // Acknowledged afterwards means nothing: the machine was off.
    const states = this.#appended.map(({ state }) => state)
    const sizes = readdirSync(before).map((name) => {
      copyFileSync(join(before, name), join(this.#directory, name))
      return [name, this.#disk.syncedBytes.get(join(before, name)) ?? 0] as const
    })
    await Promise.all([...appends, lateTake])
    await this.#queue!.close()
    for (const [index, state] of states.entries()) this.#appended[index]!.state = state
    for (const [name, synced] of sizes) {
      if (!name.endsWith('.segment')) continue
      const path = join(this.#directory, name)
      const { size } = statSync(path)
      const length = Math.max(Math.min(synced, size), Math.floor(synced + (size - synced) * kept))
      truncateSync(path, length)
      this.#disk.syncedBytes.set(path, length)
    }
  }

  /** Without it everything that is left may come once more. */
  #losePosition(isThere: boolean): void {
    const path = join(this.#directory, 'position.json')
    if (isThere) writeFileSync(path, '{"sequence":1,"offset":')
    else rmSync(path, { force: true })
    for (const appended of this.#appended) appended.forgotten = false
  }

  #flip(file: number, at: number, bit: number): void {
    const names = readdirSync(this.#directory).filter((name) => !name.endsWith('.tmp'))
    if (names.length === 0) return
    const path = join(this.#directory, names[file % names.length]!)
    const content = readFileSync(path)
    if (content.length === 0) return
    content[at % content.length]! ^= 1 << bit
    writeFileSync(path, content)
    this.#flips += 1
    // If it hit the note of what was settled, everything that is left may come once more.
    for (const appended of this.#appended) appended.forgotten = false
  }
}

test('whatever happens to the disk, what was acknowledged comes, and comes back only if it may', async (t) => {
  const root = temporaryDirectory(t)
  let run = 0
  const script = fc.array(QUEUE_STEPS, { minLength: 5, maxLength: 60, size: 'max' })
  const policy = fc.constantFrom<WhenFull[]>('refuse', 'drop_oldest')
  const property = fc.asyncProperty(script, policy, async (steps, whenFull) => {
    run += 1
    const directory = join(root, String(run))
    mkdirSync(directory)
    const model = new Model(directory, whenFull)
    await model.open()
    try {
      for (const step of steps) await model.run(step)
      await model.finish()
    } finally {
      await model.close()
    }
    rmSync(directory, { recursive: true })
  })
  await fc.assert(property, { numRuns: 40 })
})
