import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorEvents } from '../events.ts'
import type { SeriesSink } from '../series/series-sink.ts'
import { groupFamilies } from './check-push.ts'
import type { PushConfig } from './config.ts'
import type { GroupChange } from './group-record.ts'
import { GroupSeries } from './group-series.ts'
import type { Grouping } from './grouping.ts'
import { countSeries, createGroup, type GroupState, groupKey, type PushGroup } from './push-group.ts'
import { PushIndex } from './push-index.ts'
import { PushLog } from './push-log.ts'
import { InconsistentPush, PushRefusal } from './push-refusal.ts'
import type { ReadFamilies } from './pushed-family.ts'

export interface PushStoreOptions {
  readonly files: Files
  readonly directory: string
  readonly sink: SeriesSink
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly config: Pick<PushConfig, 'ttl' | 'max_groups' | 'max_series' | 'max_series_per_group' | 'max_bytes'>
}

/** How a push changes its group. */
export interface PushMode {
  /** PUT: nothing stays but what is pushed. */
  readonly isReplaced: boolean
  /** Undefined for what the configuration says; 0 for ever. */
  readonly ttlMs: number | undefined
}

interface KnownGroup {
  readonly group: PushGroup
  readonly series: GroupSeries
  /** What is shown. */
  state: GroupState | undefined
  /** What is on disk. */
  durable: GroupState | undefined
  seriesCount: number
}

const LOOK_MS = 1_000
/** Series that are put again at one look. */
const REPEATED_SERIES = 5_000
const NOTHING: GroupState = {
  families: new Map(),
  pushedAtMs: new Map(),
  succeededMs: 0,
  failedMs: 0,
  expiresMs: 0,
}

/**
 * The groups of pushed metrics. A push is checked and shown at once, and answered when it is on disk; if it can't be
 * written, what was there before is shown again.
 */
export class PushStore implements Service {
  readonly name = 'pushed metrics'
  /** Changes that are on disk, by what asked for them. */
  readonly changes = { put: 0, post: 0, delete: 0 }
  readonly #options: PushStoreOptions
  readonly #groups = new Map<string, KnownGroup>()
  readonly #index = new PushIndex()
  #log: PushLog | undefined
  #seriesCount = 0
  #cancel: () => void = () => {}

  constructor(options: PushStoreOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { files, directory, events, clock, config } = this.#options
    const stateOf = (key: string): GroupChange | undefined => {
      const known = this.#groups.get(key)
      return known?.durable === undefined ? undefined : { group: known.group, state: known.durable }
    }
    const { log, recovered } = await PushLog.open({ files, directory, maxBytes: config.max_bytes, stateOf })
    this.#log = log
    for (const { group, state } of recovered.changes) this.#recover(group, state!)
    if (recovered.damagedRecords > 0) events.pushFilesRepaired({}, { count: recovered.damagedRecords, path: directory })
    const look = () => {
      void this.#expire()
      this.#repeat()
      this.#cancel = clock.after(LOOK_MS, look)
    }
    look()
  }

  async stop(): Promise<void> {
    this.#cancel()
    const log = this.#log
    this.#log = undefined
    await log?.close()
  }

  get size(): number {
    return this.#groups.size
  }

  get seriesCount(): number {
    return this.#seriesCount
  }

  /** Bytes of its files. */
  get sizeBytes(): number {
    return this.#log?.sizeBytes ?? 0
  }

  /** All groups as they are shown. */
  *all(): Generator<{ readonly group: PushGroup; readonly state: GroupState }> {
    for (const { group, state } of this.#groups.values()) if (state !== undefined) yield { group, state }
  }

  /**
   * Resolves once the push is on disk.
   *
   * @throws PushRefusal; if the metrics are inconsistent, the group says so by then
   */
  async push(grouping: Grouping, { families, hasTimestamps, problems }: ReadFamilies, mode: PushMode): Promise<void> {
    const known = this.#openGroup(grouping)
    const before = known.state ?? NOTHING
    if (hasTimestamps) return this.#fail(known, 'pushed metrics must not have timestamps')
    const pushed = groupFamilies(families, grouping, problems)
    const nowMs = this.#options.clock.nowMs()
    const ttlMs = mode.ttlMs ?? this.#options.config.ttl ?? 0
    const kept = mode.isReplaced ? [] : before.families.values()
    const keptTimes = mode.isReplaced ? [] : before.pushedAtMs
    const after: GroupState = {
      families: new Map([...kept, ...pushed].map((family) => [family.name, family])),
      pushedAtMs: new Map([...keptTimes, ...pushed.map(({ name }) => [name, nowMs] as const)]),
      succeededMs: nowMs,
      failedMs: before.failedMs,
      expiresMs: ttlMs === 0 ? 0 : nowMs + ttlMs,
    }
    this.#index.check(known.group, before, after, pushed, problems)
    if (problems.count > 0) return this.#fail(known, problems.toString())
    this.#checkRoom(known, after)
    const previous = known.state
    const refusal = this.#show(known, after)
    if (refusal !== undefined) {
      this.#show(known, previous)
      if (refusal === 'type_conflict' || refusal === 'duplicate' || refusal === 'invalid_labels') {
        return this.#fail(known, `the collector has such series from elsewhere: ${refusal}`)
      }
      throw new PushRefusal(429, refusal, `the collector has no room for more series: ${refusal}`)
    }
    await this.#write(known, after)
    this.changes[mode.isReplaced ? 'put' : 'post'] += 1
  }

  /** Deletes a group, whether or not it is there; resolves once that is on disk. */
  async delete(grouping: Grouping): Promise<void> {
    this.#openLog()
    const known = this.#groups.get(groupKey(grouping))
    if (known !== undefined) await this.#remove(known)
    this.changes.delete += 1
  }

  /** Deletes all groups. */
  async wipe(): Promise<void> {
    this.#openLog()
    await Promise.all(Array.from(this.#groups.values(), (known) => this.#remove(known)))
  }

  async #remove(known: KnownGroup): Promise<void> {
    this.#show(known, undefined)
    await this.#write(known, undefined)
  }

  #openLog(): PushLog {
    if (this.#log === undefined) throw new PushRefusal(503, 'not_ready', 'the collector is starting or stopping')
    return this.#log
  }

  #openGroup(grouping: Grouping): KnownGroup {
    this.#openLog()
    const key = groupKey(grouping)
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const { max_groups: maxGroups } = this.#options.config
    if (this.#groups.size >= maxGroups) {
      throw new PushRefusal(
        429,
        'too_many_groups',
        `there are ${maxGroups} groups already, the most that push.max_groups allows`,
      )
    }
    const group = createGroup(grouping)
    // It is among the groups once there is something to show of it.
    return {
      group,
      series: new GroupSeries(group, this.#options.sink),
      state: undefined,
      durable: undefined,
      seriesCount: 0,
    }
  }

  /** Has the group say that a push failed, and refuses it. */
  async #fail(known: KnownGroup, problem: string): Promise<never> {
    const before = known.state ?? { ...NOTHING, expiresMs: this.#expiresOfFailure() }
    const failed = { ...before, failedMs: this.#options.clock.nowMs() }
    if (this.#seriesCount + countSeries(failed) - known.seriesCount <= this.#options.config.max_series) {
      this.#show(known, failed)
      await this.#write(known, failed)
    }
    throw new InconsistentPush(problem)
  }

  #expiresOfFailure(): number {
    const { clock, config } = this.#options
    return config.ttl === undefined || config.ttl === 0 ? 0 : clock.nowMs() + config.ttl
  }

  #checkRoom(known: KnownGroup, after: GroupState): void {
    const { max_series: maxSeries, max_series_per_group: ofGroup, max_bytes: maxBytes } = this.#options.config
    const count = countSeries(after)
    if (count - 2 > ofGroup) {
      throw new PushRefusal(
        413,
        'too_many_series',
        `the group would have ${count - 2} series; push.max_series_per_group is ${ofGroup}`,
      )
    }
    if (count > known.seriesCount && this.#seriesCount - known.seriesCount + count > maxSeries) {
      throw new PushRefusal(
        429,
        'too_many_series',
        `all groups would have more than ${maxSeries} series, the most that push.max_series allows`,
      )
    }
    if (this.#openLog().liveBytes > maxBytes) {
      throw new PushRefusal(
        429,
        'too_many_bytes',
        `the pushed metrics have more bytes than push.max_bytes allows, which is ${maxBytes}`,
      )
    }
  }

  /** Puts the state of a group into the table, in place of the one before. */
  #show(known: KnownGroup, state: GroupState | undefined) {
    const { group } = known
    this.#index.replace(group, known.state, state)
    known.state = state
    const count = state === undefined ? 0 : countSeries(state)
    this.#seriesCount += count - known.seriesCount
    known.seriesCount = count
    if (state === undefined) this.#groups.delete(group.key)
    else this.#groups.set(group.key, known)
    return known.series.show(state, this.#options.clock.nowMs())
  }

  async #write(known: KnownGroup, state: GroupState | undefined): Promise<void> {
    try {
      await this.#openLog().append({ group: known.group, state })
      known.durable = state
    } catch (error) {
      this.#options.events.pushWriteFailed({}, { err: messageOf(error) })
      // A later change of the group decides about itself.
      const isLast = known.state === state && (this.#groups.get(known.group.key) ?? known) === known
      if (isLast) this.#show(known, known.durable)
      throw new PushRefusal(503, 'write_failed', 'the change could not be written to disk and is taken back; try again')
    }
  }

  #recover(group: PushGroup, state: GroupState): void {
    const series = new GroupSeries(group, this.#options.sink)
    const known: KnownGroup = { group, series, state: undefined, durable: state, seriesCount: 0 }
    const refusal = this.#show(known, state)
    if (refusal !== undefined) this.#options.events.pushedSeriesRefused({ reason: refusal }, { job: group.source.job })
  }

  /** Puts some of what was not put for a while into the table again. */
  #repeat(): void {
    const nowMs = this.#options.clock.nowMs()
    let repeated = 0
    for (const { state, series, seriesCount } of this.#groups.values()) {
      if (state === undefined || !series.isOld(nowMs)) continue
      series.show(state, nowMs)
      repeated += seriesCount
      if (repeated >= REPEATED_SERIES) return
    }
  }

  async #expire(): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const over = [...this.#groups.values()].filter(({ state }) => {
      return state !== undefined && state.expiresMs > 0 && state.expiresMs <= nowMs
    })
    if (over.length === 0) return
    this.#options.events.pushExpired({}, { count: over.length })
    await Promise.allSettled(over.map((known) => this.#remove(known)))
  }
}
