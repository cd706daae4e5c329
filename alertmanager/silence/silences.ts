import { randomUUID } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { IndexByLabel } from '../mute/index-by-label.ts'
import type { Muter } from '../mute/mute.ts'
import type { Database, Table } from '../store/database.ts'
import { encodedSize } from './encoded-size.ts'
import { type GuardRails, objectionTo } from './guard-rails.ts'
import { canUpdate, compileMatchers, type PostedSilence } from './rules.ts'
import { compareChanges, type Silence, type SilenceState, silenceState, sortSilences } from './silence.ts'
import { SilenceTable } from './table.ts'

export interface SilenceLimits {
  /** Most silences, expired ones included; 0 for no limit. */
  readonly maxSilences: number
  /** Most bytes that one silence takes in upstream's encoding; 0 for no limit. */
  readonly maxSizeBytes: number
  readonly guardRails: GuardRails
}

export interface SilencesOptions extends SilenceLimits {
  readonly database: Database
  readonly clock: Clock
  /** How long silences are kept after their end. */
  readonly retentionMs: number
  /** Which label names matchers may have. */
  readonly isLabelName: (name: string) => boolean
}

export type SetResult =
  | { readonly ok: true; readonly id: string; readonly safe: Promise<void> }
  | { readonly ok: false; readonly problem: 'unknown' }
  | { readonly ok: false; readonly problem: 'invalid'; readonly message: string }

/** What became of a silence. */
export interface SilenceChange {
  readonly silence: Silence
  readonly before: Silence | undefined
  /** Whether it came from another member of the cluster. */
  readonly merged: boolean
}

const UNKNOWN: SetResult = { ok: false, problem: 'unknown' }
/** Silences that ended longer ago are no longer looked at. A clock that is set back by less does no harm. */
const FORGOTTEN_MS = 3_600_000

/** The silences, in memory and on disk. */
export class Silences implements Table, Muter {
  readonly reason = 'silence'
  /** What was done since the start: lookups, silences tried and spared in them, rows of the disk that made no sense. */
  readonly stats = { queries: 0, scanned: 0, skipped: 0, unreadable: 0 }
  readonly #options: SilencesOptions
  readonly #table: SilenceTable
  readonly #silences = new Map<string, Silence>()
  readonly #index = new IndexByLabel<Silence>()
  readonly #watchers = new Set<(change: SilenceChange) => void>()

  constructor(options: SilencesOptions) {
    this.#options = options
    this.#table = new SilenceTable(options.database)
    options.database.register(this)
  }

  get schema(): string {
    return this.#table.schema
  }

  get size(): number {
    return this.#silences.size
  }

  /** How many silences an alert may meet. */
  get indexSize(): number {
    return this.#index.size
  }

  load(): void {
    const { silences, unreadable } = this.#table.read()
    for (const silence of silences) this.#keep(silence)
    this.stats.unreadable = unreadable
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id)
  }

  /** Whether its retention is not over. */
  isKept(silence: Silence): boolean {
    return this.#expiryOf(silence) > this.#options.clock.nowMs()
  }

  values(): Iterable<Silence> {
    return this.#silences.values()
  }

  /** All silences in the order of the API. */
  sorted(): Silence[] {
    this.stats.queries += 1
    const nowMs = this.#options.clock.nowMs()
    return sortSilences(this.#silences.values(), nowMs)
  }

  stateOf(silence: Silence): SilenceState {
    return silenceState(silence, this.#options.clock.nowMs())
  }

  countByState(): Readonly<Record<SilenceState, number>> {
    const nowMs = this.#options.clock.nowMs()
    const counts = { active: 0, pending: 0, expired: 0 }
    for (const silence of this.#silences.values()) counts[silenceState(silence, nowMs)] += 1
    return counts
  }

  /** Ids of the active silences that match, sorted. */
  mutedBy(labels: LabelSet): readonly string[] {
    this.stats.queries += 1
    if (this.#index.size === 0) return NONE
    const nowMs = this.#options.clock.nowMs()
    let tried = 0
    let found: string[] | undefined
    this.#index.visit(labels, (silence) => {
      tried += 1
      if (silenceState(silence, nowMs) !== 'active' || !matchesAll(silence.matchers, labels)) return
      found ??= []
      found.push(silence.id)
    })
    this.stats.scanned += tried
    this.stats.skipped += this.#index.size - tried
    return found?.sort() ?? NONE
  }

  /**
   * Makes a silence, or changes one. What a silence did until now stays as it was: where a change would touch that, the
   * old one ends and a new one begins.
   */
  set(posted: PostedSilence): SetResult {
    const nowMs = this.#options.clock.nowMs()
    const compiled = compileMatchers(posted.matchers, this.#options.isLabelName)
    if (!compiled.ok) return invalid(`invalid silence: ${compiled.problem}`)
    const known = posted.id === undefined ? undefined : this.#silences.get(posted.id)
    if (posted.id !== undefined && known === undefined) return UNKNOWN
    const { endsAtMs, createdBy, comment, annotations } = posted
    const startsAtMs = posted.startsAtMs ?? nowMs
    if (endsAtMs < startsAtMs) return invalid('invalid silence: end time must not be before start time')
    const wanted = { matchers: compiled.matchers, startsAtMs, endsAtMs, createdBy, comment, annotations }

    const updated = known !== undefined && canUpdate(known, wanted, nowMs)
    const id = updated ? known.id : randomUUID()
    const updatedAtMs = updated ? after(known, nowMs) : nowMs
    const silence = {
      ...wanted,
      id,
      startsAtMs: updated ? startsAtMs : Math.max(startsAtMs, nowMs),
      // Changed twice in a millisecond it would seem to have ended by hand.
      endsAtMs: updated && endsAtMs > nowMs ? Math.max(endsAtMs, updatedAtMs + 1) : endsAtMs,
      updatedAtMs,
    }
    const problem = (updated ? undefined : this.#limitProblem()) ?? this.#objection(silence)
    if (problem !== undefined) return invalid(problem)
    if (known !== undefined && !updated) void this.#expire(known, nowMs)
    return { ok: true, id, safe: this.#put(silence, false) }
  }

  /** Ends a silence now. Undefined if there is none with this id. */
  expire(id: string): Promise<void> | undefined {
    const silence = this.#silences.get(id)
    return silence === undefined ? undefined : this.#expire(silence, this.#options.clock.nowMs())
  }

  /** Takes over what another member of the cluster knows: the later change wins. True if it was news. */
  merge(silence: Silence): boolean {
    if (!this.isKept(silence)) return false
    const known = this.#silences.get(silence.id)
    if (known !== undefined && compareChanges(known, silence) >= 0) return false
    void this.#put(silence, true)
    return true
  }

  /** Calls back after each change. The returned function ends that. */
  watch(watcher: (change: SilenceChange) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Forgets silences whose retention is over. Returns how many. */
  collectGarbage(): number {
    const nowMs = this.#options.clock.nowMs()
    const gone: string[] = []
    for (const silence of this.#silences.values()) {
      if (silence.endsAtMs + FORGOTTEN_MS <= nowMs) this.#index.delete(silence)
      if (this.#expiryOf(silence) <= nowMs) gone.push(silence.id)
    }
    for (const id of gone) this.#silences.delete(id)
    if (gone.length > 0) void this.#table.remove(gone)
    return gone.length
  }

  rewrite(): void {
    this.#table.replaceAll(this.#silences.values())
  }

  #limitProblem(): string | undefined {
    const { maxSilences } = this.#options
    const { size } = this.#silences
    if (maxSilences <= 0 || size < maxSilences) return undefined
    return `exceeded maximum number of silences: ${size} (limit: ${maxSilences})`
  }

  #objection(silence: Silence): string | undefined {
    const { maxSizeBytes, guardRails } = this.#options
    const size = maxSizeBytes <= 0 ? 0 : encodedSize(silence, this.#expiryOf(silence))
    if (size > maxSizeBytes) return `silence exceeded maximum size: ${size} bytes (limit: ${maxSizeBytes} bytes)`
    return objectionTo(silence, guardRails)
  }

  #expire(silence: Silence, nowMs: number): Promise<void> {
    const state = silenceState(silence, nowMs)
    if (state === 'expired') return Promise.resolve()
    const startsAtMs = state === 'pending' ? nowMs : silence.startsAtMs
    return this.#put({ ...silence, startsAtMs, endsAtMs: nowMs, updatedAtMs: after(silence, nowMs) }, false)
  }

  #put(silence: Silence, merged: boolean): Promise<void> {
    const before = this.#silences.get(silence.id)
    this.#keep(silence)
    const safe = this.#table.save(silence)
    for (const watcher of this.#watchers) watcher({ silence, before, merged })
    return safe
  }

  #keep(silence: Silence): void {
    const before = this.#silences.get(silence.id)
    if (before !== undefined) this.#index.delete(before)
    this.#silences.set(silence.id, silence)
    if (silence.endsAtMs + FORGOTTEN_MS > this.#options.clock.nowMs()) this.#index.add(silence)
  }

  #expiryOf({ endsAtMs }: Silence): number {
    return endsAtMs + this.#options.retentionMs
  }
}

const NONE: readonly string[] = []

/** A change comes after the one that it changes, even if that was made by a member whose clock is ahead. */
function after({ updatedAtMs }: Silence, nowMs: number): number {
  return Math.max(nowMs, updatedAtMs + 1)
}

function invalid(message: string): SetResult {
  return { ok: false, problem: 'invalid', message }
}
