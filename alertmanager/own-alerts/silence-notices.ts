import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import { LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { SilenceNoticesConfig } from '../config/silence-notices.ts'
import type { RouterEvents } from '../events.ts'
import { IndexByLabel } from '../mute/index-by-label.ts'
import type { Silence } from '../silence/silence.ts'
import type { SilenceChange, Silences } from '../silence/silences.ts'
import { aboutSilence, firedWithin, type Notice, nextChangeMs, noticeAlert, noticeOf } from './notice.ts'
import type { WantedAlert } from './own-alerts.ts'

export interface SilenceNoticesOptions {
  readonly silences: Silences
  readonly alerts: () => Iterable<Alert>
  readonly clock: Clock
  readonly events: RouterEvents
  /** Notices that fire, those from before the start too. */
  readonly firing: () => readonly Alert[]
  readonly publish: (alerts: readonly WantedAlert[]) => void
  /** Where people see a silence. */
  readonly link: (silence: Silence) => string
}

/** Longest time between two looks, and shortest. */
const LOOK_MS = 60_000
const REST_MS = 1_000
/** The process before may not have got to telling of silences that were created so shortly before it was killed. */
const LAST_MOMENTS_MS = 5_000
/** Most notices at a time; those of the silences that end first. */
const MAX_NOTICES = 1_000
/** Alerts and silences that are looked at before others get a turn. */
const SLICE = 1_000

/** Raises alerts about silences that were created, expire soon, or have expired while what they muted still fires. */
export class SilenceNotices {
  readonly #options: SilenceNoticesOptions
  #config: SilenceNoticesConfig | undefined
  /** Silences that were created here, and when; whether they mute anything is not known yet, or they are told of. */
  readonly #created = new Map<string, number>()
  /** Ended silences of which all is told: what they muted has ended too. */
  readonly #over = new Set<string>()
  #running = false
  #looking = false
  #again = false
  #lookedMs = Number.NEGATIVE_INFINITY
  #cancelTimer = () => {}

  constructor(options: SilenceNoticesOptions) {
    this.#options = options
    options.silences.watch((change) => this.#changed(change))
  }

  configure(config: SilenceNoticesConfig | undefined): void {
    this.#config = config
    if (this.#running) void this.#look()
  }

  /**
   * Finds the silences that were created before the start and are told of, or were to be.
   *
   * @param ranUntilMs until when the process before ran, epoch milliseconds
   */
  load(ranUntilMs: number): void {
    for (const alert of this.#options.firing()) {
      const about = aboutSilence(alert.labels)
      if (about?.kind === 'created') this.#created.set(about.id, alert.startsAt.ms)
    }
    for (const { id, startsAtMs, updatedAtMs } of this.#options.silences.values()) {
      const isUntouched = updatedAtMs <= startsAtMs
      if (isUntouched && updatedAtMs >= ranUntilMs - LAST_MOMENTS_MS) this.#created.set(id, updatedAtMs)
    }
  }

  start(): void {
    this.#running = true
    void this.#look()
  }

  stop(): void {
    this.#running = false
    this.#cancelTimer()
  }

  #changed({ silence, before, merged }: SilenceChange): void {
    if (this.#config === undefined) return
    // What another member took, that member tells of.
    if (before === undefined && !merged && this.#config.kinds.has('created')) {
      this.#created.set(silence.id, silence.updatedAtMs)
    }
    this.#over.delete(silence.id)
    if (this.#running) this.#lookAfter(0)
  }

  /** Looks once that long is over, and not again and again without rest. */
  #lookAfter(delayMs: number): void {
    const { clock } = this.#options
    const restMs = this.#lookedMs + REST_MS - clock.monotonicMs()
    this.#cancelTimer()
    if (delayMs <= 0 && restMs <= 0) void this.#look()
    else this.#cancelTimer = clock.after(Math.max(1, delayMs, restMs), () => void this.#look())
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true
      return
    }
    this.#looking = true
    this.#lookedMs = this.#options.clock.monotonicMs()
    const nextMs = await this.#tell()
    this.#looking = false
    if (!this.#running) return
    this.#lookAfter(this.#again ? 0 : nextMs)
    this.#again = false
  }

  /** Returns in how many milliseconds there may be something else to tell. */
  async #tell(): Promise<number> {
    const { clock, publish, firing } = this.#options
    const config = this.#config
    if (config === undefined) {
      publish([])
      return LOOK_MS
    }
    const nowMs = clock.nowMs()
    const { notices, nextMs } = await this.#findNotices(config, nowMs)
    const muted = await this.#countMuted(notices, nowMs)
    if (!this.#running || config !== this.#config) return 0
    const told = new Map(firing().map((alert) => [keyOf(alert.labels), alert]))
    const wanted = notices.filter((notice) => this.#isWanted(notice, muted.get(notice) ?? 0, told, config))
    this.#forget(nowMs)
    if (wanted.length > MAX_NOTICES)
      this.#options.events.noticesLimited({}, { count: wanted.length, limit: MAX_NOTICES })
    const kept = wanted.toSorted((a, b) => a.endsAtMs - b.endsAtMs).slice(0, MAX_NOTICES)
    const alerts: WantedAlert[] = []
    for (const notice of kept) {
      const alert = noticeAlert(notice, muted.get(notice) ?? 0, config, this.#options.link)
      alerts.push(asTold(alert, told.get(keyOf(alert.labels))))
      if (alerts.length % (SLICE / 10) === 0) await nextTurn()
    }
    if (!this.#running || config !== this.#config) return 0
    publish(alerts)
    return Math.min(LOOK_MS, nextMs - nowMs)
  }

  async #findNotices(config: SilenceNoticesConfig, nowMs: number) {
    const notices: Notice[] = []
    let nextMs = Number.POSITIVE_INFINITY
    let looked = 0
    for (const silence of this.#options.silences.values()) {
      const notice = this.#over.has(silence.id) ? undefined : noticeOf(silence, config, nowMs)
      if (notice !== undefined) notices.push(notice)
      const createdMs = this.#created.get(silence.id)
      if (createdMs !== undefined) {
        const endsAtMs = Math.min(createdMs + config.keepMs, silence.endsAtMs)
        nextMs = endsAtMs > nowMs ? Math.min(nextMs, endsAtMs) : nextMs
        if (endsAtMs > nowMs && config.kinds.has('created')) {
          notices.push({ kind: 'created', silence, startsAtMs: createdMs, endsAtMs })
        }
      }
      nextMs = Math.min(nextMs, nextChangeMs(silence, config, nowMs))
      if (++looked % (10 * SLICE) === 0) await nextTurn()
    }
    return { notices, nextMs }
  }

  /** How many alerts that fire each of these silences mutes, or muted until its end. Notices do not count. */
  async #countMuted(notices: readonly Notice[], nowMs: number): Promise<ReadonlyMap<Notice, number>> {
    const counts = new Map<Notice, number>()
    if (notices.length === 0) return counts
    const { silences, alerts } = this.#options
    const index = new IndexByLabel<{ readonly matchers: Silence['matchers']; readonly notice: Notice }>()
    let looked = 0
    for (const notice of notices) {
      index.add({ matchers: notice.silence.matchers, notice })
      if (++looked % SLICE === 0) await nextTurn()
    }
    for (const alert of alerts()) {
      if (++looked % SLICE === 0) await nextTurn()
      if (isResolved(alert, nowMs) || aboutSilence(alert.labels) !== undefined) continue
      let isMuted: boolean | undefined
      index.visit(alert.labels, ({ matchers, notice }) => {
        if (!matchesAll(matchers, alert.labels)) return
        if (notice.kind === 'expired') {
          isMuted ??= silences.mutedBy(alert.labels).length > 0
          if (isMuted || !firedWithin(notice.silence, alert)) return
        }
        counts.set(notice, (counts.get(notice) ?? 0) + 1)
      })
    }
    return counts
  }

  /** What was told once stays told: an alert that comes and goes does not make it news again and again. */
  #isWanted(
    { kind, silence }: Notice,
    muted: number,
    told: ReadonlyMap<string, Alert>,
    { tellsIdle }: SilenceNoticesConfig,
  ): boolean {
    const wasTold = told.has(`${kind} ${silence.id}`)
    if (kind === 'expired') {
      if (wasTold && muted === 0) this.#over.add(silence.id)
      return muted > 0
    }
    const isWanted = muted > 0 || tellsIdle || wasTold
    if (kind === 'created' && !isWanted) this.#created.delete(silence.id)
    return isWanted
  }

  #forget(nowMs: number): void {
    const { silences } = this.#options
    const keepMs = this.#config?.keepMs ?? 0
    for (const [id, createdMs] of this.#created) {
      if (createdMs + keepMs <= nowMs || silences.get(id) === undefined) this.#created.delete(id)
    }
    for (const id of this.#over) if ((silences.get(id)?.endsAtMs ?? 0) + keepMs <= nowMs) this.#over.delete(id)
  }
}

function keyOf(labels: LabelSet): string {
  const about = aboutSilence(labels)
  return `${about?.kind} ${about?.id}`
}

/** The alert that is told already, if there is one: under the labels that it has, until something changes but its count. */
function asTold(wanted: WantedAlert, told: Alert | undefined): WantedAlert {
  if (told === undefined) return wanted
  const lasting = (annotations: LabelSet) => annotations.filter((name) => name !== 'summary' && name !== 'firing')
  const isSame = LabelSet.compare(lasting(wanted.annotations), lasting(told.annotations)) === 0
  return { ...wanted, labels: told.labels, annotations: isSame ? told.annotations : wanted.annotations }
}
