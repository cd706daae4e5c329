import { randomUUID } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import type { Matcher } from '#lib/matchers.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { Database, Table } from '../store/database.ts'
import {
  ACKNOWLEDGEMENT_STATES,
  type Acknowledgement,
  type AcknowledgementState,
  acknowledgementState,
  isMeant,
} from './acknowledgement.ts'
import { ByAlert } from './by-alert.ts'
import { MAX_ALERTS_TOGETHER, MAX_KEPT, problemOf } from './limits.ts'
import { AcknowledgementTable } from './table.ts'

export interface AcknowledgementsOptions {
  readonly database: Database
  readonly clock: Clock
  /** How long acknowledgements are kept after their end. */
  readonly retentionMs: number
  /** The alert of a fingerprint as it is known now. */
  readonly alertOf: (fingerprint: string) => Alert | undefined
}

/** What somebody acknowledges: alerts that fire. */
export interface WantedAcknowledgement {
  readonly owner: string
  readonly comment: string
  readonly matchers: readonly Matcher[]
  readonly endsAtMs: number
  readonly alerts: readonly Alert[]
}

export type AcknowledgeResult =
  | { readonly ok: true; readonly id: string; readonly safe: Promise<void> }
  | { readonly ok: false; readonly message: string }

/** What became of an acknowledgement. */
export interface AcknowledgementChange {
  readonly id: string
  /** Whether it came from another member of the cluster. */
  readonly merged: boolean
}

interface Kept {
  acknowledgement: Acknowledgement
  /** Of its alerts those that have not resolved since. */
  readonly open: Set<string>
}

/**
 * The acknowledgements, in memory and on disk. Each is about occurrences of alerts: once an alert has resolved, its next
 * firing is news. What is acknowledged stays active and visible; only its repeats are not told.
 */
export class Acknowledgements implements Table {
  readonly #options: AcknowledgementsOptions
  readonly #table: AcknowledgementTable
  readonly #kept = new Map<string, Kept>()
  /** Those in force by the alerts that they are about. */
  readonly #byAlert = new ByAlert<Kept>()
  readonly #watchers = new Set<(change: AcknowledgementChange) => void>()
  /** How many alerts all of them are about. */
  #alerts = 0

  constructor(options: AcknowledgementsOptions) {
    this.#options = options
    this.#table = new AcknowledgementTable(options.database)
    options.database.register(this)
  }

  get schema(): string {
    return this.#table.schema
  }

  load(): void {
    for (const { acknowledgement, open } of this.#table.read()) this.#keep({ acknowledgement, open: new Set(open) })
  }

  get size(): number {
    return this.#kept.size
  }

  /** All of them, in no order. */
  *values(): Generator<Acknowledgement> {
    for (const { acknowledgement } of this.#kept.values()) yield acknowledgement
  }

  get(id: string): Acknowledgement | undefined {
    return this.#kept.get(id)?.acknowledgement
  }

  /** All of them: those in force by their end, then the others, the last one first. */
  sorted(): Acknowledgement[] {
    const nowMs = this.#options.clock.nowMs()
    const rank = (kept: Kept) => Number(this.#stateOf(kept, nowMs) !== 'active')
    const ranked = Array.from(this.#kept.values(), (kept) => ({ rank: rank(kept), ...kept.acknowledgement }))
    ranked.sort((a, b) => a.rank - b.rank || (a.rank === 0 ? a.endsAtMs - b.endsAtMs : b.updatedAtMs - a.updatedAtMs))
    return ranked.map(({ id }) => this.#kept.get(id)!.acknowledgement)
  }

  stateOf({ id }: Acknowledgement): AcknowledgementState {
    const kept = this.#kept.get(id)
    return kept === undefined ? 'expired' : this.#stateOf(kept, this.#options.clock.nowMs())
  }

  countByState(): Readonly<Record<AcknowledgementState, number>> {
    const nowMs = this.#options.clock.nowMs()
    const counts = Object.fromEntries(ACKNOWLEDGEMENT_STATES.map((state) => [state, 0]))
    for (const kept of this.#kept.values()) counts[this.#stateOf(kept, nowMs)]! += 1
    return counts as Record<AcknowledgementState, number>
  }

  /** The alerts of an acknowledgement that still fire, as they were when it was made. */
  alertsOf(acknowledgement: Acknowledgement): readonly Alert[] {
    const nowMs = this.#options.clock.nowMs()
    const open = this.#kept.get(acknowledgement.id)?.open ?? []
    return [...open].flatMap((fingerprint) => {
      const alert = this.#options.alertOf(fingerprint)
      return alert !== undefined && !isResolved(alert, nowMs) && isMeant(acknowledgement, alert) ? [alert] : []
    })
  }

  /** Whether somebody looks after this alert right now. */
  covers(alert: Alert): boolean {
    return this.covering(alert) !== undefined
  }

  /** By which somebody does. */
  covering(alert: Alert): Acknowledgement | undefined {
    const found = this.#byAlert.of(alert.labels.fingerprint)
    if (found === undefined) return undefined
    const nowMs = this.#options.clock.nowMs()
    for (const { acknowledgement } of found) {
      if (nowMs < acknowledgement.endsAtMs && isMeant(acknowledgement, alert)) return acknowledgement
    }
    return undefined
  }

  add({ owner, comment, matchers, endsAtMs, alerts }: WantedAcknowledgement): AcknowledgeResult {
    const nowMs = this.#options.clock.nowMs()
    const problem = problemOf(alerts, endsAtMs - nowMs) ?? this.#makeRoom(alerts.length, nowMs)
    if (problem !== undefined) return { ok: false, message: `Failed to acknowledge: ${problem}` }
    const id = randomUUID()
    const kept: Kept = {
      acknowledgement: {
        ...{ id, owner, comment, matchers, endsAtMs, createdAtMs: nowMs, updatedAtMs: nowMs },
        // The clock of a sender may be ahead of ours.
        alerts: new Map(alerts.map(({ labels, startsAt }) => [labels.fingerprint, Math.max(startsAt.ms, nowMs)])),
      },
      open: new Set(alerts.map(({ labels }) => labels.fingerprint)),
    }
    this.#keep(kept)
    const safe = this.#table.save(kept)
    this.#tell({ id, merged: false })
    return { ok: true, id, safe }
  }

  /** Ends an acknowledgement now. Undefined if there is none with this id. */
  withdraw(id: string): Promise<void> | undefined {
    const kept = this.#kept.get(id)
    if (kept === undefined) return undefined
    const nowMs = this.#options.clock.nowMs()
    if (this.#stateOf(kept, nowMs) !== 'active') return Promise.resolve()
    // A change comes after the one that it changes, even if that was made by a member whose clock is ahead.
    const updatedAtMs = Math.max(nowMs, kept.acknowledgement.updatedAtMs + 1)
    const safe = this.#end(kept, { endsAtMs: nowMs, updatedAtMs })
    this.#tell({ id, merged: false })
    return safe
  }

  /** Whether its retention is not over. */
  isKept({ endsAtMs }: Acknowledgement): boolean {
    return endsAtMs + this.#options.retentionMs > this.#options.clock.nowMs()
  }

  /** Whether an alert of an acknowledgement has not resolved since. */
  isOpen({ id }: Acknowledgement, fingerprint: string): boolean {
    return this.#kept.get(id)?.open.has(fingerprint) === true
  }

  /**
   * Takes over what another member of the cluster knows. All that changes in an acknowledgement is its end; which of its
   * alerts have resolved each member finds out by itself.
   *
   * @param open those of its alerts that have not, as the other member knows
   */
  merge(acknowledgement: Acknowledgement, open: ReadonlySet<string>): 'news' | 'known' | 'refused' {
    const { id, alerts, endsAtMs, updatedAtMs } = acknowledgement
    const known = this.#kept.get(id)
    if (known === undefined) {
      const isRefused = this.#makeRoom(alerts.size, this.#options.clock.nowMs()) !== undefined
      if (isRefused || !this.isKept(acknowledgement)) return 'refused'
      const kept = { acknowledgement, open: new Set(open) }
      this.#keep(kept)
      void this.#table.save(kept)
    } else {
      if (known.acknowledgement.updatedAtMs >= updatedAtMs) return 'known'
      void this.#end(known, { endsAtMs, updatedAtMs })
    }
    this.#tell({ id, merged: true })
    return 'news'
  }

  /** Calls back after each change but for alerts that resolve. */
  watch(watcher: (change: AcknowledgementChange) => void): void {
    this.#watchers.add(watcher)
  }

  /** Ends what is said about those of the alerts that have resolved, as they are known now. */
  release(alerts: Iterable<Alert>): void {
    if (this.#byAlert.size === 0) return
    for (const { labels } of alerts) this.#releaseIfOver(labels.fingerprint)
  }

  /** Forgets those whose retention is over, and lets go of alerts that resolved without a word. */
  collectGarbage(): void {
    const nowMs = this.#options.clock.nowMs()
    for (const fingerprint of this.#byAlert.fingerprints) this.#releaseIfOver(fingerprint)
    const gone: string[] = []
    for (const [id, kept] of this.#kept) {
      if (this.#stateOf(kept, nowMs) === 'active') continue
      this.#byAlert.delete(kept)
      if (!this.isKept(kept.acknowledgement)) gone.push(id)
    }
    this.#remove(gone)
  }

  rewrite(): void {
    this.#table.replaceAll(this.#kept.values())
  }

  #tell(change: AcknowledgementChange): void {
    for (const watcher of this.#watchers) watcher(change)
  }

  #end(kept: Kept, end: Pick<Acknowledgement, 'endsAtMs' | 'updatedAtMs'>): Promise<void> {
    kept.acknowledgement = { ...kept.acknowledgement, ...end }
    if (this.#stateOf(kept, this.#options.clock.nowMs()) !== 'active') this.#byAlert.delete(kept)
    return this.#table.saveEnd(kept)
  }

  #stateOf({ acknowledgement, open }: Kept, nowMs: number): AcknowledgementState {
    return acknowledgementState(acknowledgement, open.size, nowMs)
  }

  #releaseIfOver(fingerprint: string): void {
    const found = this.#byAlert.of(fingerprint)
    if (found === undefined) return
    const nowMs = this.#options.clock.nowMs()
    const alert = this.#options.alertOf(fingerprint)
    const fires = alert !== undefined && !isResolved(alert, nowMs)
    for (const kept of [...found]) {
      if (fires && isMeant(kept.acknowledgement, alert)) continue
      kept.open.delete(fingerprint)
      this.#byAlert.unlink(fingerprint, kept)
      void this.#table.close(kept.acknowledgement.id, fingerprint)
    }
  }

  /** What speaks against one more, about so many alerts; ended ones give way, the oldest first. */
  #makeRoom(alerts: number, nowMs: number): string | undefined {
    const isFull = () => this.#kept.size >= MAX_KEPT || this.#alerts + alerts > MAX_ALERTS_TOGETHER
    if (!isFull()) return undefined
    const ended = [...this.#kept.values()].filter((kept) => this.#stateOf(kept, nowMs) !== 'active')
    ended.sort((a, b) => b.acknowledgement.updatedAtMs - a.acknowledgement.updatedAtMs)
    // More than need be, so that the next ones need not look again.
    for (let oldest = ended.pop(), spared = MAX_KEPT / 100; oldest !== undefined; oldest = ended.pop()) {
      if (!isFull() && spared-- <= 0) break
      this.#remove([oldest.acknowledgement.id])
    }
    return isFull() ? `there are too many in force, ${this.#kept.size} about ${this.#alerts} alerts` : undefined
  }

  #remove(ids: readonly string[]): void {
    if (ids.length === 0) return
    for (const id of ids) {
      const kept = this.#kept.get(id)
      if (kept === undefined) continue
      this.#byAlert.delete(kept)
      this.#kept.delete(id)
      this.#alerts -= kept.acknowledgement.alerts.size
    }
    void this.#table.remove(ids)
  }

  #keep(kept: Kept): void {
    this.#kept.set(kept.acknowledgement.id, kept)
    this.#alerts += kept.acknowledgement.alerts.size
    if (this.#stateOf(kept, this.#options.clock.nowMs()) === 'active') this.#byAlert.add(kept)
  }
}
