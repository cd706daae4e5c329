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
import { DiskQueue, type QueueEntry } from '../../../collector/queue/queue.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

type Step =
  | { readonly kind: 'append'; readonly bytes: number; readonly records: number; readonly together: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'settle'; readonly which: number }
  | { readonly kind: 'save' }
  | { readonly kind: 'reopen' }
  /** A power cut while appends are under way: of what was not synced any part may be on disk. */
  | { readonly kind: 'crash'; readonly turns: number; readonly kept: number }
  | { readonly kind: 'flip'; readonly file: number; readonly at: number; readonly bit: number }
  | { readonly kind: 'fill'; readonly freeBytes: number }
  | { readonly kind: 'failSync' }

const STEPS = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      bytes: fc.oneof(fc.nat(300), fc.nat(3_000)),
      records: fc.integer({ min: 1, max: 5 }),
      together: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'take' }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('settle' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'save' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      turns: fc.nat(12),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('flip' as const), file: fc.nat(9), at: fc.nat(), bit: fc.nat(7) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const), freeBytes: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'failSync' }) },
)

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

  constructor(root: string) {
    this.#root = root
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
    const { events } = collectorEvents()
    this.#queue = await DiskQueue.open({
      ...{ files: this.#disk.files, directory: this.#directory, events, nowMs: () => 1 },
      ...{ segmentBytes: 2_048, maxBytes: 16_384, cacheBytes: 2_048 },
    })
  }

  async run(step: Step): Promise<void> {
    const queue = this.#queue!
    if (step.kind === 'append') {
      await Promise.all(Array.from({ length: step.together }, () => this.#append(step.bytes, step.records)))
    } else if (step.kind === 'take') await this.take()
    else if (step.kind === 'settle') this.#settle(step.which)
    else if (step.kind === 'save') await this.#save()
    else if (step.kind === 'fill') this.#disk.freeBytes = step.freeBytes
    else if (step.kind === 'failSync') this.#disk.failingSyncs = 1
    else {
      this.heal()
      if (step.kind === 'crash') await this.#crash(step.turns, step.kept)
      else {
        await this.#save()
        await queue.close()
        if (step.kind === 'flip') this.#flip(step.file, step.at, step.bit)
      }
      await this.open()
    }
    if (this.#queue === queue || step.kind !== 'crash') this.account()
  }

  heal(): void {
    this.#disk.freeBytes = Number.POSITIVE_INFINITY
    this.#disk.failingSyncs = 0
  }

  account(): void {
    const { recoveredRecords, queuedRecords, lostRecords } = this.#queue!
    const sum = this.#takenRecords + queuedRecords + lostRecords
    assert.equal(this.#received + recoveredRecords, sum, 'received + recovered = taken + queued + lost')
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
    assert.ok(missing.length <= this.#flips, `missing: ${missing.map(({ id }) => id)}, flips: ${this.#flips}`)
    for (const { entry } of this.#taken) entry.settle()
    this.account()
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
      assert.match(String(error), /the queue holds|no space left|EIO/)
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
  const property = fc.asyncProperty(fc.array(STEPS, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
    run += 1
    const directory = join(root, String(run))
    mkdirSync(directory)
    const model = new Model(directory)
    await model.open()
    try {
      for (const step of steps) await model.run(step)
      await model.finish()
    } finally {
      await model.close()
    }
    rmSync(directory, { recursive: true })
  })
  await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 8_000 })
})
